// Checking hexadecimal text by the megabyte. Pure; safe on any thread. Private to this module.
#pragma once

#include <string_view>

namespace warp::node {

/// Whether all characters are hexadecimal digits, in either case.
[[nodiscard]] bool isHexText(std::string_view text);

} // namespace warp::node
