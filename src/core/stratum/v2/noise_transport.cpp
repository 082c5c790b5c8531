#include "core/stratum/v2/noise_transport.h"

namespace warp::stratum::v2 {

NoiseTransport::NoiseTransport(const TransportKeys& keys, NoiseSide side, PayloadLimitFn limitOf)
    : m_sealer(side == NoiseSide::Server ? keys.toClient : keys.toServer)
    , m_opener(side == NoiseSide::Server ? keys.toServer : keys.toClient, limitOf)
{}

} // namespace warp::stratum::v2
