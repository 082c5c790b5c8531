#include "core/engine/statistics.h"

#include "core/mining/odds.h"
#include "core/util/log.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

using interfaces::BlockRecord;
using interfaces::BlockState;
using interfaces::EventKind;
using interfaces::Severity;

namespace {

/// One issue a block.
std::string riskCode(const bitcoin::Hash256& hash)
{
    return "block_at_risk:" + bitcoin::toDisplayHex(hash);
}

} // namespace

Statistics::Statistics(util::Executor& executor, const util::Clock& clock, SnapshotSink& snapshots,
                       interfaces::EventFn publish)
    : m_executor(executor)
    , m_clock(clock)
    , m_snapshots(snapshots)
    , m_events(clock, std::move(publish))
    , m_latency(clock)
{
    scheduleTick();
}

void Statistics::scheduleTick()
{
    m_timer = m_executor.after(PUBLISH_INTERVAL, [this] {
        tick();
        scheduleTick();
    });
}

void Statistics::tick()
{
    m_miners.publish(m_current, m_clock.boot());
    publishSnapshot();
    if (m_history) {
        m_history->onTick(m_current);
    }
}

void Statistics::publishSnapshot()
{
    ++m_current.version;
    m_current.takenAt = m_clock.boot();
    m_current.takenAtWall = m_clock.wall().time;
    m_current.luck = luck();
    m_latency.publish(m_current);
    m_current.miners = static_cast<std::uint32_t>(std::max<std::int64_t>(m_connections, 0));
    m_snapshots.store(std::make_shared<const interfaces::PoolSnapshot>(m_current));
}

interfaces::LuckView Statistics::luck()
{
    const auto viewOf = [this](util::Difficulty best) {
        return interfaces::BestView{.difficulty = best,
                                    .fractionOfBlock =
                                        mining::fractionOfBlock(best, m_networkDifficulty)};
    };
    const util::Hashrate hashrate = m_rate.rate(m_clock.boot());
    const mining::Odds odds = mining::oddsOf(hashrate, m_networkDifficulty);
    return {.hashrate = hashrate,
            .networkDifficulty = m_networkDifficulty,
            .perDay = odds.perDay,
            .perMonth = odds.perMonth,
            .perYear = odds.perYear,
            .allTime = viewOf(m_bests.allTime),
            .sinceBlock = viewOf(m_bests.sinceBlock),
            .run = viewOf(m_bests.run)};
}

void Statistics::addShares(const ShareBatch& batch)
{
    const Moment now{.boot = m_clock.boot(), .wall = m_clock.wall().time};
    accumulate(m_current.shares, batch.shares);
    m_rate.add(batch.shares.acceptedWork, batch.shares.accepted(), now.boot);
    m_bests.add(batch.shares.best);
    m_miners.add(batch, now);
    m_connections += batch.connectionsDelta;
    if (m_history) {
        m_history->addShares(batch);
    }
    m_current.run.authorizations += batch.authorized;
    m_current.run.disconnections += batch.disconnected;
    m_latency.addReplies(batch.replies);
}

void Statistics::setState(interfaces::EngineState state)
{
    using interfaces::EngineState;
    // What a part says that is about to end does not count.
    const bool isLate =
        (m_current.state == EngineState::Stopping && state != EngineState::Stopped) ||
        (m_current.state == EngineState::Stopped && state != EngineState::Starting &&
         state != EngineState::Stopping);
    if (m_current.state == state || isLate) {
        return;
    }
    m_current.state = state;
    LOG_INFO(Engine, "state: {}", name(state));
    publishSnapshot();
    m_events.record({.kind = EventKind::StateChanged, .state = state});
}

void Statistics::setNetwork(bitcoin::Network network)
{
    m_current.network = network;
}

void Statistics::setTip(std::int64_t height, const bitcoin::Hash256& hash)
{
    if (m_current.tipHash == hash && m_current.tipHeight == height) {
        return;
    }
    m_current.tipHeight = height;
    m_current.tipHash = hash;
    publishSnapshot();
    m_events.record({.kind = EventKind::TipChanged});
}

void Statistics::seedBest(util::Difficulty allTime)
{
    m_bests.allTime = std::max(m_bests.allTime, allTime);
    if (m_history) {
        m_history->seedBest(allTime);
    }
}

void Statistics::setJob(interfaces::JobView job)
{
    m_networkDifficulty = job.networkDifficulty;
    m_current.work.job = job;
    ++m_current.jobsMade;
}

void Statistics::setListeners(std::vector<interfaces::ListenerView> listeners)
{
    m_current.listening.clear();
    for (const interfaces::ListenerView& listener : listeners) {
        if (listener.isOpen) {
            m_current.listening.push_back(listener.endpoint);
        }
    }
    m_miners.setListeners(std::move(listeners));
    m_miners.publish(m_current, m_clock.boot());
    publishSnapshot();
}

