// The only source of chance. Injected; production is SystemRandom, tests use SeededRandom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace warp::util {

class Random
{
public:
    virtual ~Random() = default;

    /// Fills with unpredictable bytes (SystemRandom) or the next of the seeded row (SeededRandom).
    virtual void fill(std::span<std::byte> out) = 0;

    [[nodiscard]] std::uint32_t uint32();
    [[nodiscard]] std::uint64_t uint64();
    /// Uniform in [0, bound); bound > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound);
    /// Uniform in [0, 1).
    [[nodiscard]] double unit();
};

/// The operating system's generator. Safe on any thread.
class SystemRandom final : public Random
{
public:
    void fill(std::span<std::byte> out) override;
};

/// xoshiro256** from a seed by splitmix64 (Blackman and Vigna, 2018): the same row on every
/// machine. Not for secrets, not thread-safe.
class SeededRandom final : public Random
{
public:
    explicit SeededRandom(std::uint64_t seed);

    void fill(std::span<std::byte> out) override;

private:
    [[nodiscard]] std::uint64_t next();

    std::uint64_t m_state[4]{};
};

} // namespace warp::util
