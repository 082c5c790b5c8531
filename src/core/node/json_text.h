// Writing the little JSON that requests need. Pure; safe on any thread. Private to this module.
#pragma once

#include <string>
#include <string_view>

namespace warp::node {

/// Appends `text`, UTF-8, as a JSON string with its quotes.
void appendJsonString(std::string& out, std::string_view text);

} // namespace warp::node
