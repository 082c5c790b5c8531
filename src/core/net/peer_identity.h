// Who stands behind a connection, as limits count it: an IPv4 address, the /64 of an IPv6 address
// (what one household gets), or a single connection where an address is shared by many.
// Value type; any thread.
#pragma once

#include "core/net/endpoint.h"

#include <compare>
#include <cstdint>
#include <string>

namespace warp::net {

enum class PeerKind : std::uint8_t {
    Address,    ///< IPv4
    Prefix,     ///< IPv6 /64
    Connection, ///< behind a gateway or proxy: each connection by itself
};

class PeerIdentity final
{
public:
    /// @param peer  as accepted; a host that is no address counts as one identity for all such
    [[nodiscard]] static PeerIdentity ofAddress(const Endpoint& peer);
    /// @param number  unique among the program's connections
    [[nodiscard]] static PeerIdentity ofConnection(std::uint64_t number);

    [[nodiscard]] PeerKind kind() const { return m_kind; }
    /// "192.0.2.7", "2001:db8:1:2::/64" or "#17"; for debug records and the operator's eyes.
    [[nodiscard]] const std::string& text() const { return m_text; }

    friend auto operator<=>(const PeerIdentity&, const PeerIdentity&) = default;

private:
    PeerIdentity(PeerKind kind, std::string text)
        : m_kind(kind)
        , m_text(std::move(text))
    {}

    PeerKind m_kind;
    std::string m_text;
};

/// Whether an address commonly hides many machines from the start: this machine itself (a proxy or
/// tunnel on it), or the first address of a private network of Docker's range 172.16.0.0/12, as
/// which its NAT shows every miner.
[[nodiscard]] bool isGatewayLike(const Endpoint& peer);

} // namespace warp::net
