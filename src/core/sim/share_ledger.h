// ShareLedger: what a simulated miner has sent and what became of it. It knows what an honest miner
// may expect, so that a test can demand that nothing was refused or accepted wrongly.
// Owned by a SimulatedMiner; lives on its executor.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/stratum/v1/client_session.h"
#include "core/util/clock.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace warp::sim {

/// Why a share was sent.
enum class ShareIntent : std::uint8_t {
    Honest,
    Stale,     ///< of a job that a clean one has replaced
    Duplicate, ///< sent before
    Weak,      ///< meets no target
};

/// How far the miner's own view of the difficulty is the one that the job came with.
enum class ShareTarget : std::uint8_t {
    OfJob,
    Lowered, ///< a lower difficulty was applied to a job from before it
};

struct SentShare
{
    std::uint64_t tag = 0;
    ShareIntent intent = ShareIntent::Honest;
    ShareTarget target = ShareTarget::OfJob;
    std::uint64_t tipNumber = 0; ///< clean jobs seen when it was sent
    util::BootTime sentAt{};
    bitcoin::Hash256 hash{};
};

enum class BlockAnswer : std::uint8_t {
    None, ///< not yet, or the connection went first
    Accepted,
    Rejected,
};

struct MinedBlock
{
    bitcoin::Hash256 hash{};
    bitcoin::Hash256 previous{};
    util::BootTime foundAt{};
    BlockAnswer answer = BlockAnswer::None;
};

struct WrongAnswer
{
    bitcoin::Hash256 hash{};
    ShareIntent intent{};
    int code = 0; ///< 0: accepted
    std::string message;
};

struct MinerStats
{
    std::uint64_t hashes = 0;
    std::uint64_t submitted = 0;
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
    std::uint64_t unanswered = 0; ///< lost with their connection
    std::map<int, std::uint64_t> rejectedByCode;
    /// Honest shares that were refused without a reason that a miner could see coming.
    std::vector<WrongAnswer> falseRejects;
    /// Duplicates and weak shares that were accepted.
    std::vector<WrongAnswer> falseAccepts;
    std::vector<MinedBlock> blocks;
    std::uint64_t blocksBelowShareTarget = 0; ///< the pool asked for more than the network does
    std::uint64_t connections = 0;
    std::uint64_t disconnections = 0;
    std::uint64_t jobs = 0;
    std::uint64_t cleanJobs = 0;
    std::uint64_t authorizationsRefused = 0;
    std::uint64_t reconnectsAsked = 0;                 ///< by the pool
    std::map<std::string, std::uint64_t> linkFailures; ///< connections that the miner ended, by why

    MinerStats& operator+=(const MinerStats& other);
};

class ShareLedger final
{
public:
    void addShare(const SentShare& share);
    void addBlock(const MinedBlock& block) { m_stats.blocks.push_back(block); }
    /// @param tipNumber  clean jobs seen so far.
    void onAnswer(const stratum::v1::ShareAnswered& answer, std::uint64_t tipNumber);
    /// The connection went: what is open is lost.
    void onDisconnected();

    /// When the oldest share without an answer was sent.
    [[nodiscard]] std::optional<util::BootTime> waitingSince() const;
    [[nodiscard]] std::size_t openCount() const { return m_open.size(); }
    [[nodiscard]] const MinerStats& stats() const { return m_stats; }
    [[nodiscard]] MinerStats& stats() { return m_stats; }

private:
    void onRejected(const SentShare& share, const stratum::v1::ShareAnswered& answer,
                    std::uint64_t tipNumber);
    void answerBlock(const bitcoin::Hash256& hash, BlockAnswer answer);

    std::deque<SentShare> m_open; ///< in order of sending
    MinerStats m_stats;
};

} // namespace warp::sim
