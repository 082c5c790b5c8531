// Any message of a ZMQ publisher: the first byte says the topic that was asked for, then each part
// comes behind its length in two bytes.
#include "core/node/block_notice.h"
#include "core/util/assert.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace warp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const auto topic = data[0] % 2 == 0 ? node::FeedTopic::HashBlock : node::FeedTopic::RawBlock;
    util::ByteView rest(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
    std::vector<util::ByteView> parts;
    while (rest.size() >= 2) {
        const std::size_t wanted =
            std::to_integer<std::size_t>(rest[0]) * 256 + std::to_integer<std::size_t>(rest[1]);
        rest = rest.subspan(2);
        const std::size_t length = std::min(wanted, rest.size());
        parts.push_back(rest.first(length));
        rest = rest.subspan(length);
    }
    const auto notice = node::parseBlockNotice(topic, parts);
    if (!notice) {
        return 0;
    }
    WARP_ASSERT(parts.size() == 3);
    WARP_ASSERT(util::asText(parts[0]) == node::name(topic));
    WARP_ASSERT(parts[2].size() == 4);
    if (topic == node::FeedTopic::HashBlock) {
        WARP_ASSERT(parts[1].size() == notice->hash.bytes.size());
    }
    return 0;
}
