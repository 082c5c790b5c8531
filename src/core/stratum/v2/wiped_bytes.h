// Bytes that nobody shall find in memory after their use: secret keys and what is derived from
// them. Value; safe on any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace warp::stratum::v2 {

/// Overwrites them; no compiler leaves it out.
void wipe(std::span<std::byte> bytes);
/// Of two of one size, in a time that does not tell where they differ.
[[nodiscard]] bool isSameSecret(std::span<const std::byte> a, std::span<const std::byte> b);

/// `Size` bytes that are overwritten where they end. A copy is a second secret, wiped for itself.
template <std::size_t Size>
class WipedBytes final
{
public:
    WipedBytes() = default;
    explicit WipedBytes(std::span<const std::byte, Size> bytes)
    {
        std::copy_n(bytes.data(), Size, m_bytes.data());
    }
    ~WipedBytes() { wipe(m_bytes); }
    WipedBytes(const WipedBytes&) = default;
    WipedBytes& operator=(const WipedBytes&) = default;

    [[nodiscard]] std::span<const std::byte, Size> bytes() const { return m_bytes; }
    [[nodiscard]] std::span<std::byte, Size> writable() { return m_bytes; }
    [[nodiscard]] bool operator==(const WipedBytes& other) const
    {
        return isSameSecret(m_bytes, other.m_bytes);
    }

private:
    std::array<std::byte, Size> m_bytes{};
};

} // namespace warp::stratum::v2
