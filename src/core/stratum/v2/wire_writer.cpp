#include "core/stratum/v2/wire_writer.h"

namespace warp::stratum::v2 {

void WireWriter::write(bool flag)
{
    write(flag ? std::uint8_t{1} : std::uint8_t{0});
}

void WireWriter::write(const bitcoin::Hash256& hash)
{
    util::append(m_out, hash.bytes);
}

void WireWriter::write(const bitcoin::Target& target)
{
    write(target.value().toHash());
}

void WireWriter::write(std::string_view text)
{
    writeSized(util::asBytes(text), Bytes255::PREFIX, Bytes255::MAX);
}

void WireWriter::write(const std::optional<std::uint32_t>& number)
{
    write(number ? std::uint8_t{1} : std::uint8_t{0});
    if (number) {
        write(*number);
    }
}

void WireWriter::write(const BlobList& list)
{
    WARP_ASSERT(list.size() <= BlobList::MAX_COUNT);
    write(static_cast<std::uint16_t>(list.size()));
    for (const util::ByteView blob : list.toVector()) {
        writeSized(blob, Bytes16M::PREFIX, Bytes16M::MAX);
    }
}

void WireWriter::writeSized(util::ByteView bytes, std::size_t prefix, std::size_t max)
{
    WARP_ASSERT(bytes.size() <= max);
    for (std::size_t i = 0; i < prefix; ++i) {
        m_out.push_back(static_cast<std::byte>((bytes.size() >> (8 * i)) & 0xFFU));
    }
    util::append(m_out, bytes);
}

} // namespace warp::stratum::v2
