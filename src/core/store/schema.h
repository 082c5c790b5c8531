// The tables, by version. Each step of the way is one transaction, so that a crash within it leaves
// the version before. Called on the database's thread.
#pragma once

#include "core/store/database.h"

namespace warp::store {

/// What this program makes and reads.
inline constexpr int SCHEMA_VERSION = 4;

/// Brings a database of any earlier version, or an empty one, to SCHEMA_VERSION. One of a later
/// version is left as it is: NewerSchema.
StoreResult<void> migrate(Database& database);

} // namespace warp::store
