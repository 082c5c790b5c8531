// How a listener takes connections: who may come, which layers lie under what the miners say, and
// who gets the connection. Value types; immutable once a listener has them, called on any target.
#pragma once

#include "core/net/address_range.h"
#include "core/net/connection.h"
#include "core/net/tls_identity.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace warp::net {

/// Called on target executor `target`, which owns the connection from then on.
using AcceptFn = std::function<void(std::size_t target, std::unique_ptr<Connection> connection)>;

/// Asked on target executor `target` once for each connection, when it is known who the peer is and
/// before anything costly is done for it. nullptr turns it away; else what is returned is destroyed
/// there when the connection has been handed over or has failed before.
using GateFn =
    std::function<std::unique_ptr<util::Handle>(std::size_t target, const Endpoint& peer)>;

/// Why a connection was never handed over.
enum class OpeningFault : std::uint8_t {
    TooMany,       ///< others needed its place, or there was none for it
    TimedOut,      ///< not finished within the limit
    Gone,          ///< the peer left
    NoProxyHeader, ///< a proxy's connection without a header, or with one that cannot be used
    ProxyHeader,   ///< such a header from somebody who is no proxy
    Handshake,     ///< the TLS handshake failed
    NoCertificate, ///< there is none to show
};

[[nodiscard]] std::string_view describe(OpeningFault fault);

/// Called on target executor `target`, at most once for each connection that passed the gate or
/// failed before it.
using OpeningFailedFn = std::function<void(std::size_t target, OpeningFault fault)>;

enum class Security : std::uint8_t {
    Plain,
    Tls,
    FirstBytes, ///< the classifier decides between the two
};

/// @param first  what has come, at least one byte; it is read again by whoever gets the connection
using ClassifyFn = std::function<Encryption(util::ByteView first)>;

struct ListenTerms
{
    /// For a proxy's header and the handshake together (OWASP: bound what costs before login).
    static constexpr std::chrono::seconds OPENING_LIMIT{10};
    /// For the first byte of whoever is to begin TLS or a header at once: enough for two lost
    /// packets (RFC 6298: after one second, then two).
    static constexpr std::chrono::seconds FIRST_BYTE_LIMIT{5};
    /// Connections of one listener that wait for a header, first bytes or a handshake. One that has
    /// sent nothing takes its socket; one that has sent most of the largest ClientHello that
    /// OpenSSL takes, 128 KiB, has some 170 KiB.
    static constexpr std::size_t MAX_OPENINGS = 1024;
    /// Those of one address, however many share it.
    static constexpr std::size_t MAX_OPENINGS_OF_PEER = MAX_OPENINGS / 4;

    ListenTerms() = default;
    /// A plain listener for everybody.
    template <class Accept>
        requires std::is_invocable_v<Accept, std::size_t, std::unique_ptr<Connection>>
    ListenTerms(Accept acceptFn) // NOLINT(google-explicit-constructor): the usual case stays short
        : accept(std::move(acceptFn))
    {}

    AcceptFn accept;
    GateFn gate{};
    OpeningFailedFn onFailed{};
    Security security = Security::Plain;
    ClassifyFn classify{};               ///< with Security::FirstBytes
    std::shared_ptr<TlsSlot> identity{}; ///< unless Plain; looked at for each connection
    std::vector<AddressRange> proxies{}; ///< whose connections begin with a PROXY header, version 2
    util::Duration openingLimit = OPENING_LIMIT;
    util::Duration firstByteLimit = FIRST_BYTE_LIMIT;
    std::size_t maxOpenings = MAX_OPENINGS;
    std::size_t maxOpeningsOfPeer = MAX_OPENINGS_OF_PEER;
};

} // namespace warp::net
