// What the engine runs with: its outside world and its settings, mapped from config once.
// Value types; no thread affinity.
#pragma once

#include "core/bitcoin/network.h"
#include "core/config/settings.h"
#include "core/engine/payout_setup.h"
#include "core/engine/rate_keeper.h"
#include "core/mining/job_book.h"
#include "core/net/address_range.h"
#include "core/net/network.h"
#include "core/net/tls_files.h"
#include "core/node/node_options.h"
#include "core/stratum/server_options.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/files.h"
#include "core/util/random.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace warp::engine {

/// The engine's only ways to threads, time, chance, files and the network. All outlive it.
struct Platform
{
    util::ExecutorFactory& executors;
    util::Clock& clock;
    util::Random& random;
    util::Files& files;
    net::Network& network;
};

/// What becomes of miners while there is no good work for them.
enum class NoWorkPolicy : std::uint8_t {
    Keep,   ///< they keep what they have
    Refuse, ///< new connections are closed at once
    Close,  ///< so are all others, so that miners go to their next pool
};

struct ListenerOptions
{
    net::Endpoint endpoint;
    config::ListenerProtocol protocol = config::ListenerProtocol::V1;
    net::Security security = net::Security::Plain;
    std::vector<net::AddressRange> proxies{}; ///< whose connections begin with a PROXY header
    stratum::ServerOptions stratum;
    std::size_t maxConnections = 0;       ///< of this listener; 0: the pool's limit alone
    std::vector<net::AddressRange> allow; ///< who may connect; empty: everybody
    NoWorkPolicy noWork = NoWorkPolicy::Keep;
    util::Duration noWorkAfter{std::chrono::seconds(30)}; ///< the policy holds from then on
};

/// The way to a service manager such as systemd, where there is one.
struct ServiceLink
{
    /// Never waits; false where the message did not go out. Empty: nobody listens. Any thread.
    std::function<bool(const std::string&)> send;
    util::Duration watchdog{}; ///< the longest silence that is borne; zero for any
};

enum class StartMode : std::uint8_t {
    Normal,
    Safe, ///< after crashes: with what mining needs, and nothing else
};

struct EngineOptions
{
    std::size_t ioThreads = 1; ///< 1 to 255
    std::size_t maxConnections = 1000;
    std::vector<ListenerOptions> listeners;
    net::TlsFiles tls;
    std::optional<RateLimits> rateLimits; ///< of each peer; none without
    std::filesystem::path dataDirectory;
    std::string version; ///< of the program, for the snapshot
    std::string profile; ///< name of the profile in force, for the snapshot
    PayoutOptions payout;
    std::string tag;
    util::Duration jobRefresh{std::chrono::seconds(30)};
    std::size_t jobTextBudget = mining::JobBook::BYTE_BUDGET; ///< bytes of live jobs' transactions
    node::NodeOptions node;                                   ///< the primary one
    std::vector<node::NodeOptions> backupNodes;
    ServiceLink service;
    StartMode startMode = StartMode::Normal;
    /// Where history is kept, as store::Database::open() takes it; empty: nowhere.
    std::string storePlace;
    std::string storePassword; ///< of the user in a URL; empty for none
    util::Duration minuteRetention{std::chrono::hours(24 * 7)};
    util::Duration workerRetention{std::chrono::hours(24 * 90)}; ///< of quarters of an hour
    util::Duration storeCommitInterval{std::chrono::seconds(30)};
};

/// @param cores of the machine; where no number of io threads is set it is clamp(cores - 1, 1, 8)
[[nodiscard]] EngineOptions mapSettings(const config::Settings& settings, unsigned cores);

/// Connections that may be open besides those of miners: they wait for a header or a handshake.
[[nodiscard]] std::size_t maxOpenings(const EngineOptions& options);

} // namespace warp::engine
