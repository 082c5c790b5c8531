// A simulated miner's link by Stratum V1. Owned by the miner; lives on its executor.
#pragma once

#include "core/sim/miner_link.h"
#include "core/stratum/v1/client_session.h"
#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>

namespace warp::sim {

class V1Link final : public MinerLink
{
public:
    explicit V1Link(const MinerOptions& options);

    void start(util::Bytes& out) override;
    void onBytes(util::ByteView bytes, LinkActions& actions) override;
    void submit(const GrinderWork& work, const LinkShare& share, std::uint64_t tag,
                util::Bytes& out) override;

private:
    void on(const stratum::v1::Subscribed& event, LinkActions& actions);
    void on(const stratum::v1::ExtranonceChanged& event, LinkActions& actions);
    void on(const stratum::v1::VersionMaskChanged& event, LinkActions& actions);
    void on(const stratum::v1::JobReceived& event, LinkActions& actions);
    void on(const stratum::v1::Failed& event, LinkActions& actions);
    /// What the miner knows as it is.
    template <class Event>
    void on(const Event& event, LinkActions& actions);

    MinerQuirk m_quirks;
    stratum::v1::ClientSession m_session;
    util::Bytes m_extranonce1;
    std::size_t m_extranonce2Size = 0;
    std::uint32_t m_versionMask = 0;
};

} // namespace warp::sim
