#include "core/net/address_range.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace warp::net {

namespace {

constexpr unsigned ADDRESS_BITS = 128;
constexpr unsigned MAPPED_PREFIX_BITS = 96;

} // namespace

std::optional<AddressBytes> parseAddressBytes(std::string_view host)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(host), error);
    if (error) {
        return std::nullopt;
    }
    if (address.is_v6()) {
        return address.to_v6().to_bytes();
    }
    return make_address_v6(boost::asio::ip::v4_mapped, address.to_v4()).to_bytes();
}

bool isMappedV4(const AddressBytes& address)
{
    return boost::asio::ip::address_v6(address).is_v4_mapped();
}

bool isLoopback(std::string_view host)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(host), error);
    if (error) {
        return false;
    }
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
    }
    return address.is_loopback();
}

std::optional<AddressRange> AddressRange::parse(std::string_view text)
{
    const std::size_t slash = text.find('/');
    const auto address = parseAddressBytes(text.substr(0, slash));
    if (!address) {
        return std::nullopt;
    }
    if (slash == std::string_view::npos) {
        return AddressRange(*address, ADDRESS_BITS);
    }
    const std::string_view digits = text.substr(slash + 1);
    // A mapped address written as IPv6 counts its bits as IPv6.
    const bool isV4 = text.find(':') == std::string_view::npos;
    const unsigned offset = isV4 ? MAPPED_PREFIX_BITS : 0;
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc() || end != digits.data() + digits.size() ||
        bits > ADDRESS_BITS - offset) {
        return std::nullopt;
    }
    return AddressRange(*address, offset + bits);
}

bool AddressRange::contains(const AddressBytes& address) const
{
    const std::size_t whole = m_bits / 8;
    const unsigned rest = m_bits % 8;
    if (!std::equal(m_address.begin(), m_address.begin() + static_cast<std::ptrdiff_t>(whole),
                    address.begin())) {
        return false;
    }
    if (rest == 0) {
        return true;
    }
    const unsigned mask = 0xFFU << (8 - rest) & 0xFFU;
    return ((m_address.at(whole) ^ address.at(whole)) & mask) == 0;
}

} // namespace warp::net
