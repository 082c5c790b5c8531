#include "core/mining/retarget.h"

#include "core/mining/odds.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace warp::mining {

namespace {

// In shares: how much of the past each memory holds, and how much is left of it when the
// difficulty has changed.
constexpr double LONG_MEMORY = 24;
constexpr double SHORT_MEMORY = 6;
constexpr double LONG_MEMORY_KEPT = 6;
constexpr double SHORT_MEMORY_KEPT = 2;

/// Of a miner that has its wish, so that a few more shares decide whether it fits.
constexpr double WISH_SHARES_KEPT = 3;

// Standard deviations and ratios of what came to what was expected. Every share is a look at the
// data, so the usual 2 or 3 would be met by chance several times an hour; but the memories fade,
// which halves the variance.
constexpr double RAISE_DEVIANCE = 3;
constexpr double RAISE_RATIO = 1.35;
constexpr double RAISE_SHARES = 4;
constexpr double FALL_DEVIANCE = -2.8;
constexpr double FALL_RATIO = 0.75;
constexpr double SHORT_FALL_DEVIANCE = -3.4;
constexpr double SHORT_FALL_RATIO = 0.6;

/// With fewer shares than this a step up is bounded.
constexpr double SURE_SHARES = 12;
constexpr double LARGEST_UNSURE_RAISE = 64;
constexpr double LARGEST_FALL = 16;
constexpr double LARGEST_SILENT_FALL = 2;
/// Half a share more than came: a rate is never nothing (Jeffreys' prior).
constexpr double PRIOR_SHARES = 0.5;

/// As how many shares a rate counts that was known before: less if it is old.
constexpr double KNOWN_SHARES = 6;
constexpr double OLD_KNOWN_SHARES = 3;
constexpr std::chrono::hours OLD_AGE{1};

double toSeconds(util::Duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

/// Signed root deviance of a Poisson count: how many standard deviations `count` is away from
/// `expected`; also right for few shares, where the normal approximation is not.
double deviance(double count, double expected)
{
    if (!(expected > 0)) {
        return 0;
    }
    const double logarithm = count > 0 ? count * std::log(count / expected) : 0.0;
    const double root = std::sqrt(std::max(0.0, 2 * (logarithm - (count - expected))));
    return count < expected ? -root : root;
}

/// In difficulty per second; what it is asked of has exposure.
double rateOf(const RatePosterior& posterior)
{
    return posterior.shares() / posterior.exposure();
}

} // namespace

Retarget::Retarget(RetargetLimits limits, util::Difficulty start, util::BootTime now)
    : m_limits(limits)
    , m_difficulty(clamped(start.value()))
    , m_now(now)
    , m_lastTick(now)
    , m_lastChange(now)
{}

void Retarget::start(util::Difficulty difficulty, util::BootTime now)
{
    m_difficulty = clamped(difficulty.value());
    m_held = {};
    m_now = now;
    m_lastChange = now;
    m_long = {};
    m_short = {};
    m_isRestored = false;
    m_hasShare = false;
}

void Retarget::suggest(util::Difficulty difficulty, util::BootTime now)
{
    advance(now);
    m_held = {};
    m_difficulty = clamped(std::max(difficulty, leastWish()).value());
    m_lastChange = now;
    forget(WISH_SHARES_KEPT, WISH_SHARES_KEPT);
}

void Retarget::resume(const KnownRate& known, util::BootTime now)
{
    const double difficultyPerSecond = known.rate.value() / hashesPerShare(util::Difficulty(1));
    start(util::Difficulty(difficultyPerSecond * toSeconds(m_limits.targetInterval)), now);
    const double shares = known.age < OLD_AGE ? KNOWN_SHARES : OLD_KNOWN_SHARES;
    m_long = RatePosterior(difficultyPerSecond, shares);
    m_short = RatePosterior(difficultyPerSecond, SHORT_MEMORY_KEPT);
    m_isRestored = true;
}

void Retarget::hold(util::Difficulty difficulty, util::BootTime now)
{
    advance(now);
    m_held = difficulty;
    const double interval = toSeconds(m_limits.targetInterval);
    m_difficulty = isRateKnown() ? heldBy(rateOf(m_long) * interval) : clamped(difficulty.value());
    m_lastChange = now;
}

void Retarget::setLimits(const RetargetLimits& limits, util::BootTime now)
{
    advance(now);
    m_limits = limits;
    m_difficulty = clamped(m_difficulty.value());
}

void Retarget::setInForce(util::Difficulty difficulty, util::BootTime now)
{
    advance(now);
    m_inForce = difficulty;
}

void Retarget::onShare(util::Difficulty credited, util::BootTime now)
{
    advance(now);
    const util::Difficulty asked = m_inForce.value() > 0 ? m_inForce : m_difficulty;
    const double shares = credited.value() / asked.value();
    m_long.addShares(shares);
    m_short.addShares(shares);
    m_hasShare = true;
}

bool Retarget::onTick(util::BootTime now)
{
    if (now - m_lastTick < TICK) {
        return false;
    }
    m_lastTick = now;
    return evaluate(now);
}

bool Retarget::evaluate(util::BootTime now)
{
    advance(now);
    const double factor = wantedFactor(now);
    if (factor == 1) {
        bound();
        return false;
    }
    const util::Difficulty wanted = m_held.value() > 0
                                        ? heldBy(m_difficulty.value() * factor)
                                        : clamped(m_difficulty.value() * bounded(factor));
    if (wanted == m_difficulty) {
        bound();
        return false;
    }
    m_difficulty = wanted;
    m_lastChange = now;
    if (factor < 1) {
        // The memory that saw the fall is right; the other one still holds what was before.
        if (ratioOf(m_short) < ratioOf(m_long)) {
            m_long = m_short;
        } else {
            m_short = m_long;
        }
    }
    forget(LONG_MEMORY_KEPT, SHORT_MEMORY_KEPT);
    bound();
    return true;
}

util::Difficulty Retarget::leastWish() const
{
    if (!isRateKnown() || !(m_long.exposure() > 0)) {
        return {};
    }
    return util::Difficulty(rateOf(m_long) * toSeconds(SHORTEST_INTERVAL));
}

util::Difficulty Retarget::clamped(double difficulty) const
{
    difficulty = std::max(difficulty, m_limits.minimum.value());
    const double maximum = m_limits.maximum.value();
    return util::Difficulty(maximum > 0 ? std::min(difficulty, maximum) : difficulty);
}

double Retarget::expectedOf(const RatePosterior& posterior) const
{
    return posterior.exposure() * m_difficulty.value() / toSeconds(m_limits.targetInterval);
}

double Retarget::ratioOf(const RatePosterior& posterior) const
{
    return (posterior.shares() + PRIOR_SHARES) / expectedOf(posterior);
}

void Retarget::advance(util::BootTime now)
{
    const util::Difficulty asked = m_inForce.value() > 0 ? m_inForce : m_difficulty;
    const double seconds = std::max(0.0, toSeconds(now - m_now));
    m_now = std::max(now, m_now);
    m_long.addTime(seconds, asked);
    m_short.addTime(seconds, asked);
}

double Retarget::wantedFactor(util::BootTime now) const
{
    const double expected = expectedOf(m_long);
    const double count = m_long.shares();
    if (!(expected > 0)) {
        return 1;
    }
    const double difference = deviance(count, expected);
    if (difference > RAISE_DEVIANCE && count >= RAISE_SHARES && count > RAISE_RATIO * expected) {
        return count / expected;
    }
    if (isGuarded() && now - m_lastChange < SILENT_WINDOW) {
        return 1;
    }
    if (difference < FALL_DEVIANCE && count < FALL_RATIO * expected) {
        return std::min({ratioOf(m_long), ratioOf(m_short), 1.0});
    }
    const double shortExpected = expectedOf(m_short);
    const bool hasFallen = deviance(m_short.shares(), shortExpected) < SHORT_FALL_DEVIANCE &&
                           m_short.shares() < SHORT_FALL_RATIO * shortExpected;
    return hasFallen ? std::min(ratioOf(m_short), 1.0) : 1;
}

double Retarget::bounded(double factor) const
{
    const double largestFall = isGuarded() ? LARGEST_SILENT_FALL : LARGEST_FALL;
    const bool isSure = m_long.shares() >= SURE_SHARES;
    factor = std::max(factor, 1 / largestFall);
    return isSure ? factor : std::min(factor, LARGEST_UNSURE_RAISE);
}

util::Difficulty Retarget::heldBy(double natural) const
{
    const double interval = toSeconds(m_limits.targetInterval);
    return clamped(std::clamp(m_held.value(), natural * toSeconds(SHORTEST_INTERVAL) / interval,
                              natural * toSeconds(LONGEST_HELD_INTERVAL) / interval));
}

void Retarget::forget(double longShares, double shortShares)
{
    if (m_long.shares() > longShares) {
        m_long.keep(longShares / m_long.shares());
    }
    if (m_short.shares() > shortShares) {
        m_short.keep(shortShares / m_short.shares());
    }
}

void Retarget::bound()
{
    // By what was expected, too: a long silence must not outweigh all that comes after it.
    const double longer = std::max(m_long.shares(), expectedOf(m_long));
    if (longer > LONG_MEMORY) {
        m_long.keep(LONG_MEMORY / longer);
    }
    const double shorter = std::max(m_short.shares(), expectedOf(m_short));
    if (shorter > SHORT_MEMORY) {
        m_short.keep(SHORT_MEMORY / shorter);
    }
}

} // namespace warp::mining
