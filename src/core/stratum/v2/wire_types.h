// The data types of Stratum V2 messages that C++ has no own type for (Stratum V2
// specification 3.1). All of them are views: a decoded one points into the payload it was read
// from, one that is to be encoded points to what its maker keeps. Both must outlive it. Values;
// safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/util/bytes.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace warp::stratum::v2 {

/// F32, an IEEE 754 number, little-endian. Kept as its bits, so that a message with a senseless
/// number can still be answered by the identifier it carries.
struct Float32 final
{
    std::uint32_t bits = 0;

    [[nodiscard]] static Float32 of(float number) { return {std::bit_cast<std::uint32_t>(number)}; }
    /// Nothing for NaN, an infinity or a negative number: no field of the protocol may be one.
    [[nodiscard]] std::optional<float> value() const
    {
        const auto number = std::bit_cast<float>(bits);
        return std::isfinite(number) && number >= 0 ? std::optional(number) : std::nullopt;
    }

    friend bool operator==(const Float32&, const Float32&) = default;
};

/// A length of `PrefixSize` bytes and at most `MaxSize` bytes after it.
template <std::size_t PrefixSize, std::size_t MaxSize>
struct SizedBytes final
{
    static constexpr std::size_t PREFIX = PrefixSize;
    static constexpr std::size_t MAX = MaxSize;

    util::ByteView bytes;

    SizedBytes() = default;
    // Implicit by design: whoever fills a message has bytes at hand.
    template <class Range>
        requires(std::convertible_to<const Range&, util::ByteView>)
    SizedBytes(const Range& range)
        : bytes(range)
    {}

    friend bool operator==(const SizedBytes& left, const SizedBytes& right)
    {
        return std::ranges::equal(left.bytes, right.bytes);
    }
};

using Bytes32 = SizedBytes<1, 32>;              ///< B0_32
using Bytes255 = SizedBytes<1, 0xFF>;           ///< B0_255
using Bytes64K = SizedBytes<2, 0xFFFF>;         ///< B0_64K
using Bytes16M = SizedBytes<3, (1U << 24) - 1>; ///< B0_16M

/// A count as `Count` and so many elements of one size: U16, U32 or U256. The elements are numbers
/// of this machine or the bytes of a payload; readers see no difference.
template <class Element, std::unsigned_integral Count>
class Sequence final
{
public:
    static constexpr std::size_t PREFIX = sizeof(Count);
    static constexpr std::size_t ELEMENT_SIZE = sizeof(Element);
    static constexpr std::size_t MAX_COUNT = std::numeric_limits<Count>::max();

    Sequence() = default;
    // Implicit by design, as above.
    template <class Range>
        requires(std::convertible_to<const Range&, std::span<const Element>>)
    Sequence(const Range& range)
        : m_elements(std::span<const Element>(range))
    {}
    /// @param raw  the elements without their count, ELEMENT_SIZE bytes each
    [[nodiscard]] static Sequence fromWire(util::ByteView raw)
    {
        Sequence sequence;
        sequence.m_elements = raw;
        return sequence;
    }

    [[nodiscard]] std::size_t size() const
    {
        if (const auto* raw = std::get_if<util::ByteView>(&m_elements)) {
            return raw->size() / ELEMENT_SIZE;
        }
        return std::get<std::span<const Element>>(m_elements).size();
    }
    [[nodiscard]] bool empty() const { return size() == 0; }
    /// `index` must be below size().
    [[nodiscard]] Element operator[](std::size_t index) const
    {
        if (const auto* raw = std::get_if<util::ByteView>(&m_elements)) {
            return load(raw->subspan(index * ELEMENT_SIZE).template first<ELEMENT_SIZE>());
        }
        return std::get<std::span<const Element>>(m_elements)[index];
    }
    [[nodiscard]] std::vector<Element> toVector() const
    {
        std::vector<Element> elements(size());
        for (std::size_t i = 0; i < elements.size(); ++i) {
            elements[i] = (*this)[i];
        }
        return elements;
    }

    friend bool operator==(const Sequence& left, const Sequence& right)
    {
        bool areEqual = left.size() == right.size();
        for (std::size_t i = 0; areEqual && i < left.size(); ++i) {
            areEqual = left[i] == right[i];
        }
        return areEqual;
    }

private:
    static Element load(std::span<const std::byte, ELEMENT_SIZE> raw)
    {
        if constexpr (std::is_same_v<Element, bitcoin::Hash256>) {
            bitcoin::Hash256 hash;
            std::ranges::copy(raw, hash.bytes.begin());
            return hash;
        } else {
            return util::loadLittleEndian<Element>(raw);
        }
    }

    std::variant<util::ByteView, std::span<const Element>> m_elements;
};

using HashPath = Sequence<bitcoin::Hash256, std::uint8_t>;   ///< SEQ0_255[U256]
using HashList = Sequence<bitcoin::Hash256, std::uint16_t>;  ///< SEQ0_64K[U256]
using NumberList16 = Sequence<std::uint16_t, std::uint16_t>; ///< SEQ0_64K[U16]
using NumberList32 = Sequence<std::uint32_t, std::uint16_t>; ///< SEQ0_64K[U32]

/// SEQ0_64K[B0_16M].
class BlobList final
{
public:
    static constexpr std::size_t MAX_COUNT = 0xFFFF;

    BlobList() = default;
    // Implicit by design, as above.
    template <class Range>
        requires(std::convertible_to<const Range&, std::span<const util::ByteView>>)
    BlobList(const Range& range)
        : m_blobs(std::span<const util::ByteView>(range))
    {}
    /// @param raw  `count` times a length of three bytes and so many bytes; WireReader checked it
    [[nodiscard]] static BlobList fromWire(util::ByteView raw, std::size_t count)
    {
        BlobList list;
        list.m_blobs = Raw{raw, count};
        return list;
    }

    [[nodiscard]] std::size_t size() const
    {
        if (const auto* raw = std::get_if<Raw>(&m_blobs)) {
            return raw->count;
        }
        return std::get<std::span<const util::ByteView>>(m_blobs).size();
    }
    [[nodiscard]] bool empty() const { return size() == 0; }
    /// Views of the blobs in their order.
    [[nodiscard]] std::vector<util::ByteView> toVector() const;

    friend bool operator==(const BlobList& left, const BlobList& right);

private:
    struct Raw
    {
        util::ByteView bytes;
        std::size_t count = 0;
    };

    std::variant<std::span<const util::ByteView>, Raw> m_blobs;
};

} // namespace warp::stratum::v2
