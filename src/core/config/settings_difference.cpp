#include "core/config/settings_difference.h"

#include "core/config/field_table.h"
#include "core/config/validation.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace warp::config {

namespace {

/// How many entries a section has; 1 where it is no list.
std::size_t countOf(const Field& field, const Settings& settings)
{
    if (field.section == "node") {
        return 1 + settings.nodeBackups.size();
    }
    return field.section == "listener" ? settings.listeners.size() : 1;
}

std::string valueOf(const Field& field, const Settings& settings, std::size_t entry)
{
    if (field.isSecret() && field.section == "database") {
        return settings.database.password.reveal();
    }
    if (field.isSecret()) {
        const NodeSettings& node = entry == 0 ? settings.node : settings.nodeBackups.at(entry - 1);
        return node.rpcPassword.reveal();
    }
    return field.binding.show(field, settings, entry);
}

} // namespace

std::vector<ChangedSetting> changedSettings(const Settings& before, const Settings& after)
{
    // What a new entry would have if nothing were written in it.
    Settings plain;
    plain.listeners.resize(1);
    std::vector<ChangedSetting> changed;
    for (const Field& field : fieldTable()) {
        const std::size_t countBefore = countOf(field, before);
        const std::size_t countAfter = countOf(field, after);
        for (std::size_t entry = 0; entry < std::max(countBefore, countAfter); ++entry) {
            const std::string old =
                entry < countBefore ? valueOf(field, before, entry) : valueOf(field, plain, 0);
            const std::string now =
                entry < countAfter ? valueOf(field, after, entry) : valueOf(field, plain, 0);
            if (old != now) {
                changed.push_back(
                    {.name = settingName(field, entry), .takesEffect = field.takesEffect});
            }
        }
    }
    return changed;
}

} // namespace warp::config
