#include "core/engine/peer_registry.h"

#include <utility>

namespace warp::engine {

namespace {

class OpeningPass final : public util::Handle
{
public:
    OpeningPass(PeerRegistry& registry, net::Endpoint peer)
        : m_registry(registry)
        , m_peer(std::move(peer))
    {}
    ~OpeningPass() override { m_registry.leave(m_peer, PeerRegistry::Standing::Pending); }
    OpeningPass(const OpeningPass&) = delete;
    OpeningPass& operator=(const OpeningPass&) = delete;

private:
    PeerRegistry& m_registry;
    net::Endpoint m_peer;
};

} // namespace

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

std::unique_ptr<util::Handle> PeerRegistry::admitOpening(const net::Endpoint& peer)
{
    if (admit(peer) == Admission::Refused) {
        return nullptr;
    }
    return std::make_unique<OpeningPass>(*this, peer);
}

void PeerRegistry::join(const net::Endpoint& peer)
{
    const auto identity = net::PeerIdentity::ofAddress(peer);
    const util::MutexLock lock(m_mutex);
    Peer& known = m_peers[identity];
    ++known.connections;
    ++known.pending;
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
