#include "core/sim/node/node_server.h"

#include "core/net/asio_network.h"
#include "core/sim/node/rpc_http.h"
#include "core/util/hex.h"
#include "core/util/system_clock.h"
#include "core/util/system_files.h"
#include "tests/core/net/loop_thread.h"
#include "tests/core/sim/node/block_workshop.h"
#include "tests/support/test_registry.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <zmq.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace warp::sim::test;
using namespace std::chrono_literals;

using HttpResult = util::Result<net::HttpResponse, net::HttpError>;

// A reader of one topic, as any client of a node has it.
class Subscriber final
{
public:
    Subscriber(const std::string& address, const std::string& topic)
    {
        zmq_setsockopt(m_socket, ZMQ_SUBSCRIBE, topic.data(), topic.size());
        zmq_connect(m_socket, address.c_str());
    }
    ~Subscriber()
    {
        zmq_close(m_socket);
        zmq_ctx_term(m_context);
    }
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;

    /// The parts of the next message; nothing where none comes in time.
    std::vector<util::Bytes> receive(std::chrono::milliseconds patience = 20s)
    {
        const int timeout = static_cast<int>(patience.count());
        zmq_setsockopt(m_socket, ZMQ_RCVTIMEO, &timeout, sizeof(timeout));
        std::vector<util::Bytes> parts;
        int hasMore = 1;
        while (hasMore != 0) {
            util::Bytes part(4'000'000);
            const int size = zmq_recv(m_socket, part.data(), part.size(), 0);
            if (size < 0) {
                return {};
            }
            part.resize(static_cast<std::size_t>(size));
            parts.push_back(std::move(part));
            std::size_t length = sizeof(hasMore);
            zmq_getsockopt(m_socket, ZMQ_RCVMORE, &hasMore, &length);
        }
        return parts;
    }

private:
    void* m_context = zmq_ctx_new();
    void* m_socket = zmq_socket(m_context, ZMQ_SUB);
};

// A node on this machine's sockets with a client of it.
class ServerRig final
{
public:
    ServerRig()
    {
        m_loop.call([this] {
            sim::NodeServerOptions options;
            options.node.files = &m_files;
            options.node.cookieFile = cookieFile().toStdString();
            options.zmqHashBlock = "tcp://127.0.0.1:*";
            options.zmqRawBlock = "tcp://127.0.0.1:*";
            auto made = sim::NodeServer::create(m_clock, m_loop.executor(), m_random, options);
            if (made) {
                m_server = std::move(made).value();
                connect();
            }
        });
    }
    ~ServerRig()
    {
        m_loop.call([this] {
            m_transport.reset();
            m_server.reset();
        });
    }
    ServerRig(const ServerRig&) = delete;
    ServerRig& operator=(const ServerRig&) = delete;

    [[nodiscard]] bool isOpen() const { return m_server != nullptr; }
    [[nodiscard]] sim::NodeServer& server() { return *m_server; }
    [[nodiscard]] QString cookieFile() const { return m_folder.filePath(QStringLiteral("cookie")); }

    template <class Function>
    auto onNode(Function function)
    {
        return m_loop.call([&] { return function(m_server->node()); });
    }

    void generate(std::size_t count)
    {
        onNode([&](sim::SimulatedNode& node) {
            return node.core().generate(count, sim::anyoneScript(), 1'000'000);
        });
    }

    HttpResult call(const std::string& body, std::string_view credentials)
    {
        net::HttpRequest request;
        request.method = "POST";
        request.headers.emplace_back("Authorization", sim::basicAuthorization(credentials));
        request.body.push_back(std::make_shared<const std::string>(body));
        std::promise<HttpResult> promise;
        util::RequestHandle handle;
        m_loop.call([&] {
            handle = m_transport->request(request, 10s, [&promise](HttpResult result) {
                promise.set_value(std::move(result));
            });
        });
        HttpResult result = promise.get_future().get();
        m_loop.call([&] { handle.reset(); });
        return result;
    }

