#include "core/stratum/v2/tlv.h"

#include "core/stratum/v2/wire_writer.h"

namespace warp::stratum::v2 {

namespace {

constexpr std::size_t HEAD_SIZE = 5;

enum class ByteOrder : std::uint8_t {
    Little,
    Big,
};

struct Search
{
    std::optional<util::ByteView> found; ///< the first of the type
    bool fitsExactly = false;            ///< the fields take up every byte
};

std::uint16_t load(std::span<const std::byte, 2> raw, ByteOrder order)
{
    return order == ByteOrder::Little ? util::loadLittleEndian<std::uint16_t>(raw)
                                      : util::loadBigEndian<std::uint16_t>(raw);
}

Search search(util::ByteView rest, TlvType type, ByteOrder order)
{
    Search result;
    while (rest.size() >= HEAD_SIZE) {
        const TlvType present{.extension = load(rest.first<2>(), order),
                              .field = static_cast<std::uint8_t>(rest[2])};
        const std::size_t length = load(rest.subspan<3, 2>(), order);
        rest = rest.subspan(HEAD_SIZE);
        if (length > rest.size()) {
            return result;
        }
        if (present == type && !result.found) {
            result.found = rest.first(length);
        }
        rest = rest.subspan(length);
    }
    result.fitsExactly = rest.empty();
    return result;
}

} // namespace

std::optional<util::ByteView> findTlv(util::ByteView trailing, TlvType type)
{
    if (const Search little = search(trailing, type, ByteOrder::Little); little.found) {
        return little.found;
    }
    const Search big = search(trailing, type, ByteOrder::Big);
    return big.fitsExactly ? big.found : std::nullopt;
}

util::Result<std::optional<std::string_view>, WireFault> workerName(util::ByteView trailing)
{
    const auto value = findTlv(trailing, WORKER_NAME);
    if (!value) {
        return std::optional<std::string_view>();
    }
    if (value->size() > MAX_WORKER_NAME) {
        return util::Unexpected(WireFault::TooLong);
    }
    return std::optional(util::asText(*value));
}

void appendTlv(util::Bytes& out, TlvType type, util::ByteView value)
{
    WireWriter writer(out);
    writer.write(type.extension);
    writer.write(type.field);
    writer.write(Bytes64K(value));
}

} // namespace warp::stratum::v2
