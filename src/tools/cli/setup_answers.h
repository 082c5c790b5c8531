// The questions of `warppool-cli setup` in their order, and what the answers change. Main thread.
#pragma once

#include "core/config/config_writer.h"
#include "core/config/program_arguments.h"
#include "core/node/node_options.h"
#include "tools/cli/stored_settings.h"

#include <optional>
#include <string>
#include <vector>

namespace warp::cli {

struct SetupAnswers
{
    std::vector<config::SettingChange> changes;
    std::optional<std::string> password; ///< to be written; none: what is stored stays
    node::NodeOptions node;              ///< to look at it with these answers
    std::string chain;                   ///< as in [node] chain
    std::string address;                 ///< that every block pays
};

/// Nothing where an option is wrong or the input ends before all is answered.
[[nodiscard]] std::optional<SetupAnswers> askForNode(const config::ProgramArguments& given,
                                                     const StoredSettings& stored);

/// Where miners and the status page connect: asked on a terminal, or taken from options. Adds to
/// `changes` what differs from what is stored. False where an option is wrong or the input ends.
[[nodiscard]] bool askForListeners(const config::ProgramArguments& given,
                                   const StoredSettings& stored,
                                   std::vector<config::SettingChange>& changes);

} // namespace warp::cli
