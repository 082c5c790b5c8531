// Gives each connection of one io thread its own extranonce1: the thread's number in the first
// byte, then a counter that skips what is in use. Owned by that thread.
#pragma once

#include "core/mining/coinbase.h"

#include <cstdint>
#include <optional>
#include <unordered_set>

namespace warp::mining {

class ExtranonceAllocator final
{
public:
    explicit ExtranonceAllocator(std::uint8_t thread)
        : m_thread(thread)
    {}

    /// Never one that is in use; none when all 2^24 are.
    [[nodiscard]] std::optional<Extranonce1> allocate();
    void release(const Extranonce1& extranonce1);
    [[nodiscard]] std::size_t inUse() const { return m_used.size(); }

private:
    std::uint8_t m_thread;
    std::uint32_t m_next = 0; ///< 24 bits
    std::unordered_set<std::uint32_t> m_used;
};

} // namespace warp::mining
