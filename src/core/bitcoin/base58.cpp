#include "core/bitcoin/base58.h"

#include "core/bitcoin/sha256d.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace warp::bitcoin {

namespace {

constexpr std::string_view ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t CHECKSUM_SIZE = 4;

/// number = number * factor + addend, over digits of `base` from the least significant one on.
void multiplyAdd(std::vector<std::uint8_t>& digits, unsigned base, unsigned factor, unsigned addend)
{
    unsigned carry = addend;
    for (std::uint8_t& digit : digits) {
        carry += digit * factor;
        digit = static_cast<std::uint8_t>(carry % base);
        carry /= base;
    }
    for (; carry != 0; carry /= base) {
        digits.push_back(static_cast<std::uint8_t>(carry % base));
    }
}

util::ByteView checksumOf(const Hash256& hash)
{
    return util::ByteView(hash.bytes).first(CHECKSUM_SIZE);
}

} // namespace

util::Result<util::Bytes, Base58Error> decodeBase58(std::string_view text)
{
    if (text.size() > BASE58_MAX_LENGTH) {
        return util::Unexpected(Base58Error{Base58ErrorCode::TooLong, 0});
    }
    std::vector<std::uint8_t> digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t value = ALPHABET.find(text[i]);
        if (value == std::string_view::npos) {
            return util::Unexpected(Base58Error{Base58ErrorCode::InvalidCharacter, i});
        }
        multiplyAdd(digits, 256, static_cast<unsigned>(ALPHABET.size()),
                    static_cast<unsigned>(value));
    }
    // Each leading digit zero stands for a leading zero byte.
    const std::size_t zeros = std::min(text.find_first_not_of(ALPHABET.front()), text.size());
    util::Bytes bytes(zeros);
    std::ranges::transform(digits.rbegin(), digits.rend(), std::back_inserter(bytes),
                           [](std::uint8_t digit) { return std::byte{digit}; });
    return bytes;
}

std::string encodeBase58(util::ByteView bytes)
{
    std::vector<std::uint8_t> digits;
    for (const std::byte byte : bytes) {
        multiplyAdd(digits, static_cast<unsigned>(ALPHABET.size()), 256,
                    static_cast<unsigned>(byte));
    }
    const auto firstNonZero =
        std::ranges::find_if(bytes, [](std::byte b) { return b != std::byte{}; });
    std::string text(static_cast<std::size_t>(firstNonZero - bytes.begin()), ALPHABET.front());
    std::ranges::transform(digits.rbegin(), digits.rend(), std::back_inserter(text),
                           [](std::uint8_t digit) { return ALPHABET[digit]; });
    return text;
}

util::Result<util::Bytes, Base58Error> decodeBase58Check(std::string_view text)
{
    WARP_TRY(bytes, decodeBase58(text));
    if (bytes.size() < CHECKSUM_SIZE) {
        return util::Unexpected(Base58Error{Base58ErrorCode::TooShort, 0});
    }
    const util::ByteView all(bytes);
    const util::ByteView payload = all.first(all.size() - CHECKSUM_SIZE);
    const Hash256 hash = sha256d(payload);
    if (!std::ranges::equal(checksumOf(hash), all.last(CHECKSUM_SIZE))) {
        return util::Unexpected(Base58Error{Base58ErrorCode::BadChecksum, 0});
    }
    bytes.resize(payload.size());
    return bytes;
}

std::string encodeBase58Check(util::ByteView payload)
{
    util::Bytes bytes(payload.begin(), payload.end());
    const Hash256 hash = sha256d(payload);
    util::append(bytes, checksumOf(hash));
    return encodeBase58(bytes);
}

} // namespace warp::bitcoin
