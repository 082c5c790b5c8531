// Whether the pool could listen where somebody wants it to. Main thread.
#pragma once

#include "core/config/listen_address.h"

#include <optional>
#include <string>

namespace warp::cli {

/// Nothing where it can be bound; else why not, as an English phrase.
[[nodiscard]] std::optional<std::string> listenFault(const config::ListenAddress& address);

/// The same address with the next port that can be bound; as it is where there is none near.
[[nodiscard]] config::ListenAddress nextFree(config::ListenAddress address);

} // namespace warp::cli
