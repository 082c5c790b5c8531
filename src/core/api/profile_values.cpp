#include "core/api/profile_values.h"

#include "core/api/overview.h"
#include "core/config/field_table.h"
#include "core/config/profiles.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

namespace warp::api {

namespace {

namespace json = boost::json;

/// A key ends with its unit, as all numbers of the settings do.
std::string_view unitOf(std::string_view key)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> UNITS{
        {{"_secs", "seconds"},
         {"_days", "days"},
         {"_mib", "mebibytes"},
         {"_threads", "threads"},
         {"_connections", "connections"}}};
    for (const auto& [ending, unit] : UNITS) {
        if (key.ends_with(ending)) {
            return unit;
        }
    }
    return "count";
}

/// null for what is no whole number.
json::value numberIn(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return fault == std::errc() && end == text.data() + text.size() ? json::value(number)
                                                                    : json::value();
}

} // namespace

std::string profileJson(const SettingsInForce& settings)
{
    const config::Field* const kindField = config::findField("profile", "kind");
    const std::string kind = settings.show(*kindField);
    json::array parameters;
    for (const config::ProfileParameter& parameter : config::profileTable()) {
        const config::Field* const field = config::findField(parameter.section, parameter.key);
        json::object entry;
        entry["key"] = field->path();
        entry["unit"] = unitOf(parameter.key);
        entry["value"] = numberIn(settings.show(*field));
        entry["profile_value"] = json::value();
        // The names stand in the order of the kinds, and "auto" is the first.
        for (std::size_t i = 0; i < config::PROFILE_KINDS.size(); ++i) {
            if (kindField->choices[i + 1] == kind) {
                entry["profile_value"] = numberIn(parameter.values.at(i));
            }
        }
        parameters.push_back(std::move(entry));
    }
    json::object answer;
    answer["format"] = API_FORMAT;
    answer["profile"] = kind;
    answer["parameters"] = std::move(parameters);
    return json::serialize(answer) + "\n";
}

} // namespace warp::api
