#include "core/engine/engine_options.h"

#include <algorithm>

namespace warp::engine {

namespace {

net::Endpoint toEndpoint(const config::ListenAddress& address)
{
    return {.host = address.host, .port = address.port};
}

/// A listener's own bounds, where it has some, go before those of [vardiff].
stratum::v1::ServerOptions toStratum(const config::VardiffSettings& vardiff,
                                     const config::ListenerSettings& listener)
{
    using stratum::v1::ServerOptions;
    const auto choose = [](util::Difficulty own, util::Difficulty general) {
        return own > util::Difficulty(0) ? own : general;
    };
    return {.retargeting = vardiff.isEnabled ? ServerOptions::Retargeting::On
                                             : ServerOptions::Retargeting::Off,
            .targetInterval = vardiff.targetInterval,
            .minimumDifficulty = choose(listener.minDifficulty, vardiff.minDifficulty),
            .maximumDifficulty = choose(listener.maxDifficulty, vardiff.maxDifficulty),
            .initialDifficulty = choose(listener.initialDifficulty, vardiff.initialDifficulty)};
}

NoWorkPolicy toPolicy(config::NoWorkChoice choice)
{
    switch (choice) {
    case config::NoWorkChoice::Keep:
        return NoWorkPolicy::Keep;
    case config::NoWorkChoice::Refuse:
        return NoWorkPolicy::Refuse;
    case config::NoWorkChoice::Close:
        break;
    }
    return NoWorkPolicy::Close;
}

ListenerOptions toListener(const config::ListenerSettings& settings,
                           const config::VardiffSettings& vardiff)
{
    ListenerOptions options{.endpoint = toEndpoint(*settings.listen),
                            .stratum = toStratum(vardiff, settings),
                            .maxConnections = static_cast<std::size_t>(settings.maxConnections),
                            .allow = {},
                            .noWork = toPolicy(settings.noWork),
                            .noWorkAfter = settings.noWorkAfter};
    for (const std::string& range : settings.allow) {
        // What cannot be read lets nobody in: no peer has the unspecified address.
        const auto parsed = net::AddressRange::parse(range);
        options.allow.push_back(parsed ? *parsed : *net::AddressRange::parse("::/128"));
    }
    return options;
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

/// What a profile means for threads and memory.
struct Size
{
    std::size_t ioThreads;
    std::size_t jobTextBudget; ///< bytes
};

Size sizeOf(config::ProfileKind kind, unsigned cores)
{
    constexpr std::size_t MEBIBYTE = std::size_t{1024} * 1024;
    switch (kind) {
    case config::ProfileKind::Small:
        return {.ioThreads = 1, .jobTextBudget = 32 * MEBIBYTE};
    case config::ProfileKind::Medium:
        return {.ioThreads = 2, .jobTextBudget = 64 * MEBIBYTE};
    case config::ProfileKind::Large:
        return {.ioThreads = 4, .jobTextBudget = 128 * MEBIBYTE};
    case config::ProfileKind::Enterprise:
        return {.ioThreads = 8, .jobTextBudget = 256 * MEBIBYTE};
    case config::ProfileKind::Auto:
        break;
    }
    return {.ioThreads = std::clamp(cores, 2U, 9U) - 1,
            .jobTextBudget = mining::JobBook::BYTE_BUDGET};
}

} // namespace

EngineOptions mapSettings(const config::Settings& settings, unsigned cores)
{
    EngineOptions options;
    const Size size = sizeOf(settings.profile.kind, cores);
    options.ioThreads = size.ioThreads;
    options.jobTextBudget = size.jobTextBudget;
    options.maxConnections = static_cast<std::size_t>(settings.server.maxConnections);
    for (const config::ListenerSettings& listener : effectiveListeners(settings)) {
        if (listener.listen && listener.protocol == config::ListenerProtocol::V1 &&
            !listener.isTls) {
            options.listeners.push_back(toListener(listener, settings.vardiff));
        }
    }
    options.dataDirectory = settings.server.dataDirectory;
    options.payout = toPayout(settings.mining);
    options.tag = settings.mining.poolTagPrefix;
    options.jobRefresh = settings.server.jobRefresh;
    options.node = toNode(settings.node);
    for (const config::NodeSettings& backup : settings.nodeBackups) {
        options.backupNodes.push_back(toNode(backup));
    }
    return options;
}

} // namespace warp::engine
