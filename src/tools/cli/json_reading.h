// Values out of a JSON answer that may be anything: what is missing or of another type becomes a
// stand-in, and text is made safe for a terminal. Pure; any thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace warp::cli {

/// The names from the outermost object inwards.
using JsonPath = std::initializer_list<std::string_view>;

/// nullptr where it is missing.
[[nodiscard]] const boost::json::value* find(const boost::json::object& object, JsonPath path);
/// "?" where there is no text; at most 300 bytes.
[[nodiscard]] std::string text(const boost::json::object& object, JsonPath path);
/// 0 where there is no number.
[[nodiscard]] double number(const boost::json::object& object, JsonPath path);
/// 0 where there is no whole number that fits.
[[nodiscard]] std::int64_t whole(const boost::json::object& object, JsonPath path);
/// Empty where there is no array.
[[nodiscard]] const boost::json::array& list(const boost::json::object& object, JsonPath path);

} // namespace warp::cli
