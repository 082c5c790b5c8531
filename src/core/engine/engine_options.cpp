#include "core/engine/engine_options.h"

#include "core/net/listen_terms.h"

#include <algorithm>

namespace warp::engine {

namespace {

net::Endpoint toEndpoint(const config::ListenAddress& address)
{
    return {.host = address.host, .port = address.port};
}

/// A listener's own bounds, where it has some, go before those of [vardiff].
stratum::ServerOptions toStratum(const config::VardiffSettings& vardiff,
                                 const config::ListenerSettings& listener)
{
    using stratum::ServerOptions;
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

net::Security toSecurity(const config::ListenerSettings& settings)
{
    if (settings.isTlsDetected) {
        return net::Security::FirstBytes;
    }
    return settings.isTls ? net::Security::Tls : net::Security::Plain;
}

ListenerOptions toListener(const config::ListenerSettings& settings,
                           const config::VardiffSettings& vardiff)
{
    ListenerOptions options{.endpoint = toEndpoint(*settings.listen),
                            .protocol = settings.protocol,
                            .security = toSecurity(settings),
                            .proxies = {},
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
    for (const std::string& range : settings.proxyFrom) {
        if (const auto parsed = net::AddressRange::parse(range)) {
            options.proxies.push_back(*parsed);
        }
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

node::NodeOptions toNode(const config::NodeSettings& settings, std::chrono::seconds checkInterval)
{
    node::NodeOptions options;
    options.url = settings.rpcUrl;
    options.cookieFile = settings.rpcCookie;
    options.user = settings.rpcUser;
    options.password = settings.rpcPassword.reveal();
    options.zmqHashBlock = settings.zmqHashBlock;
    options.zmqRawBlock = settings.zmqRawBlock;
    options.expectedNetwork = networkOf(settings.chain);
    options.healthInterval = checkInterval;
    return options;
}

std::optional<RateLimits> toRateLimits(const config::RateLimitSettings& settings)
{
    if (!settings.isEnabled) {
        return std::nullopt;
    }
    const auto toRate = [](std::int64_t perSecond, std::int64_t burst) {
        return TokenRate{.perSecond = static_cast<double>(perSecond),
                         .burst = static_cast<double>(burst)};
    };
    return RateLimits{.connects = toRate(settings.connectsPerSecond, settings.connectBurst),
                      .authorizations =
                          toRate(settings.authorisationsPerSecond, settings.authorisationBurst)};
}

/// In the data folder.
constexpr auto DATABASE_NAME = "warppool.db";

/// Where the settings leave the number of threads to the machine.
std::size_t threadsFor(unsigned cores)
{
    return std::clamp(cores, 2U, 9U) - 1;
}

} // namespace

EngineOptions mapSettings(const config::Settings& settings, unsigned cores)
{
    EngineOptions options;
    constexpr std::size_t MEBIBYTE = std::size_t{1024} * 1024;
    options.ioThreads = settings.server.ioThreads == 0
                            ? threadsFor(cores)
                            : static_cast<std::size_t>(settings.server.ioThreads);
    options.jobTextBudget = static_cast<std::size_t>(settings.server.jobMemoryMebibytes) * MEBIBYTE;
    options.maxConnections = static_cast<std::size_t>(settings.server.maxConnections);
    for (const config::ListenerSettings& listener : effectiveListeners(settings)) {
        if (listener.listen) {
            options.listeners.push_back(toListener(listener, settings.vardiff));
        }
    }
    options.rateLimits = toRateLimits(settings.rateLimit);
    options.tls = {.certificate = settings.tls.certificateFile, .key = settings.tls.keyFile};
    options.dataDirectory = settings.server.dataDirectory;
    options.payout = toPayout(settings.mining);
    options.tag = settings.mining.poolTagPrefix;
    options.jobRefresh = settings.server.jobRefresh;
    if (settings.database.url.empty()) {
        options.storePlace = (options.dataDirectory / DATABASE_NAME).string();
    } else {
        options.storePlace = settings.database.url;
        options.storePassword = settings.database.password.reveal();
    }
    options.minuteRetention = std::chrono::hours(24) * settings.history.minuteDays;
    options.workerRetention = std::chrono::hours(24) * settings.history.workerDays;
    options.storeCommitInterval = settings.history.commitInterval;
    options.node = toNode(settings.node, settings.server.nodeCheck);
    for (const config::NodeSettings& backup : settings.nodeBackups) {
        options.backupNodes.push_back(toNode(backup, settings.server.nodeCheck));
    }
    return options;
}

std::size_t maxOpenings(const EngineOptions& options)
{
    const auto waiting = std::ranges::count_if(options.listeners, [](const auto& listener) {
        return listener.security != net::Security::Plain || !listener.proxies.empty();
    });
    return static_cast<std::size_t>(waiting) * net::ListenTerms::MAX_OPENINGS;
}

} // namespace warp::engine
