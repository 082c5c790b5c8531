// Ties a row of the field table to its member. Used by field_table.cpp alone.
// Compile-time only; no thread affinity.
#pragma once

#include "core/config/field.h"
#include "core/config/settings.h"
#include "core/config/value_codec.h"

#include <type_traits>

namespace warp::config {

/// The part of `settings` that holds the entry: `PART` is a section struct or a list of them.
template <auto PART, class SettingsT>
auto& entryOf(SettingsT& settings, std::size_t entry)
{
    if constexpr (std::is_same_v<decltype(PART), NodeSettings Settings::*>) {
        return entry == 0 ? settings.node : settings.nodeBackups.at(entry - 1);
    } else if constexpr (std::is_same_v<decltype(PART),
                                        std::vector<ListenerSettings> Settings::*>) {
        return settings.listeners.at(entry);
    } else {
        return settings.*PART;
    }
}

template <auto PART, auto MEMBER>
constexpr FieldBinding bind()
{
    return {
        .store = [](const Field& field, Settings& settings, std::size_t entry,
                    std::string_view text) -> util::Result<void, ValueFault> {
            return codec::store(field, text, entryOf<PART>(settings, entry).*MEMBER);
        },
        .show = [](const Field& field, const Settings& settings, std::size_t entry) -> std::string {
            return codec::showMember(field, entryOf<PART>(settings, entry).*MEMBER);
        }};
}

} // namespace warp::config
