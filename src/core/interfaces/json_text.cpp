#include "core/interfaces/json_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>

namespace warp::interfaces {

namespace {

/// The bytes that may follow the first one of a character.
struct Shape
{
    std::size_t length = 0;     ///< with the first; 0: no character begins so
    unsigned char least = 0x80; ///< of the second
    unsigned char most = 0xBF;
};

Shape shapeOf(unsigned char first)
{
    if (first < 0x80) {
        return {.length = 1};
    }
    if (first >= 0xC2 && first <= 0xDF) {
        return {.length = 2};
    }
    if (first >= 0xE0 && first <= 0xEF) {
        return {.length = 3,
                .least = static_cast<unsigned char>(first == 0xE0 ? 0xA0 : 0x80),
                .most = static_cast<unsigned char>(first == 0xED ? 0x9F : 0xBF)};
    }
    if (first >= 0xF0 && first <= 0xF4) {
        return {.length = 4,
                .least = static_cast<unsigned char>(first == 0xF0 ? 0x90 : 0x80),
                .most = static_cast<unsigned char>(first == 0xF4 ? 0x8F : 0xBF)};
    }
    return {};
}

} // namespace

std::string numberText(double value)
{
    if (std::isnan(value)) {
        value = 0;
    } else if (std::isinf(value)) {
        value = std::copysign(std::numeric_limits<double>::max(), value);
    }
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

std::optional<double> parseNumber(std::string_view text)
{
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

bool isUtf8(std::string_view text)
{
    const auto byteAt = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    std::size_t at = 0;
    while (at < text.size()) {
        const Shape shape = shapeOf(byteAt(at));
        if (shape.length == 0 || text.size() - at < shape.length) {
            return false;
        }
        for (std::size_t i = 1; i < shape.length; ++i) {
            const unsigned char byte = byteAt(at + i);
            const bool isSecond = i == 1;
            if (byte < (isSecond ? shape.least : 0x80) || byte > (isSecond ? shape.most : 0xBF)) {
                return false;
            }
        }
        at += shape.length;
    }
    return true;
}

std::string hexOf(std::string_view text)
{
    return util::toHex(util::asBytes(text));
}

bool textOfHex(std::string_view hex, std::string& out)
{
    const auto bytes = util::fromHex(hex);
    if (!bytes) {
        return false;
    }
    out = util::asText(*bytes);
    return true;
}

} // namespace warp::interfaces
