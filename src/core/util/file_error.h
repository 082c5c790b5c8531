// What the system says of a file that could not be used, in our words. Pure; any thread.
#pragma once

#include "core/util/files.h"

namespace warp::util {

/// @param code an errno value of POSIX
[[nodiscard]] FileError fileErrorOf(int code);

} // namespace warp::util
