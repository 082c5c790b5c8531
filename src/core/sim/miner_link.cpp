#include "core/sim/miner_link.h"

#include "core/sim/v1_link.h"
#include "core/sim/v2_link.h"

namespace warp::sim {

std::unique_ptr<MinerLink> MinerLinkMaker::make(const MinerOptions& options)
{
    if (!options.v2) {
        return std::make_unique<V1Link>(options);
    }
    if (m_curve == nullptr) {
        m_curve = std::make_unique<stratum::v2::Curve>(m_random);
    }
    return std::make_unique<V2Link>(*m_curve, m_clock, m_random, options);
}

} // namespace warp::sim
