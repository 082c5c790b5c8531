// What a block is worth and commits to when it carries only the first transactions of a template.
// Pure; safe on any thread.
#pragma once

#include "core/mining/block_template.h"
#include "core/util/bytes.h"
#include "core/util/strong.h"

#include <cstddef>
#include <optional>

namespace warp::mining {

/// What the coinbase may pay with the first `count` transactions alone; nothing where a fee of the
/// others is unknown.
[[nodiscard]] std::optional<util::Satoshi> valueOfFirst(const BlockTemplate& source,
                                                        std::size_t count);

/// Script of the witness commitment to a coinbase and the first `count` transactions.
[[nodiscard]] util::Bytes commitmentOfFirst(const BlockTemplate& source, std::size_t count);

} // namespace warp::mining
