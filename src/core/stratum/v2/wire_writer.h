// WireWriter: appends the fields of a Stratum V2 payload one after the other (Stratum V2
// specification 3.1). Owned by the function that encodes; the buffer must outlive it.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/target.h"
#include "core/stratum/v2/wire_types.h"
#include "core/util/assert.h"
#include "core/util/bytes.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace warp::stratum::v2 {

/// What is longer than its type allows would reach the peer as another message: a bug of ours,
/// which ends the program.
class WireWriter final
{
public:
    explicit WireWriter(util::Bytes& out)
        : m_out(out)
    {}

    template <std::unsigned_integral Number>
    void write(Number number)
    {
        util::appendLittleEndian(m_out, number);
    }
    void write(bool flag);
    void write(const Float32& number) { write(number.bits); }
    void write(const bitcoin::Hash256& hash);
    void write(const bitcoin::Target& target);
    void write(std::string_view text);
    void write(const std::optional<std::uint32_t>& number);
    void write(const BlobList& list);
    template <std::size_t Prefix, std::size_t Max>
    void write(const SizedBytes<Prefix, Max>& field)
    {
        writeSized(field.bytes, Prefix, Max);
    }
    template <class Element, std::unsigned_integral Count>
    void write(const Sequence<Element, Count>& list)
    {
        using List = Sequence<Element, Count>;
        WARP_ASSERT(list.size() <= List::MAX_COUNT);
        write(static_cast<Count>(list.size()));
        for (std::size_t i = 0; i < list.size(); ++i) {
            write(list[i]);
        }
    }

private:
    void writeSized(util::ByteView bytes, std::size_t prefix, std::size_t max);

    util::Bytes& m_out;
};

} // namespace warp::stratum::v2
