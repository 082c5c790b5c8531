#include "core/config/paths.h"

#include <string_view>

namespace warp::config {

namespace {

std::optional<std::filesystem::path> absoluteVariable(const Environment& environment,
                                                      std::string_view name)
{
    const auto found = environment.find(name);
    // The specification: a relative path is invalid and to be ignored.
    if (found == environment.end() || !std::filesystem::path(found->second).is_absolute()) {
        return std::nullopt;
    }
    return std::filesystem::path(found->second);
}

std::optional<std::filesystem::path> baseFolder(const Environment& environment,
                                                std::string_view variable,
                                                const std::filesystem::path& belowHome)
{
    if (auto folder = absoluteVariable(environment, variable)) {
        return folder;
    }
    const auto home = absoluteVariable(environment, "HOME");
    return home ? std::optional(*home / belowHome) : std::nullopt;
}

} // namespace

std::optional<std::filesystem::path> defaultConfigPath(const Environment& environment)
{
    const auto folder = baseFolder(environment, "XDG_CONFIG_HOME", ".config");
    return folder ? std::optional(*folder / "warppool" / "config.toml") : std::nullopt;
}

std::optional<std::filesystem::path> defaultDataDirectory(const Environment& environment)
{
    const auto folder = baseFolder(environment, "XDG_DATA_HOME", ".local/share");
    return folder ? std::optional(*folder / "warppool") : std::nullopt;
}

std::filesystem::path secretsPathFor(const std::filesystem::path& configPath)
{
    return configPath.parent_path() / "secrets.toml";
}

std::optional<std::filesystem::path> expandHome(const std::filesystem::path& path,
                                                const Environment& environment)
{
    const std::string& text = path.native();
    if (!text.starts_with('~')) {
        return path;
    }
    const auto home = absoluteVariable(environment, "HOME");
    if (!home || (text.size() > 1 && text[1] != '/')) {
        return std::nullopt;
    }
    return text.size() > 2 ? *home / text.substr(2) : *home;
}

} // namespace warp::config
