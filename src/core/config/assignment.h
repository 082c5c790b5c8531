// One value that one layer gives to one setting, before the layers are merged.
// Value types; no thread affinity.
#pragma once

#include "core/config/config_fault.h"
#include "core/config/field.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warp::config {

/// The layers; a later one wins.
enum class Origin : std::uint8_t { Default, Profile, File, Secrets, Environment, CommandLine };

[[nodiscard]] std::string_view describe(Origin origin);

struct Assignment
{
    const Field* field = nullptr;
    std::size_t entry = 0; ///< as FieldBinding counts
    std::string text;
    Origin origin = Origin::Default;
    SettingPlace place;
};

/// What the layers gave.
struct Collection
{
    std::vector<Assignment> assignments;
    std::vector<SettingPlace> backups;   ///< each [[node.backup]], with its line
    std::vector<SettingPlace> listeners; ///< each [[listener]]
    std::vector<ConfigFault> faults;
    std::vector<ConfigWarning> warnings;
};

} // namespace warp::config
