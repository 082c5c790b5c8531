// Byte sequences and fixed-width integers in them. Pure; safe on any thread.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace warp::util {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

[[nodiscard]] inline ByteView asBytes(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

[[nodiscard]] inline std::string_view asText(ByteView bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void append(Bytes& out, ByteView bytes)
{
    out.insert(out.end(), bytes.begin(), bytes.end());
}

/// Appends `value` in little-endian order, sizeof(value) bytes.
template <std::unsigned_integral T>
void appendLittleEndian(Bytes& out, T value)
{
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        out.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xFFU));
    }
}

template <std::unsigned_integral T>
void storeLittleEndian(std::span<std::byte, sizeof(T)> out, T value)
{
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        out[i] = static_cast<std::byte>((value >> (8 * i)) & 0xFFU);
    }
}

template <std::unsigned_integral T>
void storeBigEndian(std::span<std::byte, sizeof(T)> out, T value)
{
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        out[sizeof(T) - 1 - i] = static_cast<std::byte>((value >> (8 * i)) & 0xFFU);
    }
}

template <std::unsigned_integral T>
[[nodiscard]] T loadLittleEndian(std::span<const std::byte, sizeof(T)> in)
{
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        value = static_cast<T>(value | static_cast<T>(static_cast<T>(in[i]) << (8 * i)));
    }
    return value;
}

template <std::unsigned_integral T>
[[nodiscard]] T loadBigEndian(std::span<const std::byte, sizeof(T)> in)
{
    T value = 0;
    for (const std::byte byte : in) {
        if constexpr (sizeof(T) == 1) {
            value = static_cast<T>(byte);
        } else {
            value = static_cast<T>(static_cast<T>(value << 8) | static_cast<T>(byte));
        }
    }
    return value;
}

} // namespace warp::util
