// Whether a bounded step of cleaning up has come to its end. Value type; no thread affinity.
#pragma once

#include <cstdint>

namespace warp::store {

enum class Leftover : std::uint8_t { Nothing, Some };

} // namespace warp::store
