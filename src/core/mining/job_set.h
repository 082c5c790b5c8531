// What miners work on and what shares are judged against: the current job and those before it that
// still count. Immutable; published to every io thread as one pointer.
#pragma once

#include "core/mining/job.h"

#include <memory>
#include <vector>

namespace warp::mining {

enum class CleanJobs : std::uint8_t {
    No,  ///< a refresh: work in flight stays good
    Yes, ///< the previous block changed: older work is stale
};

struct JobSet
{
    /// Live jobs, newest first; [0] is the current one. Never empty.
    std::vector<std::shared_ptr<const Job>> jobs;
    CleanJobs clean = CleanJobs::Yes;
    util::BootTime tipSince{}; ///< when the first job of the current tip was made

    [[nodiscard]] const std::shared_ptr<const Job>& current() const { return jobs.front(); }
    /// nullptr where no live job has that id.
    [[nodiscard]] const std::shared_ptr<const Job>* find(util::JobId id) const
    {
        for (const auto& job : jobs) {
            if (job->id == id) {
                return &job;
            }
        }
        return nullptr;
    }
};

} // namespace warp::mining
