// What miners work on, as people are shown it: the coinbase as sent, who gets how much, and whether
// audit and node agree with it. Value types; any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::interfaces {

struct CoinbaseOutputView
{
    std::string kind;    ///< "p2pkh", "p2sh", "p2wpkh", "p2wsh", "p2tr", "witness_commitment", ...
    std::string address; ///< empty where the script has none
    util::Satoshi value{};

    friend bool operator==(const CoinbaseOutputView&, const CoinbaseOutputView&) = default;
};

/// A coinbase read back from the bytes that a miner was sent.
struct CoinbaseView
{
    std::int64_t height = -1; ///< -1 where it cannot be read
    std::string tag;          ///< unsanitised
    std::size_t scriptSize = 0;
    std::size_t extranonceOffset = 0; ///< in the transaction without witness
    std::size_t extranonceSize = 0;
    std::vector<CoinbaseOutputView> outputs;
    util::Satoshi total{};
    std::optional<bitcoin::Hash256> witnessCommitment;
    std::size_t weight = 0; ///< weight units, as part of a block

    friend bool operator==(const CoinbaseView&, const CoinbaseView&) = default;
};

/// Who was promised what, and what became of it.
struct PayoutPartView
{
    std::string role;    ///< "payout", "pool_fee", "donation"
    std::string code;    ///< "paid", "folded_dust", "paid_dust", "nothing_left"
    std::string address; ///< empty where the script has none
    util::Satoshi due{};
    util::Satoshi paid{};

    friend bool operator==(const PayoutPartView&, const PayoutPartView&) = default;
};

enum class AuditState : std::uint8_t { None, Green, Red };

[[nodiscard]] std::string_view name(AuditState state);

/// Our own judgement of the work as sent.
struct AuditView
{
    AuditState state = AuditState::None;
    std::string code; ///< "ok", or the first thing that is not as promised
    std::uint32_t jobId = 0;
    std::uint64_t audited = 0; ///< coinbases so far
    std::uint64_t refused = 0; ///< of them red
    std::vector<PayoutPartView> parts;
    CoinbaseView coinbase;

    friend bool operator==(const AuditView&, const AuditView&) = default;
};

enum class ProposalState : std::uint8_t {
    None,        ///< nothing proven yet
    Proven,      ///< the node finds blocks of ours valid
    Refused,     ///< `reason` has its words
    Unsupported, ///< this node takes no proposals
};

[[nodiscard]] std::string_view name(ProposalState state);

/// The node's judgement of blocks like ours, all but the proof of work.
struct ProposalView
{
    ProposalState state = ProposalState::None;
    std::string reason;            ///< the node's words; unsanitised
    std::uint64_t proposals = 0;   ///< that were answered
    std::uint64_t shapes = 0;      ///< forms of coinbase that are proven
    util::Duration lastDuration{}; ///< from question to answer

    friend bool operator==(const ProposalView&, const ProposalView&) = default;
};

/// Rises by one with each change of these types, for whoever stores or transmits them.
inline constexpr std::uint32_t WORK_VIEW_FORMAT = 1;

/// The work that was handed out last.
struct JobView
{
    std::uint32_t id = 0;
    std::int64_t height = -1; ///< of the block to be made; -1 before the first
    bitcoin::Hash256 previous{};
    util::Satoshi coinbaseValue{};  ///< subsidy and fees
    std::uint64_t transactions = 0; ///< without the coinbase
    bool isClean = false;           ///< it replaced all work before it
    bool isProvisional = false;     ///< empty, of our own making, until the node's template comes
    util::BootTime received{};      ///< when its template arrived; older is more stale
    util::Difficulty networkDifficulty{};

    friend bool operator==(const JobView&, const JobView&) = default;
};

struct WorkView
{
    std::uint32_t format = WORK_VIEW_FORMAT;
    JobView job;
    AuditView audit;
    ProposalView proposal;
    /// How long a miner that was always connected has worked on empty blocks of our own making,
    /// because the node needed long for a template.
    util::Duration emptyTime{};

    friend bool operator==(const WorkView&, const WorkView&) = default;
};

} // namespace warp::interfaces
