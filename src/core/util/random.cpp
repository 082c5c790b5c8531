#include "core/util/random.h"

#include "core/util/assert.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <sys/random.h>
#include <sys/types.h>

namespace warp::util {

std::uint32_t Random::uint32()
{
    return static_cast<std::uint32_t>(uint64() >> 32U);
}

std::uint64_t Random::uint64()
{
    std::uint64_t value = 0;
    fill(std::as_writable_bytes(std::span(&value, 1)));
    return value;
}

std::uint64_t Random::below(std::uint64_t bound)
{
    WARP_ASSERT(bound > 0);
    // Rejects the uneven rest, so that every value is equally likely.
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    std::uint64_t value = uint64();
    while (value >= limit) {
        value = uint64();
    }
    return value % bound;
}

double Random::unit()
{
    return static_cast<double>(uint64() >> 11U) * 0x1.0p-53;
}

void SystemRandom::fill(std::span<std::byte> out)
{
    while (!out.empty()) {
        const ssize_t count = ::getrandom(out.data(), out.size(), 0);
        // It fails for nothing but a signal: secrets come from here, and there is no second best.
        WARP_ASSERT(count > 0 || errno == EINTR);
        out = out.subspan(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
}

SeededRandom::SeededRandom(std::uint64_t seed)
{
    for (std::uint64_t& word : m_state) {
        seed += 0x9E3779B97F4A7C15ULL;
        std::uint64_t mixed = seed;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
        word = mixed ^ (mixed >> 31U);
    }
}

std::uint64_t SeededRandom::next()
{
    const std::uint64_t result = std::rotl(m_state[1] * 5, 7) * 9;
    const std::uint64_t shifted = m_state[1] << 17U;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= shifted;
    m_state[3] = std::rotl(m_state[3], 45);
    return result;
}

void SeededRandom::fill(std::span<std::byte> out)
{
    while (!out.empty()) {
        std::uint64_t value = next();
        const std::size_t count = std::min<std::size_t>(8, out.size());
        for (std::size_t i = 0; i < count; ++i) {
            out[i] = static_cast<std::byte>(value & 0xFFU);
            value >>= 8U;
        }
        out = out.subspan(count);
    }
}

} // namespace warp::util
