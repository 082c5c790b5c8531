// Counters, health and blocks of the whole engine, published as PoolSnapshot. Lives on the "stats"
// executor, the only writer; others post batches.
#pragma once

#include "core/engine/event_journal.h"
#include "core/engine/history_keeper.h"
#include "core/engine/latency_keeper.h"
#include "core/engine/miner_register.h"
#include "core/engine/share_batch.h"
#include "core/interfaces/pool_service.h"
#include "core/mining/bests.h"
#include "core/mining/work_rate.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/published.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace warp::engine {

class Statistics final
{
public:
    using SnapshotSink = util::Published<interfaces::PoolSnapshot>;

    /// @param publish receives each event, complete; called on this executor
    Statistics(util::Executor& executor, const util::Clock& clock, SnapshotSink& snapshots,
               interfaces::EventFn publish);

    /// Sees all that is counted from now on. Once, if anything is to be kept.
    void setHistory(std::unique_ptr<HistoryKeeper> history) { m_history = std::move(history); }
    void addShares(const ShareBatch& batch);
    /// Workers, sessions and their bests, as published with the next snapshot.
    [[nodiscard]] MinerRegister& miners() { return m_miners; }
    /// The last events.
    [[nodiscard]] const EventJournal& events() const { return m_events; }
    /// What is to be published of the program itself.
    [[nodiscard]] interfaces::ProgramView& program() { return m_current.program; }
    void setState(interfaces::EngineState state);
    void setNetwork(bitcoin::Network network);
    void setTip(std::int64_t height, const bitcoin::Hash256& hash);
    /// The all-time best of earlier runs, where somebody has kept it.
    void seedBest(util::Difficulty allTime);
    /// A job is served.
    void setJob(interfaces::JobView job);
    /// Time in which all miners worked on an empty block of our own making.
    void addEmptyTime(util::Duration time) { m_current.work.emptyTime += time; }
    [[nodiscard]] LatencyKeeper& latency() { return m_latency; }
    void setListeners(std::vector<interfaces::ListenerView> listeners);
    void setNodes(std::vector<interfaces::NodeView> nodes);
    void setAudit(interfaces::AuditView audit);
    void setProposal(interfaces::ProposalView proposal);
    /// Adds or replaces by hash; a change of state is an event.
    void setBlock(const interfaces::BlockRecord& record);
    /// Replaces where it is still listed; a state other than `before` is an event.
    void followBlock(const interfaces::BlockRecord& record, interfaces::BlockState before);
    /// A block of an earlier run: no event.
    void restoreBlock(const interfaces::BlockRecord& record);
    /// The block has no verdict yet: an issue of its own, and an event each time.
    /// @param path  of its file in the spool
    void raiseBlockRisk(const interfaces::BlockRecord& record, const std::string& path);
    void clearBlockRisk(const bitcoin::Hash256& hash);
    /// An issue of a code is raised once until it is cleared; a changed detail replaces the old.
    void raiseIssue(const std::string& code, const std::string& detail,
                    interfaces::Severity severity = interfaces::Severity::Warning);
    void clearIssue(const std::string& code);

private:
    static constexpr std::chrono::seconds PUBLISH_INTERVAL{1};

    [[nodiscard]] interfaces::BlockRecord* findBlock(const bitcoin::Hash256& hash);
    void announceBlock(const interfaces::BlockRecord& record, interfaces::BlockState before);
    void publishSnapshot();
    [[nodiscard]] interfaces::LuckView luck();
    void tick();
    void scheduleTick();

    util::Executor& m_executor;
    const util::Clock& m_clock;
    SnapshotSink& m_snapshots;
    EventJournal m_events;
    interfaces::PoolSnapshot m_current;
    MinerRegister m_miners;
    std::unique_ptr<HistoryKeeper> m_history; ///< none where nothing is kept
    mining::Bests m_bests;
    mining::WorkRate m_rate;
    util::Difficulty m_networkDifficulty{};
    std::int64_t m_connections = 0;
    LatencyKeeper m_latency;
    util::TimerHandle m_timer;
};

} // namespace warp::engine
