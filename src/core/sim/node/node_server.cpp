#include "core/sim/node/node_server.h"

#include "core/util/log.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace warp::sim {

namespace {

constexpr std::string_view HASH_TOPIC = "hashblock";
constexpr std::string_view RAW_TOPIC = "rawblock";

[[nodiscard]] net::HttpServerOptions httpOptions()
{
    net::HttpServerOptions options;
    // The hexadecimal text of the largest block and some room (Bitcoin Core MAX_SIZE is 32 MiB).
    options.maxBodyBytes = 32U * 1024 * 1024;
    options.idleDeadline = std::chrono::minutes(5);
    return options;
}

[[nodiscard]] net::HttpServerResponse toServerResponse(net::HttpResponse response)
{
    net::HttpServerResponse converted;
    converted.status = response.status;
    converted.contentType = std::move(response.contentType);
    converted.body = std::move(response.body);
    constexpr int UNAUTHORIZED = 401;
    if (converted.status == UNAUTHORIZED) {
        converted.headers.emplace_back("WWW-Authenticate", R"(Basic realm="jsonrpc")");
    }
    return converted;
}

} // namespace

util::Result<std::unique_ptr<NodeServer>, NodeServerError>
NodeServer::create(util::Clock& clock, util::Executor& executor, util::Random& random,
                   NodeServerOptions options)
{
    std::unique_ptr<NodeServer> server(new NodeServer(clock, executor, random, std::move(options)));
    WARP_CHECK(server->open());
    return server;
}

NodeServer::NodeServer(util::Clock& clock, util::Executor& executor, util::Random& random,
                       NodeServerOptions options)
    : m_executor(executor)
    , m_options(std::move(options))
    , m_node(clock, executor, random, m_options.node)
    , m_tips(m_node.subscribeTips([this](const TipChanged& tip) { publish(tip); }))
    , m_behaviours(m_node.subscribeBehaviour([this](const NodeBehaviour&) {
        // Later, because the server must not end within a request of its own.
        m_executor.post([weak = std::weak_ptr(m_self)] {
            if (const auto self = weak.lock()) {
                (*self)->follow();
            }
        });
    }))
{}

NodeServer::~NodeServer() = default;

util::Result<void, NodeServerError> NodeServer::open()
{
    WARP_CHECK(openZmq());
    auto http = net::HttpServer::create(
        m_executor, m_options.rpc, httpOptions(),
        [this](net::HttpServerRequest request, util::Reply<net::HttpServerResponse> reply) {
            serve(std::move(request), std::move(reply));
        });
    if (!http) {
        return util::Unexpected(NodeServerError{net::toString(m_options.rpc),
                                                std::string(net::describe(http.error()))});
    }
    m_http = std::move(http).value();
    // After a restart it listens where it did before.
    m_options.rpc = m_http->local();
    return {};
}

util::Result<void, NodeServerError> NodeServer::openZmq()
{
    m_zmq = std::make_unique<ZmqPublisher>();
    const bool isShared = m_options.zmqRawBlock == m_options.zmqHashBlock;
    const std::string given = m_options.zmqHashBlock;
    std::vector<Publication> publications;
    for (auto [topic, address] : {std::pair(HASH_TOPIC, &m_options.zmqHashBlock),
                                  std::pair(RAW_TOPIC, &m_options.zmqRawBlock)}) {
        if (address->empty()) {
            continue;
        }
        const std::string asked = isShared ? given : *address;
        auto added = m_zmq->add(std::string(topic), asked);
        if (!added) {
            return util::Unexpected(NodeServerError{asked, added.error().message});
        }
        *address = std::move(added).value();
        publications.push_back({.topic = std::string(topic), .address = *address});
    }
    m_node.setPublications(std::move(publications));
    return {};
}

void NodeServer::close()
{
    m_http.reset();
    m_zmq.reset();
}

void NodeServer::follow()
{
    if (m_node.isDown()) {
        close();
        return;
    }
    if (m_http) {
        return;
    }
    if (const auto opened = open(); !opened) {
        LOG_ERROR(Sim, "the simulated node cannot listen on {}: {}", opened.error().address,
                  opened.error().reason);
    }
}

void NodeServer::publish(const TipChanged& tip)
{
    if (!m_zmq || tip.cause == TipCause::Invalidated || m_node.behaviour().zmq == ZmqMode::Silent) {
        return;
    }
    // Hashes travel as people read them, most significant byte first.
    auto hash = tip.hash.bytes;
    std::ranges::reverse(hash);
    m_zmq->publish(std::string(HASH_TOPIC), hash);
    m_zmq->publish(std::string(RAW_TOPIC), *tip.raw);
}

void NodeServer::serve(net::HttpServerRequest request, util::Reply<net::HttpServerResponse> reply)
{
    net::HttpRequest converted;
    converted.method = std::move(request.method);
    converted.target = std::move(request.target);
    converted.headers = std::move(request.headers);
    converted.body.push_back(std::make_shared<const std::string>(std::move(request.body)));
    m_node.handle(converted, [reply = std::move(reply)](net::HttpResponse response) {
        if (response.status != CONNECTION_LOST) {
            reply(toServerResponse(std::move(response)));
        }
    });
}

} // namespace warp::sim
