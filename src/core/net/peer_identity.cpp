#include "core/net/peer_identity.h"

#include "core/net/address_range.h"

#include <boost/asio/ip/address_v6.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace warp::net {

namespace {

constexpr std::size_t PREFIX_BYTES = 8;

std::string textOf(const AddressBytes& bytes)
{
    const boost::asio::ip::address_v6 address(bytes);
    return address.is_v4_mapped() ? make_address_v4(boost::asio::ip::v4_mapped, address).to_string()
                                  : address.to_string();
}

} // namespace

PeerIdentity PeerIdentity::ofAddress(const Endpoint& peer)
{
    auto bytes = parseAddressBytes(peer.host);
    if (!bytes) {
        return {PeerKind::Address, "?"};
    }
    if (isMappedV4(*bytes)) {
        return {PeerKind::Address, textOf(*bytes)};
    }
    std::fill(bytes->begin() + PREFIX_BYTES, bytes->end(), std::uint8_t{0});
    return {PeerKind::Prefix, textOf(*bytes) + "/64"};
}

PeerIdentity PeerIdentity::ofConnection(std::uint64_t number)
{
    return {PeerKind::Connection, fmt::format("#{}", number)};
}

bool isGatewayLike(const Endpoint& peer)
{
    const auto bytes = parseAddressBytes(peer.host);
    if (!bytes) {
        return false;
    }
    if (boost::asio::ip::address_v6(*bytes).is_loopback()) {
        return true;
    }
    if (!isMappedV4(*bytes)) {
        return false;
    }
    const auto v4 =
        make_address_v4(boost::asio::ip::v4_mapped, boost::asio::ip::address_v6(*bytes)).to_uint();
    constexpr std::uint32_t DOCKER_RANGE = 0xAC10'0000; // 172.16.0.0
    constexpr std::uint32_t DOCKER_MASK = 0xFFF0'0000;
    constexpr std::uint32_t LOOPBACK_RANGE = 0x7F00'0000;
    constexpr std::uint32_t FIRST_BYTE = 0xFF00'0000;
    constexpr std::uint32_t HOST_BYTE = 0xFF;
    return (v4 & FIRST_BYTE) == LOOPBACK_RANGE ||
           ((v4 & DOCKER_MASK) == DOCKER_RANGE && (v4 & HOST_BYTE) == 1);
}

} // namespace warp::net
