#include "core/sim/share_ledger.h"

#include <algorithm>

namespace warp::sim {

namespace {

// Stratum V1 error codes as every pool uses them.
constexpr int CODE_STALE = 21;
constexpr int CODE_LOW_DIFFICULTY = 23;

} // namespace

MinerStats& MinerStats::operator+=(const MinerStats& other)
{
    hashes += other.hashes;
    submitted += other.submitted;
    accepted += other.accepted;
    rejected += other.rejected;
    unanswered += other.unanswered;
    for (const auto& [code, count] : other.rejectedByCode) {
        rejectedByCode[code] += count;
    }
    falseRejects.insert(falseRejects.end(), other.falseRejects.begin(), other.falseRejects.end());
    falseAccepts.insert(falseAccepts.end(), other.falseAccepts.begin(), other.falseAccepts.end());
    blocks.insert(blocks.end(), other.blocks.begin(), other.blocks.end());
    blocksBelowShareTarget += other.blocksBelowShareTarget;
    connections += other.connections;
    disconnections += other.disconnections;
    jobs += other.jobs;
    cleanJobs += other.cleanJobs;
    authorizationsRefused += other.authorizationsRefused;
    reconnectsAsked += other.reconnectsAsked;
    for (const auto& [reason, count] : other.linkFailures) {
        linkFailures[reason] += count;
    }
    return *this;
}

void ShareLedger::addShare(const SentShare& share)
{
    ++m_stats.submitted;
    m_open.push_back(share);
}

void ShareLedger::onAnswer(const stratum::v1::ShareAnswered& answer, std::uint64_t tipNumber)
{
    const auto found = std::find_if(m_open.begin(), m_open.end(), [&](const SentShare& share) {
        return share.tag == answer.tag;
    });
    if (found == m_open.end()) {
        return;
    }
    const SentShare share = *found;
    m_open.erase(found);
    if (!answer.isAccepted) {
        onRejected(share, answer, tipNumber);
        return;
    }
    ++m_stats.accepted;
    if (share.intent == ShareIntent::Duplicate || share.intent == ShareIntent::Weak) {
        m_stats.falseAccepts.push_back(
            {.hash = share.hash, .intent = share.intent, .code = 0, .message = {}});
    } else {
        answerBlock(share.hash, BlockAnswer::Accepted);
    }
}

void ShareLedger::onRejected(const SentShare& share, const stratum::v1::ShareAnswered& answer,
                             std::uint64_t tipNumber)
{
    ++m_stats.rejected;
    ++m_stats.rejectedByCode[answer.code];
    if (share.intent == ShareIntent::Honest || share.intent == ShareIntent::Stale) {
        answerBlock(share.hash, BlockAnswer::Rejected);
    }
    if (share.intent != ShareIntent::Honest) {
        return;
    }
    // Answers and jobs share one stream: a clean job that made the share stale came before.
    const bool isStale = answer.code == CODE_STALE && tipNumber != share.tipNumber;
    const bool isLow = answer.code == CODE_LOW_DIFFICULTY && share.target == ShareTarget::Lowered;
    if (!isStale && !isLow) {
        m_stats.falseRejects.push_back({.hash = share.hash,
                                        .intent = share.intent,
                                        .code = answer.code,
                                        .message = answer.message});
    }
}

void ShareLedger::onDisconnected()
{
    m_stats.unanswered += m_open.size();
    m_open.clear();
}

std::optional<util::BootTime> ShareLedger::waitingSince() const
{
    return m_open.empty() ? std::nullopt : std::optional(m_open.front().sentAt);
}

void ShareLedger::answerBlock(const bitcoin::Hash256& hash, BlockAnswer answer)
{
    const auto found = std::find_if(m_stats.blocks.rbegin(), m_stats.blocks.rend(),
                                    [&](const MinedBlock& block) { return block.hash == hash; });
    if (found != m_stats.blocks.rend()) {
        found->answer = answer;
    }
}

} // namespace warp::sim
