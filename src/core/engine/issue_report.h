// Raises and clears health issues from other executors than the one of the statistics. Pure; any
// thread.
#pragma once

#include "core/engine/hosted.h"
#include "core/engine/statistics.h"

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

} // namespace warp::engine
