// The workers that the pool has seen, by name, and their views for the snapshot. Bounded: names are
// the miners' own. Owned by Statistics, lives on its executor.
#pragma once

#include "core/engine/share_batch.h"
#include "core/engine/view_list.h"
#include "core/interfaces/miner_view.h"
#include "core/mining/work_rate.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace warp::engine {

/// One moment by both clocks.
struct Moment
{
    util::BootTime boot{};
    util::WallTime wall{};
};

class WorkerTable final
{
public:
    /// Of those without a session the ones that were silent longest fall out first, and before them
    /// those that never had an accepted share; where all have a session, no more are taken in.
    static constexpr std::size_t MAX_WORKERS = 10'000;

    void add(const WorkerDelta& delta, const Moment& now);
    /// A session has this as one of its workers. Whether there is room for it.
    [[nodiscard]] bool addSession(std::string_view worker, std::uint64_t session,
                                  const Moment& now);
    /// It has it no more, after an addSession() that found room.
    void removeSession(std::string_view worker, std::uint64_t session);
    /// A session of it was asked for `before` and is for `after`; 0: for nothing. Whichever of its
    /// sessions had the silence, no bound is too low that goes by the highest.
    void ask(std::string_view worker, util::Difficulty before, util::Difficulty after,
             const Moment& now);
    /// What a session of the worker says of itself.
    void describe(const stratum::SessionWorker& worker, const SessionDelta& delta);
    /// What is known of earlier runs: label, hidden, first seen, best. Adds the worker.
    void restore(const interfaces::WorkerView& known, const Moment& now);
    /// Only where it has no session; it comes again with its next one.
    void forget(std::string_view worker);

    /// By name. Shares with the list before what has not changed.
    [[nodiscard]] const interfaces::SharedList<interfaces::WorkerView>& views(util::BootTime now);
    /// Workers that fell out or were not taken in.
    [[nodiscard]] std::uint64_t dropped() const { return m_dropped; }

private:
    struct Entry
    {
        interfaces::WorkerView view;
        mining::WorkRate rate;
        std::multiset<util::Difficulty> asked; ///< one a session
        util::BootTime lastActive{};
        std::uint64_t newestSession = 0;
        bool isChanged = true;
        std::shared_ptr<const interfaces::WorkerView> published;
    };
    using Entries = std::map<std::string, Entry, std::less<>>;

    /// nullptr where there is no room.
    [[nodiscard]] Entry* findOrAdd(std::string_view worker, const Moment& now);
    void makeRoom();

    Entries m_entries;
    ViewList<interfaces::WorkerView> m_list;
    bool m_isFull = false; ///< nobody can fall out until a session ends
    std::uint64_t m_dropped = 0;
};

/// Adds a tally of an io thread to counters.
void accumulate(interfaces::ShareCounters& counters, const ShareTally& tally);

} // namespace warp::engine
