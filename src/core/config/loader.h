// Merges all layers into Settings: default < profile < config.toml with secrets.toml < environment
// < --set. Reads files through util::Files alone and touches nothing else; called once at start,
// and by whoever checks a configuration. Any thread.
#pragma once

#include "core/config/assignment.h"
#include "core/config/config_fault.h"
#include "core/config/paths.h"
#include "core/config/settings.h"
#include "core/util/files.h"
#include "core/util/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::config {

enum class ConfigFile : std::uint8_t {
    Required, ///< named by the user: a missing file is a fault
    Optional, ///< the default place: a missing file is none
};

/// Permissions of a file; nothing where the system has none or they cannot be read.
using PermissionProbe =
    std::function<std::optional<std::filesystem::perms>(const std::filesystem::path&)>;

/// What a configuration has to bring with it.
enum class Completeness : std::uint8_t {
    Required,
    /// A payout address that nobody has given yet is no fault but in LoadedSettings::missing: the
    /// program can be set up then.
    Optional,
};

struct LoadRequest
{
    std::filesystem::path configPath; ///< empty: no file at all, and no secrets.toml
    ConfigFile configFile = ConfigFile::Required;
    Environment environment;
    std::vector<std::string> overrides; ///< "section.key=value", as given to --set
    PermissionProbe permissionsOf;      ///< may be empty: secrets.toml is not checked then
    Completeness completeness = Completeness::Required;
    /// Judged instead of what the files hold, to see what a change would lead to.
    std::optional<std::string> configText{};
    std::optional<std::string> secretsText{};

    /// Takes the file that was named, or else the platform's usual one, which may be missing.
    /// `environment` is set before.
    void chooseFile(const std::string& named);
};

struct LoadedSettings
{
    struct Source
    {
        Origin origin = Origin::Default;
        SettingPlace place;
    };

    Settings settings;
    /// Where each setting got its value, by settingName() of validation.h; defaults are left out.
    std::map<std::string, Source, std::less<>> sources;
    std::vector<ConfigWarning> warnings;
    std::vector<ConfigFault> missing; ///< the pool cannot run before these are given

    [[nodiscard]] Origin originOf(std::string_view name) const;
    /// File, line and key to name in a message about this setting.
    [[nodiscard]] SettingPlace placeOf(std::string_view name) const;
};

/// @return the settings, or every fault there is, in the order of the layers and lines.
[[nodiscard]] util::Result<LoadedSettings, std::vector<ConfigFault>>
load(const LoadRequest& request, util::Files& files);

} // namespace warp::config
