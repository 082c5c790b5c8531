// What the node link tells the rest of the engine: tips, states, errors, verdicts on blocks.
// Value types; no thread affinity.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/network.h"
#include "core/bitcoin/uint256.h"
#include "core/util/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::node {

/// How the link to the node stands. Each is a health state with its own way out.
enum class NodeState : std::uint8_t {
    Unknown,       ///< not asked yet
    Unreachable,   ///< refused, no route, name not found, no answer in time
    CookieMissing, ///< the cookie file cannot be read (node not started, wrong path, no permission)
    Unauthorized,  ///< wrong user, password or cookie (HTTP 401 or 403)
    WarmingUp,     ///< RPC error -28
    Busy, ///< HTTP 503 (its work queue is full), or it is alive but gives no template in time
    InitialDownload, ///< still catching up with the chain
    NoPeers,         ///< getblocktemplate refuses without peers (RPC error -9)
    WrongChain,      ///< another chain than configured
    Failing,         ///< answers, but not with what is needed; the error has the words
    SignatureNeeded, ///< a signet whose blocks need a signature, which no miner can give (BIP 325)
    Behind,          ///< ready, but another node's chain has more work
    Ready,
};

/// Stable code of a state for logs, API and tests, e.g. "node_unauthorized".
[[nodiscard]] std::string_view code(NodeState state);

enum class NodeErrorCode : std::uint8_t {
    Transport,     ///< no HTTP answer; `message` names the cause
    CookieMissing, ///< `message` names the file and the cause
    Unauthorized,
    WarmingUp,        ///< RPC -28
    Busy,             ///< HTTP 503
    InitialDownload,  ///< RPC -10, or what getblockchaininfo says
    NoPeers,          ///< RPC -9
    MethodMissing,    ///< RPC -32601: a missing capability, not a fault
    Rpc,              ///< any other RPC error; rpcCode and message are the node's
    Malformed,        ///< the answer is not what the method promises
    Abandoned,        ///< the deadline passed
    WrongChain,       ///< another chain than expected; `message` is its name
    UnsupportedChain, ///< a chain that this program does not know; `message` is its name
    SignatureNeeded,  ///< the template's signet_challenge is not OP_TRUE
};

struct NodeError
{
    NodeErrorCode code = NodeErrorCode::Transport;
    std::int64_t rpcCode = 0;
    std::string message{}; ///< the node's words, or ours; not yet sanitised for a log

    friend bool operator==(const NodeError&, const NodeError&) = default;
};

/// The health state of a node whose last answer was this error.
[[nodiscard]] NodeState stateFor(NodeErrorCode code);

enum class TipSource : std::uint8_t { Poll, Longpoll, Zmq };
enum class TipTrust : std::uint8_t { Unverified, Trusted };

struct Tip
{
    bitcoin::Hash256 hash{};
    std::int64_t height = 0;
    bitcoin::Uint256 chainwork{}; ///< 0 where the node does not say
    TipSource source = TipSource::Poll;
    TipTrust trust = TipTrust::Unverified;

    friend bool operator==(const Tip&, const Tip&) = default;
};

/// What a node publishes over ZMQ when its tip changes.
enum class FeedTopic : std::uint8_t { HashBlock, RawBlock };

/// How one publisher stands.
struct FeedStatus
{
    FeedTopic topic = FeedTopic::HashBlock;
    bool isConnected = false;
    bool isSilent = false; ///< the last tips came by another way and not by this one
    std::optional<util::BootTime> lastMessage{};
    std::uint64_t messages = 0;
    std::uint64_t gaps = 0;      ///< jumps of the counter: messages were lost
    std::uint64_t malformed = 0; ///< messages that are not what Core sends
    std::uint64_t renewals = 0;  ///< the socket was made anew because a tip was missed

    friend bool operator==(const FeedStatus&, const FeedStatus&) = default;
};

/// What getblockchaininfo said, reduced.
struct ChainInfo
{
    bitcoin::Network network = bitcoin::Network::Main;
    Tip tip;
    std::uint32_t tipTime = 0; ///< nTime of the tip; 0 where the node does not say
    bool isInitialDownload = false;
    bool isPruned = false;
    std::int64_t headers = -1; ///< height of the best header; -1 where the node does not say
    /// How much of the chain is verified, in thousandths, by its own estimate; only while it is in
    /// its initial download.
    std::optional<std::uint32_t> verifiedPermille{};

    friend bool operator==(const ChainInfo&, const ChainInfo&) = default;
};

/// One of several nodes.
struct NodeStatus
{
    enum class Duty : std::uint8_t { Standby, Active };

    std::string host{}; ///< "host:port" of its RPC, without credentials
    NodeState state = NodeState::Unknown;
    NodeError error{}; ///< why it is not Ready
    std::optional<ChainInfo> chain{};
    Duty duty = Duty::Standby; ///< work is made from the active one's templates
    std::vector<FeedStatus> feeds{};

    friend bool operator==(const NodeStatus&, const NodeStatus&) = default;
};

enum class SubmitVerdict : std::uint8_t {
    Accepted,
    AlreadyThere, ///< duplicate: another path brought it
    Inconclusive, ///< valid so far, not on the best chain: to be tracked
    Rejected,     ///< `reason` has the node's words
    Unknown,      ///< no verdict: transport or RPC error; to be retried
};

struct SubmitOutcome
{
    SubmitVerdict verdict = SubmitVerdict::Unknown;
    std::string reason{};

    friend bool operator==(const SubmitOutcome&, const SubmitOutcome&) = default;
};

/// Whether a node has a block.
enum class BlockStanding : std::uint8_t {
    Unknown,   ///< no answer, or the node does not know the question
    NotFound,  ///< the node answers that it has no such block
    SideChain, ///< it has it, outside of its best chain
    BestChain,
};

struct BlockLocation
{
    BlockStanding standing = BlockStanding::Unknown;
    std::int64_t confirmations = 0; ///< BestChain: 1 for the tip
    /// Whether the node said anything at all, an error included: it is alive.
    bool isAnswered = false;
    std::string reason{}; ///< Unknown: the node's words, or ours

    friend bool operator==(const BlockLocation&, const BlockLocation&) = default;
};

/// What is kept of a node's words.
inline constexpr std::size_t MAX_REASON_LENGTH = 500;

/// The result of submitblock (null or a string) as a verdict: null accepted; `duplicate`,
/// `rejected: duplicate` (bcoin) and `rejected: already have block ...` (btcd) already there;
/// `inconclusive*`, `duplicate-inconclusive` and btcd's orphans tracked; `duplicate-invalid` and
/// anything else rejected. A leading "rejected: " is stripped from the reason.
[[nodiscard]] SubmitOutcome classifySubmitResult(const std::optional<std::string>& result);

} // namespace warp::node
