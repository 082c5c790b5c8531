// The line mining.notify of the current job, made once for all sessions of an io thread.
// Owned by that thread.
#pragma once

#include "core/mining/job_set.h"
#include "core/util/strong.h"

#include <cstddef>
#include <optional>
#include <string>

namespace warp::stratum::v1 {

/// The whole line, end included: exactly what NotifyCache::append() sends.
[[nodiscard]] std::string notifyLine(const mining::Job& job, mining::CleanJobs clean);

class NotifyCache final
{
public:
    /// Appends the line, end of line included. A job id stands for one job, or for one of each
    /// payout key, which differ in nothing but their coinbase.
    void append(const mining::Job& job, mining::CleanJobs clean, std::string& out);

    /// The largest difficulty whose share target still contains the job's network target: no
    /// session may be asked for more.
    [[nodiscard]] util::Difficulty networkDifficulty(const mining::Job& job);

    /// How many lines were made, for tests.
    [[nodiscard]] std::size_t madeCount() const { return m_madeCount; }

private:
    void prepare(const mining::Job& job);

    std::optional<util::JobId> m_job;
    mining::PayoutKey m_key; ///< whose m_line is
    std::string m_head;      ///< before the coinbase
    std::string m_tail;      ///< behind it, up to the value of clean_jobs
    std::string m_line;      ///< all of it
    util::Difficulty m_networkDifficulty{};
    std::size_t m_madeCount = 0;
};

} // namespace warp::stratum::v1
