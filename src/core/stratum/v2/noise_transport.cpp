#include "core/stratum/v2/noise_transport.h"

namespace warp::stratum::v2 {

NoiseTransport::NoiseTransport(const TransportKeys& keys, NoiseSide side, std::size_t maxPayload)
    : m_sealer(side == NoiseSide::Server ? keys.toClient : keys.toServer)
    , m_opener(side == NoiseSide::Server ? keys.toServer : keys.toClient, maxPayload)
{}

} // namespace warp::stratum::v2
