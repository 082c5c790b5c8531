// The two kinds of files in the spool, as text: a block, whole, and the small record of what became
// of it. Each begins with its kind, version, size and SHA-256, so that a torn one shows. The block
// is one line of hexadecimal digits at the end, as submitblock takes it. Pure; any thread.
#pragma once

#include "core/engine/spooled_block.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace warp::engine {

/// The largest block is 4,000,000 bytes (BIP 141), two digits each, and there are some fields.
inline constexpr std::size_t MAX_SPOOL_FILE_BYTES = 2 * 4'000'000 + 64 * 1024;

enum class SpoolKind : std::uint8_t { Block, State };

enum class SpoolFault : std::uint8_t {
    Empty,      ///< nothing but zeros: space set aside
    NotOurs,    ///< begins like no spool file
    NewVersion, ///< of a later version of the program
    Torn,       ///< shorter than it says, or the checksum differs
    Malformed,  ///< the checksum is right, the content is not
    Unreadable, ///< the file system does not give it out
};

/// "torn", "malformed", ... for logs and issues.
[[nodiscard]] std::string_view describe(SpoolFault fault);

/// @param block  with bytes where `kind` is Block.
[[nodiscard]] std::string encodeSpoolFile(SpoolKind kind, const SpooledBlock& block);

/// What follows the content of a Block, such as the rest of the space set aside, is not looked at.
/// A block's digits are those of a block with the hash that the file names.
[[nodiscard]] util::Result<SpooledBlock, SpoolFault> decodeSpoolFile(SpoolKind kind,
                                                                     std::string_view text);

} // namespace warp::engine
