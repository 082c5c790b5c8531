// Raises and clears health issues from other executors than the one of the statistics. Pure; any
// thread.
#pragma once

#include "core/config/loader.h"
#include "core/engine/hosted.h"
#include "core/engine/statistics.h"
#include "core/util/file_mode.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace warp::engine {

/// @param detail  what is wrong; none where all is well
inline void reportIssue(Hosted<Statistics>& statistics, std::string code,
                        std::optional<std::string> detail)
{
    statistics.post([code = std::move(code), detail = std::move(detail)](Statistics& counted) {
        if (detail) {
            counted.raiseIssue(code, *detail);
        } else {
            counted.clearIssue(code);
        }
    });
}

/// Says of a file with a secret that others than its owner have access, or that all is well.
/// @param permissionsOf  may be empty: nothing is known then
inline void reportOpenness(Hosted<Statistics>& statistics, std::string code,
                           const std::filesystem::path& file,
                           const config::PermissionProbe& permissionsOf)
{
    auto open = util::describeOpenness(permissionsOf ? permissionsOf(file) : std::nullopt);
    reportIssue(statistics, std::move(code),
                open ? std::optional(file.string() + ": " + *open) : std::nullopt);
}

} // namespace warp::engine
