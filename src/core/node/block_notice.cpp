#include "core/node/block_notice.h"

#include "core/bitcoin/sha256d.h"

#include <algorithm>

namespace warp::node {

namespace {

constexpr std::size_t PART_COUNT = 3;
constexpr std::size_t HEADER_SIZE = 80;
constexpr std::size_t SEQUENCE_SIZE = 4;

} // namespace

std::string_view name(FeedTopic topic)
{
    return topic == FeedTopic::HashBlock ? "hashblock" : "rawblock";
}

std::optional<BlockNotice> parseBlockNotice(FeedTopic topic, std::span<const util::ByteView> parts)
{
    if (parts.size() != PART_COUNT || util::asText(parts[0]) != name(topic) ||
        parts[2].size() != SEQUENCE_SIZE) {
        return std::nullopt;
    }
    BlockNotice notice{.hash = {},
                       .sequence =
                           util::loadLittleEndian<std::uint32_t>(parts[2].first<SEQUENCE_SIZE>())};
    const util::ByteView body = parts[1];
    if (topic == FeedTopic::HashBlock) {
        if (body.size() != notice.hash.bytes.size()) {
            return std::nullopt;
        }
        std::ranges::reverse_copy(body, notice.hash.bytes.begin());
        return notice;
    }
    if (body.size() <= HEADER_SIZE) {
        return std::nullopt; // no block is without a transaction
    }
    notice.hash = bitcoin::sha256d(body.first(HEADER_SIZE));
    return notice;
}

} // namespace warp::node
