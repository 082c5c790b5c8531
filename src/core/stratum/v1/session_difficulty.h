// The difficulty of one session: what it starts with, how it follows the shares, and what goes on
// the wire. Pure state machine; owned by the session.
#pragma once

#include "core/mining/miner_class.h"
#include "core/mining/retarget.h"
#include "core/stratum/v1/server_options.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <optional>
#include <string_view>

namespace warp::stratum::v1 {

/// Wishes go before each other in this order: the password, a suggestion, the configured initial
/// difficulty, the miner's class. Each is held within the configured limits and, as a lower limit,
/// the miner's own minimum-difficulty (which a password overrules).
///
/// What is wanted and what is in force are two things: in force is never above the network's
/// difficulty, and where that falls for a while (as on test networks) the wanted one stays.
class SessionDifficulty final
{
public:
    /// Keeps a reference to the options, whose changes count from the next onTimer() on.
    SessionDifficulty(const ServerOptions& options, util::BootTime now);
    SessionDifficulty(const ServerOptions&& options, util::BootTime now) = delete;

    /// Before or after begin(). The same suggestion again is no news: some miners send theirs every
    /// 30 s to keep the connection alive.
    void onUserAgent(std::string_view userAgent);
    void onPassword(util::Difficulty wish, util::BootTime now);
    void onSuggestion(util::Difficulty wish, util::BootTime now);
    void onMinimum(util::Difficulty wish, util::BootTime now);

    /// The session is ready to mine: the start difficulty becomes the wanted one.
    void begin(util::BootTime now);
    void onAcceptedShare(util::Difficulty credited, util::BootTime now);
    void onTimer(util::BootTime now);

    /// The difficulty to send, where it differs from the one sent last. A number of 1 or more is a
    /// whole one, since some firmware reads an integer.
    /// @param network largest difficulty the network's target allows.
    [[nodiscard]] std::optional<util::Difficulty> takeChange(util::Difficulty network);

    /// Sent last; 0 before the first.
    [[nodiscard]] util::Difficulty inForce() const { return m_inForce; }
    [[nodiscard]] mining::MinerClass minerClass() const { return m_class; }

private:
    [[nodiscard]] util::Difficulty startWish() const;
    [[nodiscard]] mining::RetargetLimits limits() const;
    void restart(util::Difficulty difficulty, util::BootTime now);

    const ServerOptions& m_options;
    mining::RetargetLimits m_limits; ///< of m_retarget
    mining::Retarget m_retarget;
    mining::MinerClass m_class = mining::MinerClass::Unknown;
    bool m_hasBegun = false;
    // 0 stands for none.
    util::Difficulty m_password{};
    util::Difficulty m_suggestion{};
    util::Difficulty m_requestedMinimum{};
    util::Difficulty m_inForce{};
};

} // namespace warp::stratum::v1
