// The live jobs, newest first, and the rules by which old ones go. Owned by the work executor.
#pragma once

#include "core/mining/job_set.h"
#include "core/util/clock.h"

#include <cstddef>
#include <memory>

namespace warp::mining {

class JobBook final
{
public:
    /// A job lives at least this long or two tips, whichever is longer, within the byte budget.
    static constexpr std::chrono::minutes LIFETIME{12};
    static constexpr std::uint32_t TIPS_KEPT = 2;
    /// Hexadecimal text of the templates that live jobs hold; the oldest jobs go first.
    static constexpr std::size_t BYTE_BUDGET = std::size_t{128} * 1024 * 1024;
    static constexpr std::size_t MAX_JOBS = 256;

    explicit JobBook(std::size_t byteBudget = BYTE_BUDGET)
        : m_byteBudget(byteBudget)
    {}

    /// Puts a job in front. The set says `clean` when its tip is another than the last one's.
    [[nodiscard]] std::shared_ptr<const JobSet> add(std::shared_ptr<const Job> job,
                                                    util::BootTime now);
    [[nodiscard]] std::size_t size() const { return m_jobs.size(); }
    /// What the transactions of all live jobs take, each text counted once.
    [[nodiscard]] std::size_t textBytes() const;

private:
    void prune(util::BootTime now);

    std::size_t m_byteBudget;
    std::vector<std::shared_ptr<const Job>> m_jobs;
    util::BootTime m_tipSince{};
};

} // namespace warp::mining
