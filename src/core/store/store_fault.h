// Why the store could not do something: a kind that decides what happens next, and the database's
// own words. Value types; any thread.
#pragma once

#include "core/util/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace warp::store {

enum class StoreFault : std::uint8_t {
    Locked,      ///< another process has the database for itself; it is tried again
    Full,        ///< no space on the disk, or the quota is used up
    Corrupt,     ///< what is read is no database, or a damaged one
    Unwritable,  ///< it cannot be opened or not be written: rights, or a folder that is missing
    NewerSchema, ///< a later version of the program made it; it is left alone
    Unreachable, ///< a database server does not answer
    Refused,     ///< a value that no database of this schema takes; trying again is in vain
    Failed,      ///< anything else; `detail` says what
};

/// Stable code for health, e.g. "store_locked".
[[nodiscard]] std::string_view code(StoreFault fault);

struct StoreError
{
    StoreFault fault = StoreFault::Failed;
    std::string detail; ///< the database's words; unsanitised
};

template <class T>
using StoreResult = util::Result<T, StoreError>;

} // namespace warp::store
