// Everything that can be set, as plain structs. Made by load() and passed on by value: whoever runs
// the program maps them to each module's own options. Value types; no thread affinity.
#pragma once

#include "core/bitcoin/network.h"
#include "core/config/listen_address.h"
#include "core/config/secret.h"
#include "core/util/log.h"
#include "core/util/strong.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace warp::config {

/// Hundredths of a percent: 10000 is the whole.
using BasisPoints = util::Strong<struct BasisPointsTag, int>;
inline constexpr int BASIS_POINTS_OF_WHOLE = 10000;

/// The coinbase's input script may have 100 bytes (consensus): height 6 at most, salt 1 + 8,
/// extranonce 1 + 12, and the tag with its push; 40 leaves more than 30 for later needs.
inline constexpr std::size_t MAX_TAG_BYTES = 40;

// The enumerators of a choice stand in the order of its names in the field table.
enum class ChainChoice : std::uint8_t { Auto, Main, Test, Testnet4, Signet, Regtest };
enum class PayoutMode : std::uint8_t { Single, PerMiner };
enum class ProfileKind : std::uint8_t { Auto, Small, Medium, Large, Enterprise };
enum class ListenerProtocol : std::uint8_t { V1, V2, Both };
enum class NoWorkChoice : std::uint8_t { Keep, Refuse, Close };

/// The network of a choice; nothing for Auto, which follows the node.
[[nodiscard]] std::optional<bitcoin::Network> networkOf(ChainChoice choice);

/// A Bitcoin node: the primary one, or a backup.
struct NodeSettings
{
    std::string rpcUrl = "http://127.0.0.1:8332";
    std::filesystem::path rpcCookie; ///< empty for none
    std::string rpcUser;             ///< with it the cookie is not used
    Secret rpcPassword;
    std::string zmqHashBlock; ///< empty for polling
    std::string zmqRawBlock;
    ChainChoice chain = ChainChoice::Auto;

    friend bool operator==(const NodeSettings&, const NodeSettings&) = default;
};

struct MiningSettings
{
    PayoutMode payoutMode = PayoutMode::Single;
    std::string payoutAddress;
    BasisPoints poolFee;
    std::string poolFeeAddress;
    BasisPoints donation;
    std::string donationAddress;
    std::string poolTagPrefix = "WarpPool"; ///< printable ASCII, at most MAX_TAG_BYTES

    friend bool operator==(const MiningSettings&, const MiningSettings&) = default;
};

struct ServerSettings
{
    std::filesystem::path dataDirectory = "~/.local/share/warppool"; ///< load() resolves "~"
    std::optional<ListenAddress> poolListen = ListenAddress{.host = "", .port = 3333};
    std::optional<ListenAddress> tlsListen;
    std::optional<ListenAddress> v2Listen = ListenAddress{.host = "", .port = 34254};
    std::optional<ListenAddress> statusListen = ListenAddress{.host = "127.0.0.1", .port = 18334};
    bool isLanAccessible = false;
    std::chrono::seconds jobRefresh{30};
    std::int64_t maxConnections = 1000;
    std::int64_t ioThreads = 0; ///< 0: by the machine's cores
    std::int64_t jobMemoryMebibytes = 128;
    std::chrono::seconds nodeCheck{5};

    friend bool operator==(const ServerSettings&, const ServerSettings&) = default;
};

struct TlsSettings
{
    std::filesystem::path certificateFile;
    std::filesystem::path keyFile;

    friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

/// One entry of [[listener]]; the listen keys of [server] are shorthand for such entries.
struct ListenerSettings
{
    std::optional<ListenAddress> listen;
    ListenerProtocol protocol = ListenerProtocol::V1;
    bool isTls = false;
    bool isTlsDetected = false;           ///< the first bytes decide; plain miners come in, too
    std::vector<std::string> proxyFrom{}; ///< networks whose PROXY header is believed
    std::vector<std::string> allow{};     ///< networks that may connect; empty: everybody
    std::int64_t maxConnections = 0;      ///< of this listener; 0: the pool's limit alone
    util::Difficulty minDifficulty{};     ///< 0, here and below: as [vardiff] says
    util::Difficulty maxDifficulty{};
    util::Difficulty initialDifficulty{};
    NoWorkChoice noWork = NoWorkChoice::Keep; ///< from `noWorkAfter` without good work on
    std::chrono::seconds noWorkAfter{30};

    friend bool operator==(const ListenerSettings&, const ListenerSettings&) = default;
};

struct VardiffSettings
{
    bool isEnabled = true;
    std::chrono::milliseconds targetInterval{8000}; ///< between two shares of one miner
    std::chrono::seconds window{90};
    util::Difficulty minDifficulty{0.00001};
    util::Difficulty maxDifficulty{0};     ///< 0 for no limit
    util::Difficulty initialDifficulty{0}; ///< 0 for the miner's class

    friend bool operator==(const VardiffSettings&, const VardiffSettings&) = default;
};

struct RateLimitSettings
{
    bool isEnabled = true;
    std::int64_t connectsPerSecond = 10;
    std::int64_t connectBurst = 50;
    std::int64_t authorisationsPerSecond = 10;
    std::int64_t authorisationBurst = 50;

    friend bool operator==(const RateLimitSettings&, const RateLimitSettings&) = default;
};

struct ProfileSettings
{
    ProfileKind kind = ProfileKind::Auto;

    friend bool operator==(const ProfileSettings&, const ProfileSettings&) = default;
};

struct HistorySettings
{
    std::int64_t minuteDays = 7;
    std::int64_t workerDays = 90; ///< of their quarters of an hour
    std::chrono::seconds commitInterval{30};

    friend bool operator==(const HistorySettings&, const HistorySettings&) = default;
};

struct DatabaseSettings
{
    std::string url; ///< of a PostgreSQL server; empty for the file in the data folder
    Secret password;

    friend bool operator==(const DatabaseSettings&, const DatabaseSettings&) = default;
};

struct MetricsSettings
{
    bool hasWorkers = false;

    friend bool operator==(const MetricsSettings&, const MetricsSettings&) = default;
};

struct LoggingSettings
{
    util::LogLevel level = util::LogLevel::Info; ///< after `debug` was taken into account
    bool isJson = false;
    bool isNetDebug = false;
    bool isDebug = false; ///< the file's `debug`; `level` is what counts
    std::int64_t quotaMebibytes = 50;

    friend bool operator==(const LoggingSettings&, const LoggingSettings&) = default;
};

struct Settings
{
    NodeSettings node;
    std::vector<NodeSettings> nodeBackups;
    MiningSettings mining;
    ServerSettings server;
    TlsSettings tls;
    std::vector<ListenerSettings> listeners; ///< the file's own entries; see effectiveListeners()
    VardiffSettings vardiff;
    RateLimitSettings rateLimit;
    ProfileSettings profile;
    HistorySettings history;
    DatabaseSettings database;
    MetricsSettings metrics;
    LoggingSettings logging;

    friend bool operator==(const Settings&, const Settings&) = default;
};

/// The miners' listeners that are on: `pool_listen`, `tls_listen`, `v2_listen`, then
/// `[[listener]]`.
[[nodiscard]] std::vector<ListenerSettings> effectiveListeners(const Settings& settings);

} // namespace warp::config