void Statistics::setNodes(std::vector<interfaces::NodeView> nodes)
{
    m_current.nodes = std::move(nodes);
    publishSnapshot();
}

BlockRecord* Statistics::findBlock(const bitcoin::Hash256& hash)
{
    auto& blocks = m_current.blocks;
    const auto known = std::find_if(blocks.begin(), blocks.end(),
                                    [&](const BlockRecord& other) { return other.hash == hash; });
    return known == blocks.end() ? nullptr : &*known;
}

void Statistics::restoreBlock(const BlockRecord& record)
{
    auto& blocks = m_current.blocks;
    if (BlockRecord* const known = findBlock(record.hash)) {
        *known = record;
    } else {
        blocks.push_back(record);
        if (blocks.size() > interfaces::PoolSnapshot::MAX_BLOCKS) {
            blocks.erase(blocks.begin());
        }
    }
    if (m_history) {
        m_history->addBlock(record);
    }
    publishSnapshot();
}

void Statistics::setBlock(const BlockRecord& record)
{
    const BlockRecord* const known = findBlock(record.hash);
    const BlockState before = known != nullptr ? known->state : BlockState::Pending;
    restoreBlock(record);
    announceBlock(record, before);
}

void Statistics::followBlock(const BlockRecord& record, BlockState before)
{
    if (BlockRecord* const known = findBlock(record.hash)) {
        *known = record;
        publishSnapshot();
    }
    if (m_history) {
        m_history->addBlock(record);
    }
    announceBlock(record, before);
}

void Statistics::announceBlock(const BlockRecord& record, BlockState before)
{
    if (before == record.state) {
        return;
    }
    switch (record.state) {
    case BlockState::Accepted:
        // Back in the best chain is not found again.
        if (before != BlockState::Orphaned) {
            m_bests.startRound();
            ++m_current.run.blocksFound;
            m_events.record(
                {.kind = EventKind::BlockFound, .severity = Severity::Info, .block = record});
        }
        break;
    case BlockState::Rejected:
        ++m_current.run.blocksRejected;
        m_events.record(
            {.kind = EventKind::BlockRejected, .severity = Severity::Critical, .block = record});
        break;
    case BlockState::Orphaned:
        m_events.record(
            {.kind = EventKind::BlockOrphaned, .severity = Severity::Warning, .block = record});
        break;
    case BlockState::Confirmed:
        m_events.record(
            {.kind = EventKind::BlockConfirmed, .severity = Severity::Info, .block = record});
        break;
    case BlockState::Pending:
    case BlockState::Superseded:
        break;
    }
}

void Statistics::raiseBlockRisk(const BlockRecord& record, const std::string& path)
{
    const std::string code = riskCode(record.hash);
    raiseIssue(code, record.reason + "; " + path, Severity::Critical);
    const auto& issues = m_current.issues;
    const auto issue = std::find_if(issues.begin(), issues.end(),
                                    [&](const auto& each) { return each.code == code; });
    m_events.record({.kind = EventKind::BlockAtRisk,
                     .severity = Severity::Critical,
                     .issue = *issue,
                     .block = record});
}

void Statistics::clearBlockRisk(const bitcoin::Hash256& hash)
{
    clearIssue(riskCode(hash));
}

void Statistics::setAudit(interfaces::AuditView audit)
{
    const bool isChange = m_current.work.audit.state != audit.state;
    m_current.work.audit = std::move(audit);
    if (isChange) {
        publishSnapshot();
    }
}

void Statistics::setProposal(interfaces::ProposalView proposal)
{
    m_current.work.proposal = std::move(proposal);
    publishSnapshot();
}

void Statistics::raiseIssue(const std::string& code, const std::string& detail,
                            interfaces::Severity severity)
{
    auto& issues = m_current.issues;
    const auto known = std::find_if(issues.begin(), issues.end(),
                                    [&](const auto& issue) { return issue.code == code; });
    if (known != issues.end()) {
        known->detail = detail;
        return;
    }
    issues.push_back({.code = code,
                      .detail = detail,
                      .since = m_clock.boot(),
                      .raisedAt = m_clock.wall().time,
                      .severity = severity});
    LOG_WARNING(Engine, "health: {}: {}", code, util::sanitize(detail, 300));
    publishSnapshot();
    m_events.record({.kind = EventKind::IssueRaised, .severity = severity, .issue = issues.back()});
}

void Statistics::clearIssue(const std::string& code)
{
    auto& issues = m_current.issues;
    const auto known = std::find_if(issues.begin(), issues.end(),
                                    [&](const auto& issue) { return issue.code == code; });
    if (known == issues.end()) {
        return;
    }
    interfaces::HealthIssue cleared = std::move(*known);
    issues.erase(known);
    LOG_INFO(Engine, "health: {} is over", code);
    publishSnapshot();
    m_events.record({.kind = EventKind::IssueCleared, .issue = std::move(cleared)});
}

} // namespace warp::engine
