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
/// Of a held one: at two shares a second chance has many more turns in an hour.
constexpr double HELD_MEMORY = 96;
constexpr double HELD_SHORT_MEMORY = 24;
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
/// Of a whole share, as doubles add up.
constexpr double NEARLY_ONE = 0.99;
constexpr double LARGEST_FALL = 16;
constexpr double LARGEST_SILENT_FALL = 2;
/// So far silence may lower at once what the shares showed: enough for a board that has failed.
constexpr double LARGEST_SUDDEN_FALL = 64;
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

bool isSure(const RatePosterior& posterior)
{
    return posterior.shares() >= SURE_SHARES;
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
    m_provenRate = 0;
    m_sharesSinceRaise = 1;
    m_isSilent = false;
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
    double granted = difficulty.value();
    if (isRateKnown()) {
        const double rate = rateOf(m_long);
        granted = std::clamp(granted, rate * toSeconds(SHORTEST_INTERVAL),
                             rate * toSeconds(LONGEST_HELD_INTERVAL));
    }
    m_difficulty = clamped(granted);
    m_lastChange = now;
}

void Retarget::skip(util::BootTime now)
{
    m_now = std::max(now, m_now);
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
    m_sharesSinceRaise += credited.value() / m_difficulty.value();
    if (isRateKnown()) {
        m_provenRate = rateOf(m_long);
    }
    m_isSilent = false;
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
    const util::Difficulty wanted = wantedBy(factor, now);
    if (wanted == m_difficulty) {
        bound();
        return false;
    }
    m_difficulty = wanted;
    m_lastChange = now;
    m_isSilent = true;
    if (factor > 1) {
        m_sharesSinceRaise = 0;
    } else if (ratioOf(m_short) < ratioOf(m_long)) {
        // The memory that saw the fall is right; the other one still holds what was before.
        m_long = m_short;
    } else {
        m_short = m_long;
    }
    // A held one was not wrong by what is remembered: the next estimate shall be as sure.
    if (!(m_held.value() > 0)) {
        forget(LONG_MEMORY_KEPT, SHORT_MEMORY_KEPT);
    }
    bound();
    return true;
}

util::Difficulty Retarget::wantedBy(double factor, util::BootTime now) const
{
    double wanted = m_difficulty.value() * bounded(factor);
    if (factor < 1 && m_isSilent) {
        wanted = fallenSilently(wanted, now);
    }
    // On its way back a held one goes no further than to what is held.
    const double held = clamped(m_held.value()).value();
    if (m_held.value() > 0 && m_difficulty.value() > held) {
        wanted = std::max(wanted, held);
    } else if (m_held.value() > 0 && m_difficulty.value() < held) {
        wanted = std::min(wanted, held);
    }
    return clamped(wanted);
}

double Retarget::fallenSilently(double wanted, util::BootTime now) const
{
    const double sudden = m_provenRate * longestInterval() / LARGEST_SUDDEN_FALL;
    const double before = m_difficulty.value();
    if (before > sudden) {
        return std::max(wanted, sudden);
    }
    const bool isDue = now - m_lastChange >= SILENT_WINDOW;
    return isDue ? std::max(wanted, before / LARGEST_SILENT_FALL) : before;
}

util::Difficulty Retarget::leastWish() const
{
    if (!isRateKnown()) {
        return {};
    }
    return util::Difficulty(rateOf(m_long) * toSeconds(SHORTEST_INTERVAL));
}

util::Difficulty Retarget::clamped(double difficulty) const
{
    difficulty = std::max(difficulty, m_limits.minimum.value());
    const double maximum = m_limits.maximum.value();
    const double highest = maximum > 0 ? std::min(maximum, HIGHEST.value()) : HIGHEST.value();
    return util::Difficulty(std::min(difficulty, highest));
}

double Retarget::shortestInterval() const
{
    if (!(m_held.value() > 0)) {
        return toSeconds(m_limits.targetInterval);
    }
    const bool isLowered = m_difficulty < clamped(m_held.value());
    return isLowered ? toSeconds(LONGEST_HELD_INTERVAL) : toSeconds(SHORTEST_INTERVAL);
}

double Retarget::longestInterval() const
{
    if (!(m_held.value() > 0)) {
        return toSeconds(m_limits.targetInterval);
    }
    const bool isRaised = m_difficulty > clamped(m_held.value());
    return isRaised ? toSeconds(SHORTEST_INTERVAL) : toSeconds(LONGEST_HELD_INTERVAL);
}

double Retarget::expectedOf(const RatePosterior& posterior, double interval) const
{
    return posterior.exposure() * m_difficulty.value() / interval;
}

double Retarget::ratioOf(const RatePosterior& posterior) const
{
    return (posterior.shares() + PRIOR_SHARES) / expectedOf(posterior, longestInterval());
}

void Retarget::advance(util::BootTime now)
{
    const util::Difficulty asked = m_inForce.value() > 0 ? m_inForce : m_difficulty;
    const util::Duration passed = std::min<util::Duration>(now - m_now, LONGEST_ADVANCE);
    const double seconds = std::max(0.0, toSeconds(passed));
    m_now = std::max(now, m_now);
    m_long.addTime(seconds, asked);
    m_short.addTime(seconds, asked);
}

double Retarget::wantedFactor(util::BootTime now) const
{
    const double expected = expectedOf(m_long, shortestInterval());
    const double count = m_long.shares();
    if (!(expected > 0)) {
        return 1;
    }
    const bool isTooMany = deviance(count, expected) > RAISE_DEVIANCE && count >= RAISE_SHARES &&
                           count > RAISE_RATIO * expected;
    if (isTooMany) {
        // What raised it on little evidence must not raise it once more.
        return isSure(m_long) || m_sharesSinceRaise > NEARLY_ONE ? count / expected : 1;
    }
    if (isGuarded() && now - m_lastChange < SILENT_WINDOW) {
        return 1;
    }
    return wantedFall();
}

double Retarget::wantedFall() const
{
    const double expected = expectedOf(m_long, longestInterval());
    const double count = m_long.shares();
    if (deviance(count, expected) < FALL_DEVIANCE && count < FALL_RATIO * expected) {
        return std::min({ratioOf(m_long), ratioOf(m_short), 1.0});
    }
    const double shortExpected = expectedOf(m_short, longestInterval());
    const bool hasFallen = deviance(m_short.shares(), shortExpected) < SHORT_FALL_DEVIANCE &&
                           m_short.shares() < SHORT_FALL_RATIO * shortExpected;
    return hasFallen ? std::min(ratioOf(m_short), 1.0) : 1;
}

double Retarget::bounded(double factor) const
{
    const double largestFall = isGuarded() ? LARGEST_SILENT_FALL : LARGEST_FALL;
    factor = std::max(factor, 1 / largestFall);
    return isSure(m_long) ? factor : std::min(factor, LARGEST_UNSURE_RAISE);
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
    const double longer = std::max(m_long.shares(), expectedOf(m_long, longestInterval()));
    const double most = m_held.value() > 0 ? HELD_MEMORY : LONG_MEMORY;
    if (longer > most) {
        m_long.keep(most / longer);
    }
    const double shorter = std::max(m_short.shares(), expectedOf(m_short, longestInterval()));
    const double least = m_held.value() > 0 ? HELD_SHORT_MEMORY : SHORT_MEMORY;
    if (shorter > least) {
        m_short.keep(least / shorter);
    }
}

} // namespace warp::mining
