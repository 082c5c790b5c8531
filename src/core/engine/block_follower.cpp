#include "core/engine/block_follower.h"

#include "core/bitcoin/address.h"
#include "core/util/log.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

using interfaces::BlockState;
using interfaces::PaymentAudit;
using node::BlockStanding;

namespace {

/// Below this a block is asked for at each tip, above it at every tenth.
constexpr std::int64_t SHALLOW = 6;
constexpr std::int64_t DEEP_STEP = 10;
/// A node that prunes may not have the block any more.
constexpr std::uint32_t MAX_AUDIT_TRIES = 3;

} // namespace

BlockFollower::BlockFollower(util::Executor& executor, const NodeLinks& links,
                             util::Duration questionTimeout, Callbacks callbacks)
    : m_executor(executor)
    , m_links(links)
    , m_timeout(questionTimeout)
    , m_callbacks(std::move(callbacks))
{}

void BlockFollower::follow(const SpooledBlock& block)
{
    Entry& entry = m_entries[block.record.hash];
    entry.block = block;
    entry.block.bytes.reset();
    askAll(entry);
}

bool BlockFollower::contains(const bitcoin::Hash256& hash) const
{
    return m_entries.contains(hash);
}

void BlockFollower::ask(const bitcoin::Hash256& hash)
{
    if (const auto it = m_entries.find(hash); it != m_entries.end()) {
        askAll(it->second);
    }
}

bool BlockFollower::isOver(const interfaces::BlockRecord& record) const
{
    return record.state == BlockState::Confirmed ||
           (record.state == BlockState::Orphaned && m_tipHeight >= record.height + DEPTH);
}

bool BlockFollower::isDue(const Entry& entry) const
{
    const interfaces::BlockRecord& record = entry.block.record;
    const std::int64_t depth = m_tipHeight - record.height + 1;
    return entry.isDoubtful || record.state != BlockState::Accepted ||
           record.confirmations < SHALLOW || depth >= DEPTH ||
           depth >= record.confirmations + DEEP_STEP;
}

void BlockFollower::onTip(std::int64_t height)
{
    m_tipHeight = height;
    for (auto& [hash, entry] : m_entries) {
        if (isDue(entry)) {
            askAll(entry);
        }
    }
}

void BlockFollower::forgetQuestions()
{
    for (auto& [hash, entry] : m_entries) {
        entry.questions.clear();
        entry.answers.clear();
        entry.open = 0;
        entry.preferences.clear();
        entry.audit.reset();
    }
}

void BlockFollower::askAboutAll()
{
    for (auto& [hash, entry] : m_entries) {
        askAll(entry);
    }
}

void BlockFollower::keepOnly(bitcoin::Network network)
{
    std::erase_if(m_entries,
                  [&](const auto& entry) { return entry.second.block.network != network; });
}

void BlockFollower::askAll(Entry& entry)
{
    if (entry.open != 0) {
        entry.isWanted = true;
        return;
    }
    entry.isWanted = false;
    entry.open = m_links.size();
    entry.answers.assign(m_links.size(), {});
    entry.questions.clear();
    entry.questions.resize(m_links.size());
    for (std::size_t i = 0; i < m_links.size(); ++i) {
        entry.questions[i] = m_links[i].submitter->locate(
            entry.block.record.hash, m_timeout,
            [this, hash = entry.block.record.hash, i](const node::BlockLocation& location) {
                onAnswer(hash, i, location);
            });
    }
}

void BlockFollower::onAnswer(const bitcoin::Hash256& hash, std::size_t link,
                             const node::BlockLocation& location)
{
    const auto it = m_entries.find(hash);
    if (it == m_entries.end()) {
        return;
    }
    Entry& entry = it->second;
    entry.answers[link] = location;
    // Kept until the end of this call, which its callback is a part of.
    const util::RequestHandle answered = std::move(entry.questions[link]);
    if (--entry.open == 0) {
        conclude(entry);
    }
}

