#include "core/net/http_peer_counter.h"

#include "core/net/address_range.h"
#include "core/net/peer_identity.h"

namespace warp::net {

bool HttpPeerCounter::admit(const Endpoint& peer)
{
    const std::size_t limit = isLoopback(peer.host) ? m_fromLoopback : m_perPeer;
    if (limit == 0) {
        return true;
    }
    std::size_t& count = m_counts[PeerIdentity::ofAddress(peer).text()];
    if (count >= limit) {
        return false;
    }
    ++count;
    return true;
}

void HttpPeerCounter::release(const Endpoint& peer)
{
    const auto found = m_counts.find(PeerIdentity::ofAddress(peer).text());
    if (found != m_counts.end() && --found->second == 0) {
        m_counts.erase(found);
    }
}

} // namespace warp::net
