// The difficulty of one session: what it starts with, how it follows the shares, and what goes on
// the wire. Pure state machine; owned by the session.
#pragma once

#include "core/mining/miner_class.h"
#include "core/mining/retarget.h"
#include "core/stratum/server_options.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <optional>
#include <string_view>

namespace warp::stratum {

/// Wishes go before each other in this order: the password, a suggestion, a rate that is remembered
/// from before, the configured initial difficulty, the miner's class. The password's is held for as
/// long as it makes a sensible number of shares; the others are where the difficulty starts from.
/// Each is held within the configured limits and, as a lower limit, the miner's own
/// minimum-difficulty (which a password overrules). None may make more than two shares a second, by
/// what is known of the miner: its measured rate, else what devices of its class do.
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
    /// What the miner says of itself stands for a suggestion, unless its rate was measured before.
    /// @param rate  above 0
    void onNominalRate(util::Hashrate rate, util::BootTime now);
    /// How fast this miner was on an earlier connection; before begin().
    void onKnownRate(const mining::KnownRate& known) { m_known = known; }

    /// The session is ready to mine: the start difficulty becomes the wanted one.
    void begin(util::BootTime now);
    void onAcceptedShare(util::Difficulty credited, util::BootTime now);
    void onTimer(util::BootTime now);
    /// Instead of onTimer() while there is no work to send shares of.
    void pause(util::BootTime now) { m_retarget.skip(now); }

    /// The difficulty to send, where it differs from the one sent last. A number of 1 or more is a
    /// whole one, since some firmware reads an integer.
    /// @param network largest difficulty the network's target allows.
    [[nodiscard]] std::optional<util::Difficulty> takeChange(util::Difficulty network,
                                                             util::BootTime now);

    /// Whether takeChange() has one.
    [[nodiscard]] bool hasChange(util::Difficulty network) const
    {
        return onWire(network) != m_inForce;
    }

    /// What would be sent on a network that allows any; 0 before begin().
    [[nodiscard]] util::Difficulty wanted() const
    {
        return m_hasBegun ? onWire(m_retarget.difficulty()) : util::Difficulty{};
    }
    /// Sent last; 0 before the first.
    [[nodiscard]] util::Difficulty inForce() const { return m_inForce; }
    [[nodiscard]] mining::MinerClass minerClass() const { return m_class; }
    /// As the shares of this connection showed it when the last one came; 0 while they are too few.
    /// A silence does not lower it.
    [[nodiscard]] util::Hashrate provenRate() const { return m_provenRate; }

private:
    [[nodiscard]] util::Difficulty classStart() const;
    [[nodiscard]] util::Difficulty permitted(util::Difficulty wish) const;
    [[nodiscard]] mining::RetargetLimits limits() const;
    [[nodiscard]] util::Difficulty onWire(util::Difficulty network) const;

    const ServerOptions& m_options;
    mining::Retarget m_retarget;
    mining::MinerClass m_class = mining::MinerClass::Unknown;
    bool m_hasBegun = false;
    // 0 stands for none.
    util::Difficulty m_password{};
    util::Difficulty m_suggestion{};
    util::Difficulty m_requestedMinimum{};
    util::Difficulty m_inForce{};
    mining::KnownRate m_known{};
    util::Hashrate m_provenRate{};
};

} // namespace warp::stratum
