// How many connections each address holds open, so that none takes all of a server's. An IPv6
// household counts as one. Owned by HttpServer, on its executor.
#pragma once

#include "core/net/endpoint.h"

#include <cstddef>
#include <string>
#include <unordered_map>

namespace warp::net {

class HttpPeerCounter final
{
public:
    /// 0: any number.
    HttpPeerCounter(std::size_t perPeer, std::size_t fromLoopback)
        : m_perPeer(perPeer)
        , m_fromLoopback(fromLoopback)
    {}

    /// Counts the connection; false where its address has enough of them.
    [[nodiscard]] bool admit(const Endpoint& peer);
    /// An admitted connection is over.
    void release(const Endpoint& peer);

private:
    std::size_t m_perPeer;
    std::size_t m_fromLoopback;
    std::unordered_map<std::string, std::size_t> m_counts; ///< by identity, if limited
};

} // namespace warp::net