    /// A connection of its own for what comes next.
    void connect()
    {
        net::HttpOptions options;
        options.baseUrl = "http://" + net::toString(m_server->rpcEndpoint());
        m_transport = m_network.createHttpTransport(m_loop.executor(), options);
    }

    [[nodiscard]] test::LoopThread& loop() { return m_loop; }

private:
    QTemporaryDir m_folder;
    util::SystemClock m_clock;
    util::SystemRandom m_random;
    util::SystemFiles m_files;
    net::AsioNetwork m_network;
    test::LoopThread m_loop;
    std::unique_ptr<sim::NodeServer> m_server;
    std::unique_ptr<net::HttpTransport> m_transport;
};

// A new subscription takes its time to reach the publisher: blocks are made until one is heard of.
void awaitFirst(ServerRig& rig, Subscriber& subscriber)
{
    for (int i = 0; i < 200; ++i) {
        rig.generate(1);
        if (!subscriber.receive(100ms).empty()) {
            return;
        }
    }
}

// The message with this body; those before it are left out.
std::vector<util::Bytes> awaitBody(Subscriber& subscriber, const util::Bytes& body)
{
    for (auto parts = subscriber.receive(); !parts.empty(); parts = subscriber.receive()) {
        if (parts.size() == 3 && parts[1] == body) {
            return parts;
        }
    }
    return {};
}

std::uint32_t sequenceOf(const std::vector<util::Bytes>& parts)
{
    return util::loadLittleEndian<std::uint32_t>(std::span(parts.at(2)).first<4>());
}

constexpr const char* COUNT = "{\"id\":1,\"method\":\"getblockcount\"}";

class NodeServerTest final : public QObject
{
    Q_OBJECT

private slots:
    void answersRpcWithTheCookieOfItsFile() // R265
    {
        ServerRig rig;
        QVERIFY(rig.isOpen());
        rig.generate(2);
        QFile file(rig.cookieFile());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        const auto answer = rig.call(COUNT, file.readAll().toStdString());
        QVERIFY(answer.hasValue());
        QCOMPARE(answer->status, 200);
        QCOMPARE(answer->body, std::string("{\"result\":2,\"error\":null,\"id\":1}\n"));
        const auto refused = rig.call(COUNT, "__cookie__:wrong");
        QVERIFY(refused.hasValue());
        QCOMPARE(refused->status, 401);
    }

