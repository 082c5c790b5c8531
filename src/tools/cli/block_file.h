// A block out of a file: one of the pool's spool, hexadecimal digits, or the bytes themselves.
// Reads the spool's format by its description in docs/src/architecture.md and shares no code with
// the writer, so that an error there cannot hide here. Pure; any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/network.h"
#include "core/util/bytes.h"
#include "core/util/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warp::cli {

/// What a spool file says of its block.
struct SpoolNote
{
    std::optional<bitcoin::Hash256> hash;
    std::optional<bitcoin::Network> network;
    std::optional<std::int64_t> height;
    std::string worker; ///< as written: bytes that are not plain are %NN
};

struct BlockFile
{
    util::Bytes block;
    std::optional<SpoolNote> note; ///< of a spool file alone
};

/// The error is an English reason.
[[nodiscard]] util::Result<BlockFile, std::string> readBlockFile(std::string_view content);

} // namespace warp::cli
