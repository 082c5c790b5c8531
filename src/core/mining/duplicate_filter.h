// Remembers the shares of one session by their decoded numbers, so that spelling (case, padding)
// makes no difference. Bounded; freed with the job. Owned by a ShareValidator.
#pragma once

#include "core/mining/job_set.h"
#include "core/mining/share.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace warp::mining {

class DuplicateFilter final
{
public:
    /// Entries of one session over all its jobs. Beyond it the oldest are forgotten: a repeat that
    /// old would count twice in statistics, and no honest share is refused.
    static constexpr std::size_t CAPACITY = 8192;

    DuplicateFilter();
    ~DuplicateFilter();
    DuplicateFilter(const DuplicateFilter&) = delete;
    DuplicateFilter& operator=(const DuplicateFilter&) = delete;
    DuplicateFilter(DuplicateFilter&& other) noexcept;
    DuplicateFilter& operator=(DuplicateFilter&& other) noexcept;

    /// @param version the header's version as hashed
    [[nodiscard]] bool contains(util::JobId job, const Share& share, std::uint32_t version) const;
    /// @return whether it was not known
    [[nodiscard]] bool insert(util::JobId job, const Share& share, std::uint32_t version);

    /// Frees what belongs to jobs that are not live, and to their variants.
    void retain(const JobSet& jobs);

    [[nodiscard]] std::size_t size() const;

private:
    struct State;

    std::unique_ptr<State> m_state; ///< made with the first share: idle sessions stay small
};

} // namespace warp::mining
