#include "core/mining/extranonce_allocator.h"

#include "core/util/bytes.h"

namespace warp::mining {

namespace {

constexpr std::uint32_t COUNTER_LIMIT = 1U << 24U;

} // namespace

std::optional<Extranonce1> ExtranonceAllocator::allocate()
{
    if (m_used.size() >= COUNTER_LIMIT) {
        return std::nullopt;
    }
    while (m_used.contains(m_next)) {
        m_next = (m_next + 1) % COUNTER_LIMIT;
    }
    const std::uint32_t counter = m_next;
    m_used.insert(counter);
    m_next = (m_next + 1) % COUNTER_LIMIT;
    Extranonce1 extranonce1{};
    util::storeBigEndian<std::uint32_t>(extranonce1, (std::uint32_t{m_thread} << 24U) | counter);
    return extranonce1;
}

void ExtranonceAllocator::release(const Extranonce1& extranonce1)
{
    m_used.erase(util::loadBigEndian<std::uint32_t>(extranonce1) % COUNTER_LIMIT);
}

} // namespace warp::mining
