#include "core/bitcoin/bech32.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace warp::bitcoin {

namespace {

constexpr std::string_view CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr char SEPARATOR = '1';
constexpr std::size_t CHECKSUM_LENGTH = 6;
constexpr unsigned GROUP_BITS = 5;
constexpr unsigned GROUP_MASK = 0x1F;

/// What the checksum of a valid text leaves (BIP 173 and BIP 350).
std::uint32_t residue(Bech32Variant variant)
{
    return variant == Bech32Variant::Bech32 ? 1 : 0x2BC830A3;
}

bool isUpper(char character)
{
    return character >= 'A' && character <= 'Z';
}

bool isLower(char character)
{
    return character >= 'a' && character <= 'z';
}

char toLower(char character)
{
    return isUpper(character) ? static_cast<char>(character - 'A' + 'a') : character;
}

/// The BCH code over GF(32) of BIP 173, over the expanded prefix and the values.
class Checksum final
{
public:
    explicit Checksum(std::string_view prefix)
    {
        for (const char character : prefix) {
            add(static_cast<unsigned char>(character) >> GROUP_BITS);
        }
        add(0);
        for (const char character : prefix) {
            add(static_cast<unsigned char>(character) & GROUP_MASK);
        }
    }

    void add(std::uint32_t value)
    {
        constexpr std::array<std::uint32_t, 5> GENERATOR{0x3B6A57B2, 0x26508E6D, 0x1EA119FA,
                                                         0x3D4233DD, 0x2A1462B3};
        const std::uint32_t top = m_remainder >> 25;
        m_remainder = ((m_remainder & 0x1FF'FFFF) << GROUP_BITS) ^ value;
        for (std::size_t i = 0; i < GENERATOR.size(); ++i) {
            if (((top >> i) & 1) != 0) {
                m_remainder ^= GENERATOR[i];
            }
        }
    }

    [[nodiscard]] std::uint32_t remainder() const { return m_remainder; }

private:
    std::uint32_t m_remainder = 1;
};

std::optional<Bech32Error> findBadCharacter(std::string_view text)
{
    constexpr char FIRST_PRINTABLE = 33;
    constexpr char LAST_PRINTABLE = 126;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] < FIRST_PRINTABLE || text[i] > LAST_PRINTABLE) {
            return Bech32Error{Bech32ErrorCode::InvalidCharacter, i};
        }
    }
    if (std::ranges::any_of(text, isUpper) && std::ranges::any_of(text, isLower)) {
        return Bech32Error{Bech32ErrorCode::MixedCase, 0};
    }
    return std::nullopt;
}

} // namespace

util::Result<Bech32Text, Bech32Error> decodeBech32(std::string_view text)
{
    if (text.size() > BECH32_MAX_LENGTH) {
        return util::Unexpected(Bech32Error{Bech32ErrorCode::TooLong, 0});
    }
    if (const auto bad = findBadCharacter(text)) {
        return util::Unexpected(*bad);
    }
    const std::size_t separator = text.rfind(SEPARATOR);
    if (separator == std::string_view::npos || separator == 0) {
        return util::Unexpected(Bech32Error{Bech32ErrorCode::NoPrefix, 0});
    }
    Bech32Text decoded;
    std::ranges::transform(text.substr(0, separator), std::back_inserter(decoded.prefix), toLower);
    Checksum checksum(decoded.prefix);
    for (std::size_t i = separator + 1; i < text.size(); ++i) {
        const std::size_t value = CHARSET.find(toLower(text[i]));
        if (value == std::string_view::npos) {
            return util::Unexpected(Bech32Error{Bech32ErrorCode::InvalidCharacter, i});
        }
        decoded.values.push_back(static_cast<std::uint8_t>(value));
        checksum.add(static_cast<std::uint32_t>(value));
    }
    if (decoded.values.size() < CHECKSUM_LENGTH) {
        return util::Unexpected(Bech32Error{Bech32ErrorCode::TooShort, 0});
    }
    if (checksum.remainder() == residue(Bech32Variant::Bech32m)) {
        decoded.variant = Bech32Variant::Bech32m;
    } else if (checksum.remainder() != residue(Bech32Variant::Bech32)) {
        return util::Unexpected(Bech32Error{Bech32ErrorCode::BadChecksum, 0});
    }
    decoded.values.resize(decoded.values.size() - CHECKSUM_LENGTH);
    return decoded;
}

std::string encodeBech32(const Bech32Text& text)
{
    std::string out = text.prefix + SEPARATOR;
    Checksum checksum(text.prefix);
    for (const std::uint8_t value : text.values) {
        out += CHARSET[value & GROUP_MASK];
        checksum.add(value & GROUP_MASK);
    }
    for (std::size_t i = 0; i < CHECKSUM_LENGTH; ++i) {
        checksum.add(0);
    }
    const std::uint32_t sum = checksum.remainder() ^ residue(text.variant);
    for (std::size_t i = CHECKSUM_LENGTH; i > 0; --i) {
        out += CHARSET[(sum >> (GROUP_BITS * (i - 1))) & GROUP_MASK];
    }
    return out;
}

std::vector<std::uint8_t> toFiveBitGroups(util::ByteView bytes)
{
    std::vector<std::uint8_t> groups;
    groups.reserve((bytes.size() * 8 + GROUP_BITS - 1) / GROUP_BITS);
    std::uint32_t pending = 0;
    unsigned pendingBits = 0;
    for (const std::byte byte : bytes) {
        pending = ((pending << 8) | static_cast<std::uint32_t>(byte)) & 0xFFF;
        pendingBits += 8;
        while (pendingBits >= GROUP_BITS) {
            pendingBits -= GROUP_BITS;
            groups.push_back(static_cast<std::uint8_t>((pending >> pendingBits) & GROUP_MASK));
        }
    }
    if (pendingBits > 0) {
        groups.push_back(
            static_cast<std::uint8_t>((pending << (GROUP_BITS - pendingBits)) & GROUP_MASK));
    }
    return groups;
}

std::optional<util::Bytes> fromFiveBitGroups(std::span<const std::uint8_t> values)
{
    util::Bytes bytes;
    bytes.reserve(values.size() * GROUP_BITS / 8);
    std::uint32_t pending = 0;
    unsigned pendingBits = 0;
    for (const std::uint8_t value : values) {
        pending = ((pending << GROUP_BITS) | (value & GROUP_MASK)) & 0xFFF;
        pendingBits += GROUP_BITS;
        if (pendingBits >= 8) {
            pendingBits -= 8;
            bytes.push_back(static_cast<std::byte>((pending >> pendingBits) & 0xFF));
        }
    }
    const std::uint32_t padding = pending & ((1U << pendingBits) - 1);
    if (pendingBits >= GROUP_BITS || padding != 0) {
        return std::nullopt;
    }
    return bytes;
}

} // namespace warp::bitcoin
