// Who is connected from where: how many connections of a peer have not authorised yet, how many
// have proved to be miners, and which addresses many miners share. One for all io threads, behind a
// leaf lock; told when a connection begins, authorises, has its first good share or ends.
#pragma once

#include "core/net/endpoint.h"
#include "core/net/peer_identity.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/mutex.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

namespace warp::engine {

class PeerRegistry final
{
public:
    /// Connections of one peer that may be open before they authorise. A person's miners need
    /// fewer; who holds connections open for nothing gets no more than these. Behind a shared
    /// address there is one more for each miner that has proved to be one.
    static constexpr std::size_t MAX_PENDING = 32;
    /// So many connections with a good share each, at the same time, are an address that many
    /// miners share. Names prove nothing: a pool that pays one address takes any.
    static constexpr std::size_t MINERS_OF_GATEWAY = 8;
    /// Addresses that are remembered as shared; the one whose miners were last seen longest ago
    /// makes room for another.
    static constexpr std::size_t MAX_SHARED = 10'000;
    /// How long they are remembered without a miner: longer than a power cut.
    static constexpr std::chrono::hours SHARED_LIFETIME{24};

    enum class Admission : std::uint8_t { Admitted, Refused };
    enum class Standing : std::uint8_t {
        Pending,
        Authorized,
        Proven, ///< it had a good share
    };

    /// @param clock  outlives the registry
    explicit PeerRegistry(const util::Clock& clock)
        : m_clock(clock)
    {}

    /// A connection begins. One that is admitted ends with leave().
    [[nodiscard]] Admission admit(const net::Endpoint& peer);
    /// The same for one that still has to begin: it ends with the handle, which must not outlive
    /// the registry. nullptr where it is refused.
    [[nodiscard]] std::unique_ptr<util::Handle> admitOpening(const net::Endpoint& peer);
    /// A connection begins whose opening was admitted.
    void join(const net::Endpoint& peer);
    /// Its first worker is authorised.
    void authorize(const net::Endpoint& peer);
    /// One that is authorised has its first good share.
    void prove(const net::Endpoint& peer);
    void leave(const net::Endpoint& peer, Standing standing);

    /// Miners that are known to be behind an address that many share; 0 for any other.
    [[nodiscard]] std::size_t minersBehind(const net::Endpoint& peer) const;
    /// Connections of the peer without a good share, beyond those that are to be expected of the
    /// miners behind it. Each connection through a gateway that is known as such is a peer.
    [[nodiscard]] std::size_t surplusOf(const net::Endpoint& peer) const;

private:
    struct Peer
    {
        std::size_t connections = 0;
        std::size_t pending = 0;
        std::size_t proven = 0;
    };
    struct Crowd
    {
        std::size_t miners = 0; ///< the most at the same time
        util::BootTime seenAt{};
    };

    [[nodiscard]] std::size_t crowdOf(const net::PeerIdentity& identity) const
        WARP_THREAD_ANNOTATION(requires_capability(m_mutex));
    void noteCrowd(const net::PeerIdentity& identity, std::size_t miners)
        WARP_THREAD_ANNOTATION(requires_capability(m_mutex));

    const util::Clock& m_clock;
    mutable util::Mutex m_mutex;
    std::map<net::PeerIdentity, Peer> m_peers GUARDED_BY(m_mutex); ///< those with connections
    std::map<net::PeerIdentity, Crowd> m_shared GUARDED_BY(m_mutex);
};

} // namespace warp::engine
