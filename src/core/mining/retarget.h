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
    util::Duration targetInterval{}; ///< wanted time between shares
    util::Difficulty minimum{};      ///< > 0
    util::Difficulty maximum{};      ///< 0: none
};

class Retarget final
{
public:
    Retarget(RetargetLimits limits, util::Difficulty start, util::BootTime now);

    /// An accepted share that counts for `credited`.
    void onShare(util::Difficulty credited);
    /// The difficulty to change to, where the evidence is clear; asked after shares and on ticks.
    [[nodiscard]] std::optional<util::Difficulty> evaluate(util::BootTime now);
    /// Set from outside (suggested by the miner): evidence starts anew.
    void restart(util::Difficulty difficulty, util::BootTime now);
    [[nodiscard]] util::Difficulty difficulty() const { return m_difficulty; }

private:
    RetargetLimits m_limits;
    util::Difficulty m_difficulty;
    util::BootTime m_windowStart;
    std::uint32_t m_shares = 0;
    double m_work = 0; ///< sum of credited difficulties in the window
};

} // namespace warp::mining
