#include "core/net/proxy_header.h"

#include "core/net/tcp_socket.h"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <string_view>

namespace warp::net {

namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view SIGNATURE("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::string_view SIGNATURE_V1 = "PROXY ";
// As much of the signature as no line of text begins with.
constexpr std::size_t TELLING_BYTES = 5;

constexpr std::uint8_t COMMAND_LOCAL = 0x20;
constexpr std::uint8_t COMMAND_PROXY = 0x21;
constexpr std::uint8_t FAMILY_UNSPECIFIED = 0x00;
constexpr std::uint8_t FAMILY_TCP4 = 0x11;
constexpr std::uint8_t FAMILY_TCP6 = 0x21;
// Source address, destination address, both ports.
constexpr std::size_t TCP4_BYTES = 4 + 4 + 2 + 2;
constexpr std::size_t TCP6_BYTES = 16 + 16 + 2 + 2;

std::uint16_t readPort(util::ByteView bytes)
{
    return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[0]) << 8U |
                                      std::to_integer<unsigned>(bytes[1]));
}

template <class Address>
Endpoint readSource(util::ByteView body)
{
    typename Address::bytes_type bytes{};
    std::ranges::transform(body.first(bytes.size()), bytes.begin(),
                           [](std::byte byte) { return std::to_integer<unsigned char>(byte); });
    return toEndpoint({Address(bytes), readPort(body.subspan(2 * bytes.size()))});
}

} // namespace

util::Result<ProxyPrefix, ProxyFault>
parseProxyPrefix(std::span<const std::byte, PROXY_PREFIX_BYTES> bytes)
{
    if (util::asText(bytes.first(SIGNATURE.size())) != SIGNATURE) {
        return util::Unexpected(ProxyFault::NotAHeader);
    }
    const auto command = std::to_integer<std::uint8_t>(bytes[12]);
    const auto family = std::to_integer<std::uint8_t>(bytes[13]);
    ProxyPrefix prefix{.bodyBytes = readPort(bytes.subspan(14))};
    if (prefix.bodyBytes > MAX_PROXY_BODY_BYTES) {
        return util::Unexpected(ProxyFault::TooLong);
    }
    if (command == COMMAND_LOCAL) {
        return prefix; // whatever the family says (section 2.2)
    }
    if (command != COMMAND_PROXY) {
        return util::Unexpected(ProxyFault::Version);
    }
    if (family == FAMILY_UNSPECIFIED) {
        return prefix;
    }
    if (family != FAMILY_TCP4 && family != FAMILY_TCP6) {
        return util::Unexpected(ProxyFault::Family);
    }
    prefix.hasAddress = true;
    prefix.isV6 = family == FAMILY_TCP6;
    if (prefix.bodyBytes < (prefix.isV6 ? TCP6_BYTES : TCP4_BYTES)) {
        return util::Unexpected(ProxyFault::Truncated);
    }
    return prefix;
}

util::Result<std::optional<Endpoint>, ProxyFault> parseProxyBody(const ProxyPrefix& prefix,
                                                                 util::ByteView body)
{
    if (!prefix.hasAddress) {
        return std::optional<Endpoint>();
    }
    if (body.size() < (prefix.isV6 ? TCP6_BYTES : TCP4_BYTES)) {
        return util::Unexpected(ProxyFault::Truncated);
    }
    return std::optional(prefix.isV6 ? readSource<ip::address_v6>(body)
                                     : readSource<ip::address_v4>(body));
}

bool beginsProxyHeader(util::ByteView first)
{
    const std::string_view text = util::asText(first);
    return text.starts_with(SIGNATURE.substr(0, TELLING_BYTES)) || text.starts_with(SIGNATURE_V1);
}

} // namespace warp::net
