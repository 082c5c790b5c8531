#include "core/engine/peer_registry.h"

#include <algorithm>
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

std::size_t PeerRegistry::crowdOf(const net::PeerIdentity& identity) const
{
    const auto peer = m_peers.find(identity);
    const std::size_t live = peer == m_peers.end() ? 0 : peer->second.proven;
    const auto known = m_shared.find(identity);
    const bool isRemembered =
        known != m_shared.end() && m_clock.boot() - known->second.seenAt <= SHARED_LIFETIME;
    const std::size_t miners = std::max(live, isRemembered ? known->second.miners : 0);
    return miners >= MINERS_OF_GATEWAY ? miners : 0;
}

void PeerRegistry::noteCrowd(const net::PeerIdentity& identity, std::size_t miners)
{
    if (miners < MINERS_OF_GATEWAY) {
        return;
    }
    if (m_shared.size() >= MAX_SHARED && !m_shared.contains(identity)) {
        m_shared.erase(std::min_element(m_shared.begin(), m_shared.end(), [](auto& a, auto& b) {
            return a.second.seenAt < b.second.seenAt;
        }));
    }
    Crowd& crowd = m_shared[identity];
    const util::BootTime now = m_clock.boot();
    // A number from long ago says nothing any more.
    const bool isOld = now - crowd.seenAt > SHARED_LIFETIME;
    crowd.miners = isOld ? miners : std::max(crowd.miners, miners);
    crowd.seenAt = now;
}

PeerRegistry::Admission PeerRegistry::admit(const net::Endpoint& peer)
{
    const auto identity = net::PeerIdentity::ofAddress(peer);
    const bool isGateway = net::isGatewayLike(peer);
    const util::MutexLock lock(m_mutex);
    const auto known = m_peers.find(identity);
    if (known != m_peers.end() && !isGateway &&
        known->second.pending >= MAX_PENDING + crowdOf(identity)) {
        return Admission::Refused;
    }
    Peer& admitted = m_peers[identity];
    ++admitted.connections;
    ++admitted.pending;
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

void PeerRegistry::authorize(const net::Endpoint& peer)
{
    const auto identity = net::PeerIdentity::ofAddress(peer);
    const util::MutexLock lock(m_mutex);
    --m_peers[identity].pending;
}

void PeerRegistry::prove(const net::Endpoint& peer)
{
    const auto identity = net::PeerIdentity::ofAddress(peer);
    const util::MutexLock lock(m_mutex);
    noteCrowd(identity, ++m_peers[identity].proven);
}

void PeerRegistry::leave(const net::Endpoint& peer, Standing standing)
{
    const auto identity = net::PeerIdentity::ofAddress(peer);
    const util::MutexLock lock(m_mutex);
    const auto known = m_peers.find(identity);
    if (standing == Standing::Pending) {
        --known->second.pending;
    } else if (standing == Standing::Proven) {
        noteCrowd(identity, known->second.proven--);
    }
    if (--known->second.connections == 0) {
        m_peers.erase(known);
    }
}

std::size_t PeerRegistry::minersBehind(const net::Endpoint& peer) const
{
    const auto identity = net::PeerIdentity::ofAddress(peer);
    const util::MutexLock lock(m_mutex);
    return crowdOf(identity);
}

std::size_t PeerRegistry::surplusOf(const net::Endpoint& peer) const
{
    if (net::isGatewayLike(peer)) {
        return 1;
    }
    const auto identity = net::PeerIdentity::ofAddress(peer);
    const util::MutexLock lock(m_mutex);
    const auto known = m_peers.find(identity);
    if (known == m_peers.end()) {
        return 0;
    }
    const std::size_t unproven = known->second.connections - known->second.proven;
    return unproven - std::min(unproven, crowdOf(identity));
}

} // namespace warp::engine
