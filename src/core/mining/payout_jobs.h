// The jobs of each payout key, made when the first session with that key asks and shared by all
// others of an io thread. Owned by that thread.
#pragma once

#include "core/mining/job_set.h"
#include "core/mining/payout_policy.h"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace warp::mining {

/// Of `had` the jobs that are still among `live`; both are newest first. nullptr where none is.
[[nodiscard]] std::shared_ptr<const JobSet> liveOf(const std::shared_ptr<const JobSet>& had,
                                                   const JobSet& live);

class PayoutJobs final
{
public:
    /// With so many keys those that no session has are looked for, whatever set is asked for, and
    /// again whenever twice as many are there as were left.
    static constexpr std::size_t FIRST_SWEEP = 1024;

    using JobFn = std::function<void(const std::shared_ptr<const Job>&)>;

    /// `onMade` sees every job that is made for a key.
    void setObserver(JobFn onMade) { m_onMade = std::move(onMade); }

    /// The key's jobs: the current one, and of the older ones those that it had while they were
    /// current; only on those can anybody have worked for it.
    /// @param jobs what the pool works on, without coinbases
    /// @param before what the asking session had; may be nullptr. What is still live of it is in
    ///        the answer, and in that to all others of the key from here on.
    /// @return nullptr where the current job has no coinbase for this key
    [[nodiscard]] std::shared_ptr<const JobSet> forKey(const PayoutKey& key,
                                                       const std::shared_ptr<const JobSet>& jobs,
                                                       const std::shared_ptr<const JobSet>& before);

    /// Keys that are remembered.
    [[nodiscard]] std::size_t size() const { return m_entries.size(); }

private:
    struct Entry
    {
        std::optional<util::JobId> source; ///< current job of what `set` was made from
        std::shared_ptr<const JobSet> set;
        std::weak_ptr<const JobSet> taken; ///< what `set` has all of: nearly everybody's `before`
    };

    /// Forgets the keys that no session has any more.
    void sweep();
    /// The current job for the key: one of `had` where it is there; nullptr without a coinbase.
    [[nodiscard]] std::shared_ptr<const Job> currentFor(const PayoutKey& key, const JobSet& jobs,
                                                        const JobSet* had) const;

    std::map<PayoutKey, Entry> m_entries;
    std::size_t m_sweepAt = FIRST_SWEEP;    ///< that many entries
    std::shared_ptr<const JobSet> m_source; ///< the set asked for last, kept so that it is unique
    JobFn m_onMade;
};

} // namespace warp::mining
