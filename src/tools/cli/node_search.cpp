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
#include <optional>

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

/// The cookie files of a chain that can be read.
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
        if (files.read(cookie, MAX_COOKIE)) {
            cookies.push_back(cookie);
        }
    }
    return cookies;
}

FoundNode describeNode(Network network)
{
    FoundNode found{.url = fmt::format("http://127.0.0.1:{}", rpcPortOf(network)),
                    .cookie = {},
                    .words = "asks for a user and a password"};
    for (const auto& cookie : cookiesOf(network)) {
        const node::ProbeResult result = lookAt({.url = found.url, .cookieFile = cookie});
        if (result.chain) {
            found.cookie = cookie;
            found.words =
                fmt::format("chain {}, height {}, opened by {}", chainName(result.chain->network),
                            result.chain->tip.height, cookie.string());
            break;
        }
    }
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
    switch (network) {
    case Network::Test:
        return "testnet3";
    case Network::Testnet4:
        return "testnet4";
    case Network::Signet:
        return "signet";
    case Network::Regtest:
        return "regtest";
    case Network::Main:
        break;
    }
    return "";
}

std::vector<FoundNode> searchNodes()
{
    const OpenPorts open = findOpenPorts();
    std::vector<FoundNode> found;
    for (std::size_t i = 0; i < bitcoin::ALL_NETWORKS.size(); ++i) {
        if (open.at(i)) {
            found.push_back(describeNode(bitcoin::ALL_NETWORKS.at(i)));
        }
    }
    return found;
}

} // namespace warp::cli
