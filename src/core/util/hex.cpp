#include "core/util/hex.h"

namespace warp::util {

namespace {

constexpr std::string_view DIGITS = "0123456789abcdef";

constexpr int digitValue(char character)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    if (character >= 'a' && character <= 'f') {
        return character - 'a' + 10;
    }
    if (character >= 'A' && character <= 'F') {
        return character - 'A' + 10;
    }
    return -1;
}

} // namespace

void appendHex(std::string& out, ByteView bytes)
{
    const std::size_t start = out.size();
    out.resize(start + 2 * bytes.size());
    char* cursor = out.data() + start;
    for (const std::byte byte : bytes) {
        const auto value = std::to_integer<unsigned>(byte);
        *cursor++ = DIGITS[value >> 4U];
        *cursor++ = DIGITS[value & 0xFU];
    }
}

std::string toHex(ByteView bytes)
{
    std::string out;
    appendHex(out, bytes);
    return out;
}

bool decodeHex(std::string_view text, std::span<std::byte> out)
{
    if (text.size() != 2 * out.size()) {
        return false;
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = digitValue(text[2 * i]);
        const int low = digitValue(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = static_cast<std::byte>((high << 4) | low);
    }
    return true;
}

std::optional<Bytes> fromHex(std::string_view text)
{
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    Bytes out(text.size() / 2);
    if (!decodeHex(text, out)) {
        return std::nullopt;
    }
    return out;
}

std::optional<std::uint32_t> parseHexUint32(std::string_view text)
{
    if (text.empty() || text.size() > 8) {
        return std::nullopt;
    }
    std::uint32_t value = 0;
    for (const char character : text) {
        const int digit = digitValue(character);
        if (digit < 0) {
            return std::nullopt;
        }
        value = (value << 4U) | static_cast<std::uint32_t>(digit);
    }
    return value;
}

} // namespace warp::util
