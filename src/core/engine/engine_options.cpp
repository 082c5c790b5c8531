#include "core/engine/engine_options.h"

#include "core/util/log.h"

#include <algorithm>

namespace warp::engine {

namespace {

net::Endpoint toEndpoint(const config::ListenAddress& address)
{
    return {.host = address.host, .port = address.port};
}

stratum::v1::ServerOptions toStratum(const config::VardiffSettings& vardiff)
{
    using stratum::v1::ServerOptions;
    return {.retargeting = vardiff.isEnabled ? ServerOptions::Retargeting::On
                                             : ServerOptions::Retargeting::Off,
            .targetInterval = vardiff.targetInterval,
            .minimumDifficulty = vardiff.minDifficulty,
            .maximumDifficulty = vardiff.maxDifficulty,
            .initialDifficulty = vardiff.initialDifficulty};
}

PayoutOptions toPayout(const config::MiningSettings& settings)
{
    return {.mode = settings.payoutMode,
            .address = settings.payoutAddress,
            .poolFee = {.part = settings.poolFee, .address = settings.poolFeeAddress},
            .donation = {.part = settings.donation, .address = settings.donationAddress}};
}

node::NodeOptions toNode(const config::NodeSettings& settings)
{
    node::NodeOptions options;
    options.url = settings.rpcUrl;
    options.cookieFile = settings.rpcCookie;
    options.user = settings.rpcUser;
    options.password = settings.rpcPassword.reveal();
    options.zmqHashBlock = settings.zmqHashBlock;
    options.zmqRawBlock = settings.zmqRawBlock;
    options.expectedNetwork = networkOf(settings.chain);
    return options;
}

} // namespace

EngineOptions mapSettings(const config::Settings& settings, unsigned cores)
{
    EngineOptions options;
    options.ioThreads = std::clamp(cores, 2U, 9U) - 1;
    options.maxConnections = static_cast<std::size_t>(settings.server.maxConnections);
    for (const config::ListenerSettings& listener : effectiveListeners(settings)) {
        if (listener.listen && listener.protocol == config::ListenerProtocol::V1 &&
            !listener.isTls) {
            options.listeners.push_back(toEndpoint(*listener.listen));
        }
    }
    options.dataDirectory = settings.server.dataDirectory;
    options.payout = toPayout(settings.mining);
    options.tag = settings.mining.poolTagPrefix;
    options.jobRefresh = settings.server.jobRefresh;
    options.stratum = toStratum(settings.vardiff);
    options.node = toNode(settings.node);
    for (const config::NodeSettings& backup : settings.nodeBackups) {
        options.backupNodes.push_back(toNode(backup));
    }
    return options;
}

} // namespace warp::engine
