#include "core/mining/duplicate_filter.h"

#include "core/util/bytes.h"

#include <deque>
#include <unordered_set>

namespace warp::mining {

namespace {

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
    std::size_t operator()(const Key& key) const noexcept
    {
        // Multiply and shift (Knuth's golden ratio), so that counters spread over the buckets.
        constexpr std::uint64_t MULTIPLIER = 0x9E3779B97F4A7C15ULL;
        std::uint64_t mixed = key.extranonce2;
        for (const std::uint64_t part : {(std::uint64_t{key.nonce} << 32U) | key.time,
                                         (std::uint64_t{key.version} << 32U) | key.job.value()}) {
            mixed = (mixed ^ part) * MULTIPLIER;
            mixed ^= mixed >> 32U;
        }
        return static_cast<std::size_t>(mixed);
    }
};

Key makeKey(util::JobId job, const Share& share, std::uint32_t version)
{
    return {.extranonce2 = util::loadBigEndian<std::uint64_t>(share.extranonce2),
            .job = job,
            .time = share.time,
            .nonce = share.nonce,
            .version = version};
}

} // namespace

struct DuplicateFilter::State
{
    std::unordered_set<Key, KeyHash> seen;
    std::deque<Key> order; ///< oldest first
};

DuplicateFilter::DuplicateFilter() = default;
DuplicateFilter::~DuplicateFilter() = default;
DuplicateFilter::DuplicateFilter(DuplicateFilter&& other) noexcept = default;
DuplicateFilter& DuplicateFilter::operator=(DuplicateFilter&& other) noexcept = default;

bool DuplicateFilter::contains(util::JobId job, const Share& share, std::uint32_t version) const
{
    return m_state && m_state->seen.contains(makeKey(job, share, version));
}

void DuplicateFilter::insert(util::JobId job, const Share& share, std::uint32_t version)
{
    if (!m_state) {
        m_state = std::make_unique<State>();
    }
    const Key key = makeKey(job, share, version);
    if (!m_state->seen.insert(key).second) {
        return;
    }
    m_state->order.push_back(key);
    if (m_state->order.size() > CAPACITY) {
        m_state->seen.erase(m_state->order.front());
        m_state->order.pop_front();
    }
}

void DuplicateFilter::retain(const JobSet& jobs)
{
    if (!m_state) {
        return;
    }
    std::erase_if(m_state->order, [&](const Key& key) {
        if (jobs.find(key.job) != nullptr || jobs.find(baseOf(key.job)) != nullptr) {
            return false;
        }
        m_state->seen.erase(key);
        return true;
    });
    if (m_state->order.empty()) {
        m_state.reset();
    }
}

std::size_t DuplicateFilter::size() const
{
    return m_state ? m_state->order.size() : 0;
}

} // namespace warp::mining