    void takesALargeBlock() // R265
    {
        ServerRig rig;
        Workshop workshop(100);
        for (std::int64_t height = 1; height <= 100; ++height) {
            const auto raw = workshop.chain().at(height)->raw;
            rig.onNode([&](sim::SimulatedNode& node) {
                return node.core().submit(*sim::BlockData::parse(raw)).hasValue();
            });
        }
        bitcoin::Transaction payment = spend(workshop.chain().coins(), {workshop.coinAt(1)});
        payment.vout.push_back({util::Satoshi(0), util::Bytes(990'000, std::byte{0x6A})});
        const auto block = workshop.block({payment});
        const auto hex = util::toHex(block.serialize(bitcoin::WitnessMode::Include));
        const auto cookie = rig.onNode([](sim::SimulatedNode& node) { return node.cookie(); });
        const auto answer =
            rig.call("{\"id\":1,\"method\":\"submitblock\",\"params\":[\"" + hex + "\"]}", cookie);
        QVERIFY(answer.hasValue());
        QCOMPARE(answer->body, std::string("{\"result\":null,\"error\":null,\"id\":1}\n"));
    }

    void publishesTipsOverZmq() // R265
    {
        ServerRig rig;
        QVERIFY(rig.isOpen());
        QVERIFY(rig.server().zmqHashBlock() == rig.server().zmqRawBlock());
        Subscriber hashes(rig.server().zmqHashBlock(), "hashblock");
        Subscriber blocks(rig.server().zmqRawBlock(), "rawblock");
        awaitFirst(rig, hashes);
        awaitFirst(rig, blocks);
        rig.generate(1);
        const auto tip = rig.onNode([](sim::SimulatedNode& node) {
            return std::pair(node.core().chain().tip().hash, *node.core().chain().tip().raw);
        });
        const auto hash = awaitBody(hashes, *util::fromHex(toDisplayHex(tip.first)));
        QCOMPARE(hash.size(), std::size_t{3});
        QCOMPARE(std::string(util::asText(hash[0])), std::string("hashblock"));
        const auto block = awaitBody(blocks, tip.second);
        QCOMPARE(block.size(), std::size_t{3});
        QCOMPARE(std::string(util::asText(block[0])), std::string("rawblock"));
        QCOMPARE(sequenceOf(block), sequenceOf(hash));
        rig.generate(1);
        QCOMPARE(sequenceOf(hashes.receive()), sequenceOf(hash) + 1);
    }

    void keepsSilentOverZmqWhenTold() // R266
    {
        ServerRig rig;
        Subscriber hashes(rig.server().zmqHashBlock(), "hashblock");
        awaitFirst(rig, hashes);
        const auto setZmq = [&](sim::ZmqMode mode) {
            rig.onNode([mode](sim::SimulatedNode& node) {
                node.setBehaviour({.zmq = mode});
                return 0;
            });
        };
        const auto tip = [&] {
            return rig.onNode(
                [](sim::SimulatedNode& node) { return node.core().chain().tip().hash; });
        };
        rig.generate(1);
        const auto before = awaitBody(hashes, *util::fromHex(toDisplayHex(tip())));
        setZmq(sim::ZmqMode::Silent);
        rig.generate(1);
        setZmq(sim::ZmqMode::Publishing);
        rig.generate(1);
        const auto next = hashes.receive();
        QCOMPARE(util::toHex(next.at(1)), toDisplayHex(tip()));
        QCOMPARE(sequenceOf(next), sequenceOf(before) + 1);
    }

    void closesItsPortsWhileItIsDown() // R266
    {
        ServerRig rig;
        const auto cookie = rig.onNode([](sim::SimulatedNode& node) { return node.cookie(); });
        QVERIFY(rig.call(COUNT, cookie).hasValue());
        const net::Endpoint endpoint = rig.server().rpcEndpoint();
        const std::string zmq = rig.server().zmqHashBlock();
        rig.onNode([](sim::SimulatedNode& node) {
            node.setBehaviour({.availability = sim::Availability::Down});
            return 0;
        });
        rig.loop().call([&] { rig.connect(); });
        const auto refused = rig.call(COUNT, cookie);
        QVERIFY(!refused.hasValue());
        QCOMPARE(refused.error(), net::HttpError::Refused);
        rig.onNode([](sim::SimulatedNode& node) {
            node.setBehaviour({});
            return 0;
        });
        rig.loop().call([&] { rig.connect(); });
        QVERIFY(rig.call(COUNT, cookie).hasValue());
        QVERIFY(rig.server().rpcEndpoint() == endpoint);
        QCOMPARE(rig.server().zmqHashBlock(), zmq);
    }

    void namesTheAddressThatItCannotHave()
    {
        ServerRig first;
        util::SystemClock clock;
        util::SystemRandom random;
        const auto failure = first.loop().call([&] {
            sim::NodeServerOptions options;
            options.rpc = first.server().rpcEndpoint();
            const auto made =
                sim::NodeServer::create(clock, first.loop().executor(), random, options);
            return made ? std::string() : made.error().address;
        });
        QCOMPARE(failure, net::toString(first.server().rpcEndpoint()));
        const auto zmqFailure = first.loop().call([&] {
            sim::NodeServerOptions options;
            options.zmqHashBlock = first.server().zmqHashBlock();
            const auto made =
                sim::NodeServer::create(clock, first.loop().executor(), random, options);
            return made ? std::string() : made.error().address;
        });
        QCOMPARE(zmqFailure, first.server().zmqHashBlock());
    }
};

WARP_TEST_CLASS(NodeServerTest);

} // namespace

#include "node_server_test.moc"
