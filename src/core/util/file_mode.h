// Who may read a file, by its mode. Pure functions; any thread.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>

namespace warp::util {

/// Whether others than its owner may read, write or run it.
[[nodiscard]] inline bool isOpenToOthers(std::filesystem::perms mode)
{
    using std::filesystem::perms;
    return (mode & (perms::group_all | perms::others_all)) != perms::none;
}

/// What is to be said of the mode of a file with a secret; nothing where it is its owner's alone,
/// or not known.
[[nodiscard]] inline std::optional<std::string>
describeOpenness(const std::optional<std::filesystem::perms>& mode)
{
    if (!mode || !isOpenToOthers(*mode)) {
        return std::nullopt;
    }
    return fmt::format("its mode is {:04o}, so others than the owner have access; set it to 0600",
                       static_cast<unsigned>(*mode & std::filesystem::perms::mask));
}

} // namespace warp::util
