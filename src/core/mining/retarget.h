// Chooses the difficulty of one session from how often its shares come: a posterior of the miner's
// rate, and two tests of whether it still fits. Pure state machine; owned by the session.
#pragma once

#include "core/mining/rate_posterior.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstdint>
#include <optional>

namespace warp::mining {

struct RetargetLimits
{
    util::Duration targetInterval{}; ///< wanted time between shares; > 0
    util::Difficulty minimum{};      ///< > 0
    util::Difficulty maximum{};      ///< 0: none; goes before the minimum

    friend bool operator==(const RetargetLimits&, const RetargetLimits&) = default;
};

/// A rate that was measured before, on another connection.
struct KnownRate
{
    util::Hashrate rate{};
    util::Duration age{}; ///< since it was measured

    friend bool operator==(const KnownRate&, const KnownRate&) = default;
};

/// Asked after every share and on a tick; both may change the difficulty. Raised where more shares
/// came than chance explains, by what they show; lowered likewise, where a short memory sees a fall
/// sooner than a long one. On little evidence it is raised again only when a share's worth of work
/// has come at the new difficulty.
///
/// Silence is not taken for a fall without end: below a sixty-fourth of what the shares of this
/// connection showed it halves the difficulty, once in SILENT_WINDOW; so it does from the beginning
/// with a miner whose rate was known before and that has not sent a share yet. Time in which nobody
/// asked is no silence.
///
/// A difficulty that is held is kept as long as it makes shares between SHORTEST_INTERVAL and
/// LONGEST_HELD_INTERVAL; beyond that it is the nearest that does, and is tested by that interval.
class Retarget final
{
public:
    static constexpr std::chrono::seconds TICK{5};
    /// No wish of a miner makes more shares than this, once its rate is known: two a second.
    static constexpr std::chrono::milliseconds SHORTEST_INTERVAL{500};
    static constexpr std::chrono::minutes LONGEST_HELD_INTERVAL{2};
    static constexpr std::chrono::seconds SILENT_WINDOW{90};
    /// More than this between two calls is not the miner's time: the machine slept.
    static constexpr std::chrono::seconds LONGEST_ADVANCE = 2 * TICK;
    /// Nothing is wanted above it, so that all numbers stay finite; no network has ever asked for a
    /// thousandth of it.
    static constexpr util::Difficulty HIGHEST{1e18};

    /// `start` is held within the limits.
    Retarget(RetargetLimits limits, util::Difficulty start, util::BootTime now);

    // Each leaves the limits as they are.
    /// Nothing is known but a place to start from.
    void start(util::Difficulty difficulty, util::BootTime now);
    /// The rate was measured before.
    void resume(const KnownRate& known, util::BootTime now);
    // What a miner wishes: not less than leastWish().
    /// From here on, for as long as it fits.
    void suggest(util::Difficulty difficulty, util::BootTime now);
    /// To stay at, on its owner's behalf.
    void hold(util::Difficulty difficulty, util::BootTime now);

    /// The time until now was not the miner's to send shares in.
    void skip(util::BootTime now);
    /// Other limits; what is known of the rate stays.
    void setLimits(const RetargetLimits& limits, util::BootTime now);
    /// What was sent: shares have to meet it from here on. Until then they have to meet what
    /// difficulty() says.
    void setInForce(util::Difficulty difficulty, util::BootTime now);
    /// An accepted share that counts for `credited`; other than what is in force where a share was
    /// asked for less.
    void onShare(util::Difficulty credited, util::BootTime now);
    /// Whether difficulty() is another than before.
    bool evaluate(util::BootTime now);
    /// The same, once in TICK; call it more often.
    bool onTick(util::BootTime now);

    /// The wanted one.
    [[nodiscard]] util::Difficulty difficulty() const { return m_difficulty; }
    [[nodiscard]] const RetargetLimits& limits() const { return m_limits; }
    /// Of shares of this connection and what was known before; up to the last share or evaluate().
    [[nodiscard]] const RatePosterior& posterior() const { return m_long; }
    /// Whether there is evidence of the rate: shares that came, or a rate known before.
    [[nodiscard]] bool isRateKnown() const
    {
        return m_long.shares() >= FEWEST_SHARES && m_long.exposure() > 0;
    }
    /// The least difficulty that a wish may have; 0 where the rate is not known.
    [[nodiscard]] util::Difficulty leastWish() const;

private:
    static constexpr double FEWEST_SHARES = 2.5;

    [[nodiscard]] util::Difficulty clamped(double difficulty) const;
    /// Seconds between shares: where they come sooner the difficulty is too low.
    [[nodiscard]] double shortestInterval() const;
    /// Where they come later it is too high. The same, but for a held one that fits.
    [[nodiscard]] double longestInterval() const;
    /// Shares with `interval` seconds between them.
    [[nodiscard]] double expectedOf(const RatePosterior& posterior, double interval) const;
    /// To what makes the longest interval.
    [[nodiscard]] double ratioOf(const RatePosterior& posterior) const;
    void advance(util::BootTime now);
    /// What the evidence would multiply the difficulty by; 1 to leave it.
    [[nodiscard]] double wantedFactor(util::BootTime now) const;
    [[nodiscard]] double wantedFall() const;
    /// The step that is taken.
    [[nodiscard]] double bounded(double factor) const;
    [[nodiscard]] util::Difficulty wantedBy(double factor, util::BootTime now) const;
    /// Where nothing but silence speaks for `wanted`.
    [[nodiscard]] double fallenSilently(double wanted, util::BootTime now) const;
    /// A rate that was known before is not doubted for a miner's silence alone.
    [[nodiscard]] bool isGuarded() const { return m_isRestored && !m_hasShare; }
    void forget(double longShares, double shortShares);
    void bound();

    RetargetLimits m_limits;
    util::Difficulty m_difficulty; ///< wanted
    util::Difficulty m_inForce{};  ///< 0 before the first
    util::Difficulty m_held{};     ///< 0: none
    util::BootTime m_now;          ///< up to which time is in the posteriors
    util::BootTime m_lastTick;
    util::BootTime m_lastChange;
    RatePosterior m_long;
    RatePosterior m_short;   ///< for falls
    double m_provenRate = 0; ///< when the last share came, difficulty per second; 0: not known
    double m_sharesSinceRaise = 1; ///< of the wanted difficulty
    bool m_isSilent = false;       ///< no share since the last change
    bool m_isRestored = false;
    bool m_hasShare = false;
};

} // namespace warp::mining
