// Who mines here: workers, sessions, listeners and their best shares, from the batches of the io
// threads, as the snapshot shows them. Owned by Statistics, lives on its executor.
#pragma once

#include "core/engine/session_table.h"
#include "core/engine/share_batch.h"
#include "core/engine/worker_table.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/util/clock.h"

#include <memory>
#include <vector>

namespace warp::engine {

class MinerRegister final
{
public:
    void add(const ShareBatch& batch, const Moment& now);
    /// Those that are configured; their miners and refused connections go on by number.
    /// @param listeners by number; without an endpoint where there is none of that number
    void setListeners(std::vector<interfaces::ListenerView> listeners);
    /// A best share of an earlier run.
    void restoreBest(std::shared_ptr<const interfaces::BestShare> best);

    [[nodiscard]] WorkerTable& workers() { return m_workers; }
    [[nodiscard]] const SessionTable& sessions() const { return m_sessions; }
    /// Writes what it keeps into the snapshot.
    void publish(interfaces::PoolSnapshot& snapshot, util::BootTime now);

private:
    WorkerTable m_workers;
    SessionTable m_sessions;
    std::vector<interfaces::ListenerView> m_listeners;
    std::vector<ListenerDelta> m_listenerTotals; ///< by number
    /// Highest first; shared with snapshots.
    std::vector<std::shared_ptr<const interfaces::BestShare>> m_bests;
    bool m_hasNewBest = false;
};

} // namespace warp::engine
