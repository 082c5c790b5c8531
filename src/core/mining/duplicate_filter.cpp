#include "core/mining/duplicate_filter.h"

#include "core/util/bytes.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

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

std::size_t hashOf(const Key& key)
{
    // Multiply and shift (Knuth's golden ratio), so that counters spread over the slots.
    constexpr std::uint64_t MULTIPLIER = 0x9E3779B97F4A7C15ULL;
    std::uint64_t mixed = key.extranonce2;
    for (const std::uint64_t part : {(std::uint64_t{key.nonce} << 32U) | key.time,
                                     (std::uint64_t{key.version} << 32U) | key.job.value()}) {
        mixed = (mixed ^ part) * MULTIPLIER;
        mixed ^= mixed >> 32U;
    }
    return static_cast<std::size_t>(mixed);
}

Key makeKey(util::JobId job, const Share& share, std::uint32_t version)
{
    return {.extranonce2 = util::loadBigEndian<std::uint64_t>(share.extranonce2),
            .job = job,
            .time = share.time,
            .nonce = share.nonce,
            .version = version};
}

} // namespace

/// The keys in a ring, and where each lies by its hash: open addressing, at most half full. One
/// search finds a repeat or the place of a new key, and nothing is allocated for one of them.
struct DuplicateFilter::State
{
    State() { resize(FIRST_SLOTS); }

    /// The slot of the key, or the free one where it belongs.
    [[nodiscard]] std::size_t find(const Key& key) const
    {
        std::size_t slot = home(key);
        while (m_slots[slot] != FREE && keys[m_slots[slot]] != key) {
            slot = after(slot);
        }
        return slot;
    }
    [[nodiscard]] bool contains(const Key& key) const { return m_slots[find(key)] != FREE; }

    /// @return whether it is new
    bool insert(const Key& key)
    {
        std::size_t slot = find(key);
        if (m_slots[slot] != FREE) {
            return false;
        }
        if (keys.size() == CAPACITY) {
            release(slotOf(oldest));
            slot = find(key); // what stood behind the released slot may have moved
            m_slots[slot] = static_cast<Position>(oldest);
            keys[oldest] = key;
            oldest = (oldest + 1) % CAPACITY;
            return true;
        }
        m_slots[slot] = static_cast<Position>(keys.size());
        keys.push_back(key);
        if (keys.size() * 2 > m_slots.size()) {
            resize(m_slots.size() * 2);
        }
        return true;
    }

    std::vector<Key> keys;  ///< oldest first until it is full
    std::size_t oldest = 0; ///< of a full ring

private:
    using Position = std::uint16_t; ///< in `keys`
    static constexpr Position FREE = std::numeric_limits<Position>::max();
    static_assert(CAPACITY <= FREE);
    static constexpr std::size_t FIRST_SLOTS = 16;

    [[nodiscard]] std::size_t home(const Key& key) const
    {
        return hashOf(key) & (m_slots.size() - 1);
    }
    [[nodiscard]] std::size_t after(std::size_t slot) const
    {
        return (slot + 1) & (m_slots.size() - 1);
    }
    [[nodiscard]] std::size_t slotOf(std::size_t position) const
    {
        std::size_t slot = home(keys[position]);
        while (m_slots[slot] != position) {
            slot = after(slot);
        }
        return slot;
    }

    /// Moves up those behind that would be looked for here, so that no search ends too early.
    void release(std::size_t hole)
    {
        const std::size_t mask = m_slots.size() - 1;
        for (std::size_t slot = after(hole); m_slots[slot] != FREE; slot = after(slot)) {
            const std::size_t first = home(keys[m_slots[slot]]);
            if (((slot - first) & mask) >= ((slot - hole) & mask)) {
                m_slots[hole] = m_slots[slot];
                hole = slot;
            }
        }
        m_slots[hole] = FREE;
    }

    void resize(std::size_t count)
    {
        m_slots.assign(count, FREE);
        for (std::size_t position = 0; position < keys.size(); ++position) {
            m_slots[find(keys[position])] = static_cast<Position>(position);
        }
    }

    std::vector<Position> m_slots;
};

DuplicateFilter::DuplicateFilter() = default;
DuplicateFilter::~DuplicateFilter() = default;
DuplicateFilter::DuplicateFilter(DuplicateFilter&& other) noexcept = default;
DuplicateFilter& DuplicateFilter::operator=(DuplicateFilter&& other) noexcept = default;

bool DuplicateFilter::contains(util::JobId job, const Share& share, std::uint32_t version) const
{
    return m_state && m_state->contains(makeKey(job, share, version));
}

bool DuplicateFilter::insert(util::JobId job, const Share& share, std::uint32_t version)
{
    if (!m_state) {
        m_state = std::make_unique<State>();
    }
    return m_state->insert(makeKey(job, share, version));
}

void DuplicateFilter::retain(const JobSet& jobs)
{
    if (!m_state) {
        return;
    }
    // Shares of one job come one after another.
    std::optional<util::JobId> last;
    bool isLastLive = false;
    const auto isLive = [&](const Key& key) {
        if (last != key.job) {
            last = key.job;
            isLastLive = jobs.find(key.job) != nullptr || jobs.find(baseOf(key.job)) != nullptr;
        }
        return isLastLive;
    };
    const std::vector<Key>& keys = m_state->keys;
    if (std::ranges::all_of(keys, isLive)) {
        return;
    }
    std::unique_ptr<State> kept;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Key& key = keys[(m_state->oldest + i) % keys.size()];
        if (isLive(key)) {
            kept = kept ? std::move(kept) : std::make_unique<State>();
            kept->insert(key);
        }
    }
    m_state = std::move(kept);
}

std::size_t DuplicateFilter::size() const
{
    return m_state ? m_state->keys.size() : 0;
}

} // namespace warp::mining