void BlockFollower::conclude(Entry& entry)
{
    const auto best = std::max_element(entry.answers.begin(), entry.answers.end(),
                                       [](const auto& left, const auto& right) {
                                           return std::pair(left.standing, left.confirmations) <
                                                  std::pair(right.standing, right.confirmations);
                                       });
    // A node that lacks it beside others that have it gets it from them.
    const bool isMissing = best->standing == BlockStanding::NotFound;
    entry.isDoubtful = best->standing < BlockStanding::SideChain;
    interfaces::BlockRecord buried = entry.block.record;
    if (isMissing && buried.state != BlockState::Accepted && m_tipHeight >= buried.height + DEPTH) {
        // Nobody has it, and no node would turn back so far.
        buried.state = BlockState::Orphaned;
        change(entry, std::move(buried));
        return;
    }
    if (isMissing && !entry.pause) {
        entry.pause = m_executor.after(MISSING_INTERVAL, [this, hash = entry.block.record.hash] {
            if (const auto it = m_entries.find(hash); it != m_entries.end()) {
                it->second.pause.reset();
            }
        });
        m_callbacks.onMissing(entry.block);
    }
    const bitcoin::Hash256 hash = entry.block.record.hash;
    const bool isWanted = entry.isWanted;
    if (entry.isDoubtful) {
        scheduleRetry();
    } else if (best->standing == BlockStanding::BestChain) {
        onBestChain(entry, *best, static_cast<std::size_t>(best - entry.answers.begin()));
    } else {
        onSideChain(entry);
    }
    // The entry may be gone.
    if (isWanted) {
        ask(hash);
    }
}

void BlockFollower::scheduleRetry()
{
    if (m_retryTimer) {
        return;
    }
    m_retryTimer = m_executor.after(RETRY_INTERVAL, [this] {
        m_retryTimer.reset();
        for (auto& [hash, entry] : m_entries) {
            if (entry.isDoubtful) {
                askAll(entry);
            }
        }
    });
}

void BlockFollower::onBestChain(Entry& entry, const node::BlockLocation& location, std::size_t link)
{
    interfaces::BlockRecord record = entry.block.record;
    if (record.audit == PaymentAudit::NotChecked && !entry.audit &&
        entry.auditTries < MAX_AUDIT_TRIES) {
        ++entry.auditTries;
        startAudit(entry, link);
    }
    record.confirmations = location.confirmations;
    record.state = location.confirmations >= DEPTH ? BlockState::Confirmed : BlockState::Accepted;
    change(entry, std::move(record));
}

void BlockFollower::onSideChain(Entry& entry)
{
    interfaces::BlockRecord record = entry.block.record;
    if (entry.preference == Preference::NotAsked && m_tipHeight <= record.height) {
        entry.preference = Preference::Asked;
        prefer(entry);
    }
    record.confirmations = 0;
    if (record.state != BlockState::Pending || m_tipHeight > record.height) {
        record.state = BlockState::Orphaned; // else the race is still on
    }
    change(entry, std::move(record));
}

void BlockFollower::change(Entry& entry, interfaces::BlockRecord record)
{
    const interfaces::BlockRecord before = std::exchange(entry.block.record, std::move(record));
    const SpooledBlock block = entry.block;
    const bool isLast = isOver(block.record);
    if (isLast) {
        m_entries.erase(block.record.hash);
    }
    if (isLast || block.record != before) {
        m_callbacks.onChanged(block, before);
    }
}

void BlockFollower::prefer(Entry& entry)
{
    for (std::size_t i = 0; i < m_links.size(); ++i) {
        if (entry.answers[i].standing == BlockStanding::SideChain) {
            entry.preferences.push_back(m_links[i].submitter->prefer(
                entry.block.record.hash, m_timeout,
                [this, hash = entry.block.record.hash](node::PreferOutcome outcome) {
                    if (outcome == node::PreferOutcome::Done) {
                        ask(hash);
                    }
                }));
        }
    }
}

void BlockFollower::startAudit(Entry& entry, std::size_t link)
{
    entry.audit = m_links[link].submitter->coinbaseOutputs(
        entry.block.record.hash, m_timeout,
        [this, hash = entry.block.record.hash](const node::OutputsResult& outputs) {
            onOutputs(hash, outputs);
        });
}

void BlockFollower::onOutputs(const bitcoin::Hash256& hash, const node::OutputsResult& outputs)
{
    const auto it = m_entries.find(hash);
    if (it == m_entries.end()) {
        return;
    }
    Entry& entry = it->second;
    const util::RequestHandle answered = std::move(entry.audit);
    if (!outputs) {
        return; // asked again with the next answer
    }
    std::vector<interfaces::Payment> paid;
    for (const bitcoin::TxOut& output : *outputs) {
        if (output.value > util::Satoshi(0)) {
            paid.push_back(
                {.address = bitcoin::encodeAddress(output.script, entry.block.network).value_or(""),
                 .value = output.value});
        }
    }
    interfaces::BlockRecord record = entry.block.record;
    record.audit = paid == record.payments ? PaymentAudit::AsPromised : PaymentAudit::Different;
    if (record.audit == PaymentAudit::Different) {
        LOG_ERROR(Engine, "block {} does not pay what was promised", bitcoin::toDisplayHex(hash));
    }
    change(entry, std::move(record));
}

} // namespace warp::engine
