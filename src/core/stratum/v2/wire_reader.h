// WireReader: takes the fields of a Stratum V2 payload one after the other (Stratum V2
// specification 3.1). The first fault stays: every later field reads as empty, so that a message
// is read whole and judged once. Owned by the function that decodes; the payload must outlive it
// and what it read.
#pragma once

#include "core/bitcoin/byte_reader.h"
#include "core/bitcoin/hash256.h"
#include "core/bitcoin/target.h"
#include "core/stratum/v2/wire_types.h"
#include "core/util/bytes.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace warp::stratum::v2 {

/// Why a payload is not the message that its header announces. The connection is closed for it.
enum class WireFault : std::uint8_t {
    Truncated,   ///< a field, or the length it states, goes past the end
    TooLong,     ///< a length above that of its type: B0_32 of 33 bytes, a worker's name of 33
    OptionCount, ///< an OPTION of more than one
};

/// "truncated", ... for logs.
[[nodiscard]] std::string_view describe(WireFault fault);

class WireReader final
{
public:
    explicit WireReader(util::ByteView payload)
        : m_bytes(payload)
    {}

    template <std::unsigned_integral Number>
    void read(Number& out)
    {
        const util::ByteView raw = take(sizeof(Number));
        out = m_fault ? Number{0} : util::loadLittleEndian<Number>(raw.first<sizeof(Number)>());
    }
    /// Bit 0 alone counts.
    void read(bool& out);
    void read(Float32& out) { read(out.bits); }
    void read(bitcoin::Hash256& out);
    void read(bitcoin::Target& out);
    /// STR0_255: any bytes, which util::sanitize() makes fit for a log.
    void read(std::string_view& out);
    void read(std::optional<std::uint32_t>& out);
    void read(BlobList& out);
    template <std::size_t Prefix, std::size_t Max>
    void read(SizedBytes<Prefix, Max>& out)
    {
        out.bytes = takeSized(Prefix, Max);
    }
    template <class Element, std::unsigned_integral Count>
    void read(Sequence<Element, Count>& out)
    {
        using List = Sequence<Element, Count>;
        out = List::fromWire(take(takeLength(List::PREFIX) * List::ELEMENT_SIZE));
    }

    [[nodiscard]] std::optional<WireFault> fault() const { return m_fault; }
    /// What no field was read from.
    [[nodiscard]] util::ByteView rest() const { return m_bytes.rest(); }

private:
    void fail(WireFault fault);
    /// Empty after a fault.
    [[nodiscard]] util::ByteView take(std::size_t count);
    /// A number of `size` bytes, 1 to 3.
    [[nodiscard]] std::size_t takeLength(std::size_t size);
    [[nodiscard]] util::ByteView takeSized(std::size_t prefix, std::size_t max);

    bitcoin::ByteReader m_bytes;
    std::optional<WireFault> m_fault;
};

} // namespace warp::stratum::v2
