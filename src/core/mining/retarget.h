// Chooses the next difficulty of one session from how often its shares come. Pure state machine;
// owned by the session, no clock of its own.
#pragma once

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

/// Looks at the time since the last change, at most some 32 target intervals of it. A change needs
/// two things: the rate is off by a factor of 2 or more, and chance hardly explains it.
/// A silent miner is halved once a minute at most; else one step is at most x16 or /4.
class Retarget final
{
public:
    /// `start` is held within the limits.
    Retarget(RetargetLimits limits, util::Difficulty start, util::BootTime now);

    /// An accepted share that counts for `credited`; other than difficulty() where a share was
    /// asked for less.
    void onShare(util::Difficulty credited);
    /// The difficulty to change to, where the evidence is clear; asked after shares and on ticks.
    [[nodiscard]] std::optional<util::Difficulty> evaluate(util::BootTime now);
    /// Set from outside (suggested by the miner): evidence starts anew.
    void restart(util::Difficulty difficulty, util::BootTime now);
    [[nodiscard]] util::Difficulty difficulty() const { return m_difficulty; }

private:
    [[nodiscard]] util::Difficulty clamped(util::Difficulty difficulty) const;
    [[nodiscard]] std::optional<util::Difficulty> next(double seconds) const;
    void forgetHalf(util::BootTime now);

    RetargetLimits m_limits;
    util::Difficulty m_difficulty;
    util::BootTime m_windowStart;
    double m_shares = 0;
    double m_work = 0; ///< sum of credited difficulties in the window
};

} // namespace warp::mining
