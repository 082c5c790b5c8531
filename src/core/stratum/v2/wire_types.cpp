#include "core/stratum/v2/wire_types.h"

namespace warp::stratum::v2 {

std::vector<util::ByteView> BlobList::toVector() const
{
    std::vector<util::ByteView> blobs;
    blobs.reserve(size());
    const auto* raw = std::get_if<Raw>(&m_blobs);
    if (raw == nullptr) {
        const auto given = std::get<std::span<const util::ByteView>>(m_blobs);
        blobs.assign(given.begin(), given.end());
        return blobs;
    }
    util::ByteView rest = raw->bytes;
    for (std::size_t i = 0; i < raw->count; ++i) {
        const std::size_t length = static_cast<std::size_t>(rest[0]) |
                                   static_cast<std::size_t>(rest[1]) << 8 |
                                   static_cast<std::size_t>(rest[2]) << 16;
        blobs.push_back(rest.subspan(Bytes16M::PREFIX, length));
        rest = rest.subspan(Bytes16M::PREFIX + length);
    }
    return blobs;
}

bool operator==(const BlobList& left, const BlobList& right)
{
    return std::ranges::equal(left.toVector(), right.toVector(),
                              [](util::ByteView first, util::ByteView second) {
                                  return std::ranges::equal(first, second);
                              });
}

} // namespace warp::stratum::v2
