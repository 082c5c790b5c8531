// Where files are, from an injected environment: default places (XDG Base Directory Specification)
// and "~". Pure; safe on any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace warp::config {

/// Names and values of environment variables.
using Environment = std::map<std::string, std::string, std::less<>>;

/// $XDG_CONFIG_HOME/warppool/config.toml, else ~/.config/warppool/config.toml; nothing without
/// HOME.
[[nodiscard]] std::optional<std::filesystem::path>
defaultConfigPath(const Environment& environment);

/// $XDG_DATA_HOME/warppool, else ~/.local/share/warppool; nothing without HOME.
[[nodiscard]] std::optional<std::filesystem::path>
defaultDataDirectory(const Environment& environment);

/// secrets.toml beside the configuration file.
[[nodiscard]] std::filesystem::path secretsPathFor(const std::filesystem::path& configPath);

/// "~" and "~/..." with HOME; other paths as they are. Nothing without HOME and for "~user".
[[nodiscard]] std::optional<std::filesystem::path> expandHome(const std::filesystem::path& path,
                                                              const Environment& environment);

} // namespace warp::config
