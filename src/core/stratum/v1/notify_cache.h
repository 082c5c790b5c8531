// The line mining.notify of the current job, made once for all sessions of an io thread.
// Owned by that thread.
#pragma once

#include "core/mining/job_set.h"
#include "core/util/strong.h"

#include <cstddef>
#include <optional>
#include <string>

namespace warp::stratum::v1 {

class NotifyCache final
{
public:
    /// Appends the line, end of line included. Job ids stand for one job each.
    void append(const mining::Job& job, mining::CleanJobs clean, std::string& out);

    /// The largest difficulty whose share target still contains the job's network target: no
    /// session may be asked for more.
    [[nodiscard]] util::Difficulty networkDifficulty(const mining::Job& job);

    /// How many lines were made, for tests.
    [[nodiscard]] std::size_t madeCount() const { return m_madeCount; }

private:
    void prepare(const mining::Job& job);

    std::optional<util::JobId> m_job;
    std::string m_line; ///< up to the value of clean_jobs
    util::Difficulty m_networkDifficulty{};
    std::size_t m_madeCount = 0;
};

} // namespace warp::stratum::v1
