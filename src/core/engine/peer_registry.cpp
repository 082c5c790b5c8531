#include "core/engine/peer_registry.h"

namespace warp::engine {

PeerRegistry::Admission PeerRegistry::admit(const net::Endpoint& peer)
{
    const auto identity = net::PeerIdentity::ofAddress(peer);
    const bool isGateway = net::isGatewayLike(peer);
    const util::MutexLock lock(m_mutex);
    Peer& known = m_peers[identity];
    if (known.pending >= MAX_PENDING && !isGateway && !m_shared.contains(identity)) {
        return Admission::Refused;
    }
    ++known.connections;
    ++known.pending;
    return Admission::Admitted;
}

void PeerRegistry::authorize(const net::Endpoint& peer, std::string_view worker)
{
    const auto identity = net::PeerIdentity::ofAddress(peer);
    const util::MutexLock lock(m_mutex);
    Peer& known = m_peers[identity];
    --known.pending;
    if (known.workers.size() < WORKERS_OF_GATEWAY) {
        known.workers.emplace(worker);
        if (known.workers.size() == WORKERS_OF_GATEWAY && m_shared.size() < MAX_SHARED) {
            m_shared.insert(identity);
        }
    }
}

void PeerRegistry::leave(const net::Endpoint& peer, Standing standing)
{
    const auto identity = net::PeerIdentity::ofAddress(peer);
    const util::MutexLock lock(m_mutex);
    const auto known = m_peers.find(identity);
    if (standing == Standing::Pending) {
        --known->second.pending;
    }
    if (--known->second.connections == 0) {
        m_peers.erase(known);
    }
}

net::PeerIdentity PeerRegistry::identityOf(const net::Endpoint& peer,
                                           std::uint64_t connection) const
{
    auto identity = net::PeerIdentity::ofAddress(peer);
    if (net::isGatewayLike(peer)) {
        return net::PeerIdentity::ofConnection(connection);
    }
    const util::MutexLock lock(m_mutex);
    return m_shared.contains(identity) ? net::PeerIdentity::ofConnection(connection) : identity;
}

} // namespace warp::engine
