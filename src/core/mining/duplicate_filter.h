// Remembers the shares of one session by their decoded numbers, so that spelling (case, padding)
// makes no difference. Bounded; freed with the job. Owned by a ShareValidator.
#pragma once

#include "core/mining/share.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_set>
#include <vector>

namespace warp::mining {

class DuplicateFilter final
{
public:
    /// Entries of one session over all its jobs. Beyond it the oldest are forgotten: a repeat that
    /// old would count twice in statistics, and no honest share is refused.
    static constexpr std::size_t CAPACITY = 8192;

    /// Whether this is the first time. `version` is the header's version as hashed.
    [[nodiscard]] bool insert(util::JobId job, const Share& share, std::uint32_t version);

    /// Frees every job that is not in `live`.
    void retain(const std::vector<util::JobId>& live);

    [[nodiscard]] std::size_t size() const { return m_order.size(); }

private:
    struct Key
    {
        std::uint64_t extranonce2 = 0;
        util::JobId job;
        std::uint32_t time = 0;
        std::uint32_t nonce = 0;
        std::uint32_t version = 0;

        friend bool operator==(const Key&, const Key&) = default;
    };
    struct KeyHash
    {
        std::size_t operator()(const Key& key) const noexcept;
    };

    std::unordered_set<Key, KeyHash> m_seen;
    std::deque<Key> m_order; ///< oldest first
};

} // namespace warp::mining
