// Settings as they would be with some changes: the edited files and what the loader makes of them.
// Nothing is written before writeDraft(). Called on the "settings" executor.
#pragma once

#include "core/config/config_writer.h"
#include "core/config/loader.h"
#include "core/interfaces/command.h"
#include "core/util/files.h"
#include "core/util/result.h"

#include <optional>
#include <string>
#include <vector>

namespace warp::engine {

struct SettingsDraft
{
    std::vector<interfaces::SettingFault> faults; ///< empty where `loaded` is there
    std::optional<config::LoadedSettings> loaded; ///< none where there is a fault
    std::optional<std::string> configText;        ///< none where it stays as it is
    std::optional<std::string> secretsText;       ///< passwords go here
    std::optional<std::string> formerSecretsText{};
};

[[nodiscard]] interfaces::SettingFault toView(const config::ConfigFault& fault);

/// A change of what the environment or the command line sets is a fault, for it would do nothing.
[[nodiscard]] SettingsDraft makeDraft(const config::LoadRequest& request,
                                      const std::vector<interfaces::SettingChange>& changes,
                                      util::Files& files);

/// Both files or none of them.
[[nodiscard]] util::Result<void, config::WriteFault>
writeDraft(const config::LoadRequest& request, const SettingsDraft& draft, util::Files& files);

/// Of a new version of the configuration file: not more open than the old one.
[[nodiscard]] util::FileAccess accessOf(const config::LoadRequest& request);

} // namespace warp::engine
