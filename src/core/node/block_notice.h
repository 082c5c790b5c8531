// A node's announcement of a block over ZMQ (Bitcoin Core doc/zmq.md). Everything in it comes from
// outside. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/node/node_types.h"
#include "core/util/bytes.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace warp::node {

/// "hashblock", "rawblock"
[[nodiscard]] std::string_view name(FeedTopic topic);

struct BlockNotice
{
    bitcoin::Hash256 hash{};
    std::uint32_t sequence = 0; ///< one more than in the message of this topic before
};

/// Three parts: the topic, the hash in display order (or the block, whose header is hashed), and
/// four bytes of counter, little-endian. Nothing for anything else.
[[nodiscard]] std::optional<BlockNotice> parseBlockNotice(FeedTopic topic,
                                                          std::span<const util::ByteView> parts);

} // namespace warp::node
