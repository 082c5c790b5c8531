// Settings to text and back, one pair of functions a storage type. The text is the same in every
// layer: what stands in the file without quotes, in a variable, or after the "=" of --set.
// Pure; safe on any thread.
#pragma once

#include "core/config/field.h"
#include "core/config/settings.h"

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace warp::config::codec {

using Stored = util::Result<void, ValueFault>;

[[nodiscard]] Stored store(const Field& field, std::string_view text, std::string& out);
[[nodiscard]] Stored store(const Field& field, std::string_view text, bool& out);
[[nodiscard]] Stored store(const Field& field, std::string_view text, std::int64_t& out);
[[nodiscard]] Stored store(const Field& field, std::string_view text, std::chrono::seconds& out);
[[nodiscard]] Stored store(const Field& field, std::string_view text,
                           std::chrono::milliseconds& out);
[[nodiscard]] Stored store(const Field& field, std::string_view text, BasisPoints& out);
[[nodiscard]] Stored store(const Field& field, std::string_view text, util::Difficulty& out);
[[nodiscard]] Stored store(const Field& field, std::string_view text, Secret& out);
[[nodiscard]] Stored store(const Field& field, std::string_view text, std::filesystem::path& out);
[[nodiscard]] Stored store(const Field& field, std::string_view text,
                           std::optional<ListenAddress>& out);
[[nodiscard]] Stored store(const Field& field, std::string_view text,
                           std::vector<std::string>& out);

[[nodiscard]] std::string show(const std::string& value);
[[nodiscard]] std::string show(bool value);
[[nodiscard]] std::string show(std::int64_t value);
[[nodiscard]] std::string show(std::chrono::seconds value);
[[nodiscard]] std::string show(std::chrono::milliseconds value);
[[nodiscard]] std::string show(BasisPoints value);
[[nodiscard]] std::string show(util::Difficulty value);
/// Always "<secret>", or empty where there is none.
[[nodiscard]] std::string show(const Secret& value);
[[nodiscard]] std::string show(const std::filesystem::path& value);
[[nodiscard]] std::string show(const std::optional<ListenAddress>& value);
[[nodiscard]] std::string show(const std::vector<std::string>& value);

/// "0 to 100", "above 0 to 3600".
[[nodiscard]] std::string rangeText(const Field& field);

/// Place of `text` among the choices.
[[nodiscard]] util::Result<std::size_t, ValueFault> findChoice(const Field& field,
                                                               std::string_view text);

/// A choice's enumerators stand in the order of the names.
template <class Enum>
    requires std::is_enum_v<Enum>
[[nodiscard]] Stored store(const Field& field, std::string_view text, Enum& out)
{
    WARP_TRY(index, findChoice(field, text));
    out = static_cast<Enum>(index);
    return {};
}

template <class Enum>
    requires std::is_enum_v<Enum>
[[nodiscard]] std::string show(const Field& field, Enum value)
{
    return std::string(field.choices[static_cast<std::size_t>(value)]);
}

template <class T>
[[nodiscard]] std::string showMember(const Field& field, const T& value)
{
    if constexpr (std::is_enum_v<T>) {
        return show(field, value);
    } else {
        return show(value);
    }
}

} // namespace warp::config::codec
