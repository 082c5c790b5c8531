#include "core/mining/retarget.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace warp::mining {

namespace {

constexpr double SHORTEST_WINDOW_SECONDS = 30;
/// So many shares are evidence before that, once a second has passed.
constexpr double MANY_SHARES = 40;
constexpr double SHORTEST_BUSY_WINDOW_SECONDS = 1;
constexpr double SILENCE_SECONDS = 60;
/// A window longer than both loses its older half, so that a change is seen after hours of steady
/// work as soon as after minutes.
constexpr double LONGEST_WINDOW_INTERVALS = 32;
constexpr double LONGEST_WINDOW_SECONDS = 240;
/// Standard deviations. Every share is a look at the data, so the usual 2 or 3 would be met by
/// chance several times an hour.
constexpr double CLEAR_DEVIANCE = 3.5;
constexpr double DEAD_BAND_FACTOR = 2;
constexpr double LARGEST_RAISE = 16;
constexpr double LARGEST_FALL = 4;
constexpr double SILENT_FALL = 2;

double toSeconds(util::Duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

/// Signed root deviance of a Poisson count: how many standard deviations `count` is away from
/// `expected`, which is > 0; also right for few shares, where the normal approximation is not.
double deviance(double count, double expected)
{
    const double logarithm = count > 0 ? count * std::log(count / expected) : 0.0;
    const double root = std::sqrt(std::max(0.0, 2 * (logarithm - (count - expected))));
    return count < expected ? -root : root;
}

} // namespace

Retarget::Retarget(RetargetLimits limits, util::Difficulty start, util::BootTime now)
    : m_limits(limits)
    , m_difficulty(clamped(start))
    , m_windowStart(now)
{}

void Retarget::onShare(util::Difficulty credited)
{
    m_shares += 1;
    m_work += credited.value();
}

std::optional<util::Difficulty> Retarget::evaluate(util::BootTime now)
{
    const double seconds = toSeconds(now - m_windowStart);
    const bool isLongEnough = seconds >= SHORTEST_WINDOW_SECONDS ||
                              (m_shares >= MANY_SHARES && seconds >= SHORTEST_BUSY_WINDOW_SECONDS);
    if (!isLongEnough) {
        return std::nullopt;
    }
    const auto wanted = next(seconds);
    if (wanted && *wanted != m_difficulty) {
        restart(*wanted, now);
        return m_difficulty;
    }
    const double interval = toSeconds(m_limits.targetInterval);
    if (seconds > std::max(LONGEST_WINDOW_SECONDS, LONGEST_WINDOW_INTERVALS * interval)) {
        forgetHalf(now);
    }
    return std::nullopt;
}

void Retarget::restart(util::Difficulty difficulty, util::BootTime now)
{
    m_difficulty = clamped(difficulty);
    m_windowStart = now;
    m_shares = 0;
    m_work = 0;
}

util::Difficulty Retarget::clamped(util::Difficulty difficulty) const
{
    difficulty = std::max(difficulty, m_limits.minimum);
    return m_limits.maximum.value() > 0 ? std::min(difficulty, m_limits.maximum) : difficulty;
}

std::optional<util::Difficulty> Retarget::next(double seconds) const
{
    // Counted in shares of the present difficulty, whatever each was credited for.
    const double expected = seconds / toSeconds(m_limits.targetInterval);
    const double count = m_work / m_difficulty.value();
    const double ratio = count / expected;
    if (std::abs(deviance(count, expected)) < CLEAR_DEVIANCE ||
        (ratio < DEAD_BAND_FACTOR && ratio > 1 / DEAD_BAND_FACTOR)) {
        return std::nullopt;
    }
    if (m_shares == 0) {
        if (seconds < SILENCE_SECONDS) {
            return std::nullopt;
        }
        return clamped(util::Difficulty(m_difficulty.value() / SILENT_FALL));
    }
    const double factor = std::clamp(ratio, 1 / LARGEST_FALL, LARGEST_RAISE);
    return clamped(util::Difficulty(m_difficulty.value() * factor));
}

void Retarget::forgetHalf(util::BootTime now)
{
    m_windowStart += (now - m_windowStart) / 2;
    m_work /= 2;
    m_shares /= 2;
}

} // namespace warp::mining
