#include "tools/cli/json_reading.h"

#include "core/util/log.h"

namespace warp::cli {

namespace json = boost::json;

const json::value* find(const json::object& object, JsonPath path)
{
    const json::object* place = &object;
    const json::value* value = nullptr;
    for (const std::string_view key : path) {
        value = place != nullptr ? place->if_contains(key) : nullptr;
        place = value != nullptr ? value->if_object() : nullptr;
    }
    return value;
}

std::string text(const json::object& object, JsonPath path)
{
    constexpr std::size_t MAX_TEXT = 300;
    const json::value* const value = find(object, path);
    if (value == nullptr || !value->is_string()) {
        return "?";
    }
    return util::sanitize(std::string_view(value->get_string()), MAX_TEXT);
}

double number(const json::object& object, JsonPath path)
{
    const json::value* const value = find(object, path);
    boost::system::error_code fault;
    const double result = value != nullptr ? value->to_number<double>(fault) : 0;
    return fault ? 0 : result;
}

std::int64_t whole(const json::object& object, JsonPath path)
{
    const json::value* const value = find(object, path);
    boost::system::error_code fault;
    const auto result = value != nullptr ? value->to_number<std::int64_t>(fault) : 0;
    return fault ? 0 : result;
}

const json::array& list(const json::object& object, JsonPath path)
{
    static const json::array NOTHING;
    const json::value* const value = find(object, path);
    return value != nullptr && value->is_array() ? value->get_array() : NOTHING;
}

} // namespace warp::cli
