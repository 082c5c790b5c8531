// A simulated miner's link by Stratum V2, with one channel. Owned by the miner; lives on its
// executor.
#pragma once

#include "core/sim/miner_link.h"
#include "core/stratum/v2/client_session.h"
#include "core/stratum/v2/curve.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"
#include "core/util/random.h"

#include <cstdint>

namespace warp::sim {

class V2Link final : public MinerLink
{
public:
    /// All but the options outlive it. `options.v2` is there.
    V2Link(const stratum::v2::Curve& curve, const util::Clock& clock, util::Random& random,
           const MinerOptions& options);

    void start(util::Bytes& out) override;
    void onBytes(util::ByteView bytes, LinkActions& actions) override;
    void submit(const GrinderWork& work, const LinkShare& share, std::uint64_t tag,
                util::Bytes& out) override;

private:
    void on(const stratum::v2::ChannelOpened& event, LinkActions& actions);
    void on(const stratum::v2::ChannelRefused& event, LinkActions& actions);
    void on(const stratum::v2::TargetChanged& event, LinkActions& actions);
    void on(const stratum::v2::WorkReceived& event, LinkActions& actions);
    void on(const stratum::v2::ShareAnswered& event, LinkActions& actions);
    void on(const stratum::v2::ChannelEnded& event, LinkActions& actions);
    void on(const stratum::v2::ReconnectAsked& event, LinkActions& actions);
    void on(const stratum::v2::Failed& event, LinkActions& actions);

    const util::Clock& m_clock;
    MinerQuirk m_quirks;
    stratum::v2::ClientHabits m_habits;
    stratum::v2::ClientSession m_session;
};

} // namespace warp::sim
