// What the pool looks like at one moment: the value that GUI, API and tools read. Immutable once
// published; any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/network.h"
#include "core/interfaces/history.h"
#include "core/interfaces/latency_view.h"
#include "core/interfaces/luck_view.h"
#include "core/interfaces/miner_view.h"
#include "core/interfaces/severity.h"
#include "core/interfaces/shared_list.h"
#include "core/interfaces/work_view.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::interfaces {

enum class EngineState : std::uint8_t {
    NeedsSetup, ///< settings that it cannot do without are missing
    Starting,
    Running,
    NoWork,
    Stopping,
    Failed,
    Stopped, ///< by command; found blocks are still brought to the node
};

[[nodiscard]] std::string_view name(EngineState state);

/// How the newest tip's first work reached the miners, from its template's arrival on.
struct TipDelivery
{
    std::uint32_t miners = 0;
    std::chrono::microseconds medianByHashrate{}; ///< half of the hashrate had it by then
    std::chrono::microseconds last{};             ///< the last miner's bytes were handed over

    friend bool operator==(const TipDelivery&, const TipDelivery&) = default;
};

enum class BlockState : std::uint8_t {
    Pending,    ///< on its way to the node
    Accepted,   ///< the node has it
    Rejected,   ///< the node refused it; `reason` has its words
    Superseded, ///< another of our blocks on the same parent went before it
    Orphaned,   ///< the node has it, but another block of its height is in the best chain
    Confirmed,  ///< a hundred deep: the reward can be spent
};

[[nodiscard]] std::string_view name(BlockState state);

struct Payment
{
    std::string address; ///< empty where the script has no address
    util::Satoshi value{};

    friend bool operator==(const Payment&, const Payment&) = default;
};

/// What the node says of the coinbase, against what was promised.
enum class PaymentAudit : std::uint8_t { NotChecked, AsPromised, Different };

[[nodiscard]] std::string_view name(PaymentAudit audit);

struct BlockRecord
{
    bitcoin::Hash256 hash{};
    std::int64_t height = 0;
    BlockState state = BlockState::Pending;
    std::string reason;
    std::string worker; ///< who found it, as authorized; unsanitised
    std::vector<Payment> payments;
    std::int64_t confirmations = 0; ///< as last asked for; the tip has 1
    PaymentAudit audit = PaymentAudit::NotChecked;
    util::WallTime foundAt{};

    friend bool operator==(const BlockRecord&, const BlockRecord&) = default;
};

/// Something that keeps the pool from working as it should. Codes are stable; text is made at the
/// edge.
struct HealthIssue
{
    std::string code;   ///< e.g. "node_unauthorized", "listener_port_in_use"
    std::string detail; ///< values, such as an address or the node's words; unsanitised
    util::BootTime since{};
    util::WallTime raisedAt{};
    Severity severity = Severity::Warning;

    friend bool operator==(const HealthIssue&, const HealthIssue&) = default;
};

/// What a node publishes of its blocks beside RPC.
struct FeedView
{
    std::string topic; ///< "hashblock", "rawblock"
    bool isConnected = false;
    bool isSilent = false; ///< the last tips came by another way and not by this one
    std::optional<util::BootTime> lastMessage;
    std::uint64_t messages = 0;
    std::uint64_t gaps = 0;     ///< times that messages were lost
    std::uint64_t renewals = 0; ///< connections made anew because a tip was missed

    friend bool operator==(const FeedView&, const FeedView&) = default;
};

struct NodeView
{
    std::string host;   ///< "host:port", without credentials
    std::string state;  ///< code, e.g. "node_ready"
    std::string detail; ///< why it is not ready; the node's words, unsanitised
    std::optional<bitcoin::Network> network;
    std::int64_t height = -1;
    bool isActive = false; ///< work is made from its templates
    bool isInitialDownload = false;
    bool isPruned = false;
    std::optional<util::WallTime> tipTime; ///< as the tip's header says
    std::vector<FeedView> feeds;
    std::int64_t headers = -1; ///< height of its best header; -1: unknown
    /// Of the chain, in thousandths, as it estimates; while it is in its initial download.
    std::optional<std::uint32_t> verifiedPermille;

    friend bool operator==(const NodeView&, const NodeView&) = default;
};

/// What runs, and since when.
struct ProgramView
{
    std::string version; ///< e.g. "0.1.0"
    std::string profile; ///< name of the profile in force
    util::WallTime startedAt{};
    std::uint64_t bootId = 0; ///< of this run, by chance
    /// What Stratum V2 miners know the pool by, in base58check; empty while there is none.
    std::string authorityKey{};

    friend bool operator==(const ProgramView&, const ProgramView&) = default;
};

/// How often something happened since the program started.
struct RunCounts
{
    std::uint64_t authorizations = 0; ///< sessions
    std::uint64_t disconnections = 0; ///< of sessions that were authorized
    std::uint64_t blocksFound = 0;    ///< accepted by a node
    std::uint64_t blocksRejected = 0;

    friend bool operator==(const RunCounts&, const RunCounts&) = default;
};

/// Rises by one with each change of this type, for whoever stores or transmits it.
inline constexpr std::uint32_t POOL_SNAPSHOT_FORMAT = 1;

struct PoolSnapshot
{
    std::uint64_t version = 0; ///< rises with each one
    util::BootTime takenAt{};  ///< what ages are measured against
    util::WallTime takenAtWall{};
    ProgramView program;
    EngineState state = EngineState::Starting;
    std::optional<bitcoin::Network> network;
    std::int64_t tipHeight = -1; ///< -1 before the first job
    bitcoin::Hash256 tipHash{};
    std::uint64_t jobsMade = 0;
    std::uint32_t miners = 0; ///< connections
    ShareCounters shares;
    TipDelivery delivery;
    RunCounts run;
    std::vector<BlockRecord> blocks; ///< newest last, at most MAX_BLOCKS
    std::vector<HealthIssue> issues;
    std::vector<std::string> listening;  ///< "host:port" of each open listener
    std::vector<ListenerView> listeners; ///< all that are configured
    SharedList<WorkerView> workers;      ///< by name; bounded
    std::uint64_t workersDropped = 0;    ///< for which there was no room since the start
    SharedList<SessionView> sessions;    ///< by id
    SharedList<BestShare> bests;         ///< highest first, each a record of its worker
    std::vector<NodeView> nodes;         ///< the primary first
    WorkView work;
    LuckView luck;
    LatencyView latency;

    static constexpr std::size_t MAX_BLOCKS = 100;
    static constexpr std::size_t MAX_BESTS = 100;

    friend bool operator==(const PoolSnapshot&, const PoolSnapshot&) = default;
};

} // namespace warp::interfaces
