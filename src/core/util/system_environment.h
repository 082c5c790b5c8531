// What a program of ours learns from the system at its start. Called by composition roots only,
// before threads exist.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace warp::util {

/// The environment variables of this process.
[[nodiscard]] std::map<std::string, std::string, std::less<>> systemEnvironment();

/// Permissions of a file; nothing where it is missing or they cannot be read.
[[nodiscard]] std::optional<std::filesystem::perms>
permissionsOf(const std::filesystem::path& path);

/// Whether standard error goes to the journal of systemd, which says so in JOURNAL_STREAM
/// (systemd.exec(5)).
[[nodiscard]] bool
isErrorJournalled(const std::map<std::string, std::string, std::less<>>& environment);

} // namespace warp::util
