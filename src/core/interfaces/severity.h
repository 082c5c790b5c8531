// How much something matters to the owner. Value type; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace warp::interfaces {

enum class Severity : std::uint8_t { Info, Warning, Critical };

[[nodiscard]] std::string_view name(Severity severity);

} // namespace warp::interfaces
