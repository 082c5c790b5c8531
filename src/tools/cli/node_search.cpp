#include "tools/cli/node_search.h"

#include "core/config/paths.h"
#include "core/net/asio_network.h"
#include "core/util/system_environment.h"
#include "core/util/system_files.h"
#include "tools/cli/event_wait.h"
#include "tools/cli/node_question.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <memory>
#include <system_error>
#include <utility>

namespace warp::cli {

namespace {

using bitcoin::Network;

constexpr std::chrono::milliseconds CONNECT_PATIENCE{300};
constexpr std::size_t MAX_COOKIE = 4096;

/// Data folders of Bitcoin Core: its own default, those of Debian's and Fedora's services, and of
/// Umbrel, Start9, RaspiBlitz and myNode.
constexpr std::array<std::string_view, 9> DATA_FOLDERS{
    "~/.bitcoin",
    "/var/lib/bitcoind",
    "/var/lib/bitcoin",
    "~/umbrel/app-data/bitcoin/data/bitcoin",
    "~/umbrel/bitcoin",
    "/embassy-data/package-data/volumes/bitcoind/data/main",
    "/mnt/hdd/app-data/bitcoin",
    "/mnt/hdd/bitcoin",
    "/mnt/hdd/mynode/bitcoin"};

/// Whether somebody listens on each port of this machine, in the order of ALL_NETWORKS.
using OpenPorts = std::array<bool, bitcoin::ALL_NETWORKS.size()>;

OpenPorts findOpenPorts()
{
    struct Attempt
    {
        net::AsioNetwork network;
        std::vector<util::RequestHandle> handles{};
        OpenPorts open{};
        std::size_t waiting = bitcoin::ALL_NETWORKS.size();
    };
    using Connected = util::Result<std::unique_ptr<net::Connection>, net::NetError>;
    const auto open =
        waitFor<OpenPorts>([](net::AsioExecutor& loop, const util::Reply<OpenPorts>& done) {
            auto attempt = std::make_shared<Attempt>();
            for (std::size_t i = 0; i < bitcoin::ALL_NETWORKS.size(); ++i) {
                attempt->handles.push_back(attempt->network.connect(
                    loop, {.host = "127.0.0.1", .port = rpcPortOf(bitcoin::ALL_NETWORKS.at(i))},
                    CONNECT_PATIENCE, [raw = attempt.get(), i, done](const Connected& connected) {
                        raw->open.at(i) = connected.hasValue();
                        if (--raw->waiting == 0) {
                            done(raw->open);
                        }
                    }));
            }
            return attempt;
        });
    return open.value_or(OpenPorts{});
}

/// The cookie files of a chain that can be read. What is no regular file is left alone: a pipe
/// would be waited for.
std::vector<std::filesystem::path> cookiesOf(Network network)
{
    const auto environment = util::systemEnvironment();
    util::SystemFiles files;
    std::vector<std::filesystem::path> cookies;
    for (const std::string_view folder : DATA_FOLDERS) {
        const auto expanded = config::expandHome(folder, environment);
        if (!expanded) {
            continue;
        }
        const auto cookie = *expanded / chainFolderOf(network) / ".cookie";
        std::error_code code;
        if (std::filesystem::is_regular_file(cookie, code) && files.read(cookie, MAX_COOKIE)) {
            cookies.push_back(cookie);
        }
    }
    return cookies;
}

std::string wordsOf(const node::ProbeResult& result,
                    const std::vector<std::filesystem::path>& cookies)
{
    if (result.chain) {
        return fmt::format("chain {}, height {}, without a login", chainName(result.chain->network),
                           result.chain->tip.height);
    }
    std::string words =
        result.state == node::NodeState::Unauthorized ? "asks for a login" : "does not answer yet";
    for (const auto& cookie : cookies) {
        words += (&cookie == &cookies.front() ? "; cookie file " : ", ") + cookie.string();
    }
    return words;
}

/// Nothing for what answers otherwise than a node. It is asked without a login: anybody may listen
/// on the port, and a cookie is all that it takes to spend from the node's wallet.
std::optional<FoundNode> describeNode(Network network)
{
    FoundNode found{
        .url = fmt::format("http://127.0.0.1:{}", rpcPortOf(network)), .cookies = {}, .words = {}};
    const node::ProbeResult result = lookAt({.url = found.url});
    if (result.state == node::NodeState::Failing) {
        return std::nullopt;
    }
    found.cookies = cookiesOf(network);
    found.words = wordsOf(result, found.cookies);
    return found;
}

} // namespace

std::uint16_t rpcPortOf(Network network)
{
    switch (network) {
    case Network::Test:
        return 18332;
    case Network::Testnet4:
        return 48332;
    case Network::Signet:
        return 38332;
    case Network::Regtest:
        return 18443;
    case Network::Main:
        break;
    }
    return 8332;
}

std::string_view chainFolderOf(Network network)
{
    // Bitcoin Core names the folders as the chains, but for its two oldest ones.
    if (network == Network::Main) {
        return "";
    }
    return network == Network::Test ? "testnet3" : chainName(network);
}

std::vector<FoundNode> searchNodes()
{
    const OpenPorts open = findOpenPorts();
    std::vector<FoundNode> found;
    for (std::size_t i = 0; i < bitcoin::ALL_NETWORKS.size(); ++i) {
        if (!open.at(i)) {
            continue;
        }
        if (auto node = describeNode(bitcoin::ALL_NETWORKS.at(i))) {
            found.push_back(*std::move(node));
        }
    }
    return found;
}

std::optional<std::filesystem::path> tryCookies(const FoundNode& node)
{
    for (const auto& cookie : node.cookies) {
        if (lookAt({.url = node.url, .cookieFile = cookie}).chain) {
            return cookie;
        }
    }
    return std::nullopt;
}

} // namespace warp::cli
