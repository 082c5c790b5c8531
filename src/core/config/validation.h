// Rules between settings, once all layers are merged. Pure; safe on any thread.
#pragma once

#include "core/config/assignment.h"
#include "core/config/settings.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace warp::config {

/// The assignment that won, by settingName().
using Winners = std::map<std::string, Assignment, std::less<>>;

/// "mining.payout_address", "node.backup[1].rpc_url", "listener[1].listen"; lists count from 1.
/// @param entry  as FieldBinding counts.
[[nodiscard]] std::string settingName(const Field& field, std::size_t entry);

/// Place of a setting that nothing gives: the file (empty for none) and "[section] key".
[[nodiscard]] SettingPlace unsetPlace(std::string file, std::string_view name);

struct ValidationInput
{
    const Settings& settings;
    const Winners& winners;
    /// Settings whose own value was refused, by settingName(): no rule judges them again.
    const std::vector<std::string>& refused;
    /// Places of the list sections; their number is that of the lists in `settings`.
    const std::vector<SettingPlace>& backups;
    const std::vector<SettingPlace>& listeners;
    /// For settings that nothing gives: the configuration file's name, or empty.
    std::string file;
};

/// Appends the faults and warnings of every rule that is broken.
void validate(const ValidationInput& input, std::vector<ConfigFault>& faults,
              std::vector<ConfigWarning>& warnings);

} // namespace warp::config
