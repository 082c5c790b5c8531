#include "tools/cli/node_question.h"

#include "core/bitcoin/address.h"
#include "core/net/asio_network.h"
#include "core/node/node_set.h"
#include "core/node/rpc_client.h"
#include "core/node/rpc_credentials.h"
#include "core/node/template_request.h"
#include "core/util/log.h"
#include "core/util/system_clock.h"
#include "core/util/system_files.h"
#include "tools/cli/event_wait.h"
#include "tools/cli/json_reading.h"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

namespace warp::cli {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds PATIENCE{5};
/// A full template of mainnet, with room.
constexpr std::size_t MAX_ANSWER = std::size_t{32} << 20U;

struct World
{
    util::SystemClock clock;
    util::SystemFiles files;
    net::AsioNetwork network;
};

/// One connection to the node and what is asked over it. Members end in the reverse order.
struct Call
{
    Call(net::AsioExecutor& loop, const node::NodeOptions& options)
        : credentials(world.files, options)
        , client(loop, world.clock, credentials,
                 world.network.createHttpTransport(
                     loop, {.baseUrl = options.url, .maxResponseBytes = MAX_ANSWER}))
    {}

    World world;
    node::RpcCredentials credentials;
    node::RpcClient client;
    util::RequestHandle request{};
};

node::NodeError silence()
{
    return {.code = node::NodeErrorCode::Abandoned, .message = "no answer"};
}

/// The host of "tcp://host:port" replaced where it stands for every address of the node's machine.
std::string reachableFrom(const std::string& endpoint, const std::string& url)
{
    constexpr std::string_view SCHEME = "tcp://";
    const std::size_t colon = endpoint.rfind(':');
    if (!endpoint.starts_with(SCHEME) || colon <= SCHEME.size()) {
        return endpoint;
    }
    const std::string host = endpoint.substr(SCHEME.size(), colon - SCHEME.size());
    if (host != "0.0.0.0" && host != "*" && host != "[::]") {
        return endpoint;
    }
    std::string nodeHost = node::hostOf(url);
    nodeHost = nodeHost.substr(0, nodeHost.rfind(':'));
    return fmt::format("{}{}{}", SCHEME, nodeHost, endpoint.substr(colon));
}

/// One look, whatever it says.
node::ProbeResult lookOnce(const node::NodeOptions& options)
{
    struct Look
    {
        World world;
        std::unique_ptr<node::NodeProbe> probe{};
    };
    const auto result = waitFor<node::ProbeResult>(
        [&](net::AsioExecutor& loop, util::Reply<node::ProbeResult> reply) {
            auto look = std::make_shared<Look>();
            look->probe = std::make_unique<node::NodeProbe>(
                loop, look->world.network, look->world.clock, look->world.files, options,
                [reply = std::move(reply)](const node::ProbeResult& found) { reply(found); });
            return look;
        });
    return result.value_or(node::ProbeResult());
}

} // namespace

node::ProbeResult lookAt(const node::NodeOptions& options)
{
    node::ProbeResult result = lookOnce(options);
    if (result.state != node::NodeState::CookieMissing) {
        return result;
    }
    // A node that does not run has no cookie: whether anybody answers comes first.
    node::NodeOptions stranger = options;
    stranger.cookieFile.clear();
    const node::ProbeResult other = lookOnce(stranger);
    return other.state == node::NodeState::Unauthorized ? result : other;
}

ZmqOffer askForZmq(const node::NodeOptions& options)
{
    const auto reply =
        waitFor<node::RpcReply>([&](net::AsioExecutor& loop, util::Reply<node::RpcReply> done) {
            auto call = std::make_shared<Call>(loop, options);
            call->request =
                call->client.call({.method = "getzmqnotifications", .params = node::toBody("[]")},
                                  PATIENCE, std::move(done));
            return call;
        });
    ZmqOffer offer;
    if (!reply || !*reply) {
        return offer;
    }
    boost::system::error_code fault;
    const json::value answer = json::parse((*reply)->json(), fault);
    if (fault || !answer.is_array()) {
        return offer;
    }
    offer.isKnown = true;
    for (const json::value& each : answer.get_array()) {
        const json::object* const publisher = each.if_object();
        if (publisher != nullptr && text(*publisher, {"type"}) == "pubhashblock") {
            offer.hashBlock = reachableFrom(text(*publisher, {"address"}), options.url);
        }
    }
    return offer;
}

node::TemplateResult askForTemplate(const node::NodeOptions& options, bitcoin::Network network)
{
    auto result = waitFor<node::TemplateResult>(
        [&](net::AsioExecutor& loop, util::Reply<node::TemplateResult> done) {
            auto call = std::make_shared<Call>(loop, options);
            call->request =
                node::requestTemplate(call->client, call->world.clock,
                                      node::templateParams(network, {}), PATIENCE, std::move(done));
            return call;
        });
    return result ? *std::move(result) : node::TemplateResult(util::Unexpected(silence()));
}

std::string describe(const node::ProbeResult& result)
{
    const std::string words = util::sanitize(result.error.message, 200);
    switch (result.state) {
    case node::NodeState::Unknown:
    case node::NodeState::Unreachable:
        return fmt::format("Your node does not answer yet ({}); the pool will wait for it.",
                           words.empty() ? "no answer in time" : words);
    case node::NodeState::CookieMissing:
        return fmt::format("Your node refuses the login: its cookie file cannot be read ({}).",
                           words);
    case node::NodeState::Unauthorized:
        return "Your node refuses the login; check user and password, or the cookie file.";
    case node::NodeState::WarmingUp:
    case node::NodeState::Busy:
        return "Your node is there and not ready yet; the pool will wait for it.";
    case node::NodeState::Failing:
        return fmt::format("What answers there does not do so as a Bitcoin node ({}).", words);
    default:
        break;
    }
    if (!result.chain) {
        return fmt::format("Your node cannot be mined on ({}).", code(result.state));
    }
    return fmt::format("Your node answers: chain {}, height {}{}.",
                       chainName(result.chain->network), result.chain->tip.height,
                       result.state == node::NodeState::InitialDownload
                           ? ", still catching up with its chain"
                           : "");
}

std::string conflictOf(const node::ProbeResult& result, const std::string& chain,
                       const std::string& address)
{
    if (!result.chain) {
        return {};
    }
    const bitcoin::Network network = result.chain->network;
    if (chain != "auto" && chain != chainName(network)) {
        return fmt::format("But chain = \"{}\" is not its chain.", chain);
    }
    if (!bitcoin::parseAddress(address, network)) {
        return "But the payout address is of another network: no work will be served.";
    }
    return {};
}

} // namespace warp::cli
