// The sessions that are open, and their views for the snapshot. Bounded by the pool's limit of
// connections. Owned by Statistics, lives on its executor.
#pragma once

#include "core/engine/share_batch.h"
#include "core/engine/view_list.h"
#include "core/engine/worker_table.h"
#include "core/interfaces/miner_view.h"
#include "core/mining/work_rate.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace warp::engine {

class SessionTable final
{
public:
    /// Tells `workers` of names and difficulties.
    void add(const SessionDelta& delta, const std::vector<interfaces::ListenerView>& listeners,
             WorkerTable& workers, const Moment& now);
    void close(std::uint64_t id, WorkerTable& workers, const Moment& now);

    [[nodiscard]] bool contains(std::uint64_t id) const { return m_entries.contains(id); }
    /// By id. Shares with the list before what has not changed.
    [[nodiscard]] const interfaces::SharedList<interfaces::SessionView>& views(util::BootTime now);

private:
    struct Entry;
    static void tellWorkers(Entry& entry, const SessionDelta& delta, WorkerTable& workers,
                            const Moment& now);

    struct Entry
    {
        interfaces::SessionView view;
        std::unique_ptr<mining::WorkRate> rate; ///< none before it is authorized
        /// The workers that count it, and what it asks of them, as they know.
        std::map<std::string, util::Difficulty, std::less<>> counted;
        bool isChanged = true;
        std::shared_ptr<const interfaces::SessionView> published;
    };

    std::map<std::uint64_t, Entry> m_entries;
    ViewList<interfaces::SessionView> m_list;
};

} // namespace warp::engine
