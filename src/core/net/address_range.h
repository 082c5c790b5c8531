// A numeric address or network in CIDR form, and whether a peer is in it. Value type; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace warp::net {

/// An IPv6 address in network byte order; IPv4 stands as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
using AddressBytes = std::array<std::uint8_t, 16>;

/// Of a numeric address, with or without a zone; nothing for any other text.
[[nodiscard]] std::optional<AddressBytes> parseAddressBytes(std::string_view host);

/// Whether it stands for an IPv4 address.
[[nodiscard]] bool isMappedV4(const AddressBytes& address);

/// Of this machine itself: 127.0.0.0/8 or ::1. Any other text is not.
[[nodiscard]] bool isLoopback(std::string_view host);

class AddressRange final
{
public:
    /// "10.0.0.0/8", "fd00::/8", or one address.
    [[nodiscard]] static std::optional<AddressRange> parse(std::string_view text);

    [[nodiscard]] bool contains(const AddressBytes& address) const;

    friend bool operator==(const AddressRange&, const AddressRange&) = default;

private:
    AddressRange(const AddressBytes& address, unsigned bits)
        : m_address(address)
        , m_bits(bits)
    {}

    AddressBytes m_address;
    unsigned m_bits; ///< of the 128 that have to agree
};

} // namespace warp::net
