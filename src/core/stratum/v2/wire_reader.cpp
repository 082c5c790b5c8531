#include "core/stratum/v2/wire_reader.h"

#include <algorithm>

namespace warp::stratum::v2 {

std::string_view describe(WireFault fault)
{
    switch (fault) {
    case WireFault::Truncated:
        return "truncated";
    case WireFault::TooLong:
        return "field too long";
    case WireFault::OptionCount:
        return "optional field given more than once";
    }
    return "unknown";
}

void WireReader::read(bool& out)
{
    std::uint8_t byte = 0;
    read(byte);
    out = (byte & 1U) != 0;
}

void WireReader::read(bitcoin::Hash256& out)
{
    out = {};
    std::ranges::copy(take(out.bytes.size()), out.bytes.begin());
}

void WireReader::read(bitcoin::Target& out)
{
    bitcoin::Hash256 raw;
    read(raw);
    out = bitcoin::Target(bitcoin::Uint256::fromHash(raw));
}

void WireReader::read(std::string_view& out)
{
    out = util::asText(takeSized(Bytes255::PREFIX, Bytes255::MAX));
}

void WireReader::read(std::optional<std::uint32_t>& out)
{
    out.reset();
    const std::size_t count = takeLength(1);
    if (count > 1) {
        fail(WireFault::OptionCount);
    } else if (count == 1) {
        read(out.emplace());
    }
}

void WireReader::read(BlobList& out)
{
    const std::size_t count = takeLength(sizeof(std::uint16_t));
    const util::ByteView raw = m_bytes.rest();
    for (std::size_t i = 0; i < count && !m_fault; ++i) {
        (void)takeSized(Bytes16M::PREFIX, Bytes16M::MAX);
    }
    out = m_fault ? BlobList()
                  : BlobList::fromWire(raw.first(raw.size() - m_bytes.remaining()), count);
}

void WireReader::fail(WireFault fault)
{
    if (!m_fault) {
        m_fault = fault;
    }
}

util::ByteView WireReader::take(std::size_t count)
{
    if (m_fault) {
        return {};
    }
    const auto bytes = m_bytes.readBytes(count);
    if (!bytes) {
        fail(WireFault::Truncated);
        return {};
    }
    return *bytes;
}

std::size_t WireReader::takeLength(std::size_t size)
{
    std::size_t length = 0;
    unsigned shift = 0;
    for (const std::byte byte : take(size)) {
        length |= static_cast<std::size_t>(byte) << shift;
        shift += 8;
    }
    return length;
}

util::ByteView WireReader::takeSized(std::size_t prefix, std::size_t max)
{
    const std::size_t length = takeLength(prefix);
    if (length > max) {
        fail(WireFault::TooLong);
    }
    return take(length);
}

} // namespace warp::stratum::v2
