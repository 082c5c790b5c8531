// Who is connected from where: how many connections of a peer have not authorised yet, and which
// addresses many miners share. One for all io threads, behind a leaf lock; told when a connection
// begins, authorises or ends, never for a share.
#pragma once

#include "core/net/endpoint.h"
#include "core/net/peer_identity.h"
#include "core/util/executor.h"
#include "core/util/mutex.h"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace warp::engine {

class PeerRegistry final
{
public:
    /// Connections of one peer that may be open before they authorise. A person's miners need
    /// fewer; who holds connections open for nothing gets no more than these.
    static constexpr std::size_t MAX_PENDING = 32;
    /// So many different workers at one address are a gateway with miners behind it.
    static constexpr std::size_t WORKERS_OF_GATEWAY = 8;
    /// Addresses that are remembered as shared after their connections ended; no more are learned.
    static constexpr std::size_t MAX_SHARED = 10'000;

    enum class Admission : std::uint8_t { Admitted, Refused };
    enum class Standing : std::uint8_t { Pending, Authorized };

    /// A connection begins. One that is admitted ends with leave().
    [[nodiscard]] Admission admit(const net::Endpoint& peer);
    /// The same for one that still has to begin: it ends with the handle, which must not outlive
    /// the registry. nullptr where it is refused.
    [[nodiscard]] std::unique_ptr<util::Handle> admitOpening(const net::Endpoint& peer);
    /// A connection begins whose opening was admitted.
    void join(const net::Endpoint& peer);
    /// Its first worker is authorised.
    void authorize(const net::Endpoint& peer, std::string_view worker);
    void leave(const net::Endpoint& peer, Standing standing);

    /// As limits count it: its address, or the connection alone where many share the address.
    [[nodiscard]] net::PeerIdentity identityOf(const net::Endpoint& peer,
                                               std::uint64_t connection) const;

private:
    struct Peer
    {
        std::size_t connections = 0;
        std::size_t pending = 0;
        std::set<std::string, std::less<>> workers; ///< at most WORKERS_OF_GATEWAY
    };

    mutable util::Mutex m_mutex;
    std::map<net::PeerIdentity, Peer> m_peers GUARDED_BY(m_mutex); ///< those with connections
    std::set<net::PeerIdentity> m_shared GUARDED_BY(m_mutex);
};

} // namespace warp::engine
