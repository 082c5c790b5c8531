// What differs between two sets of settings, key by key, and when each change counts. Pure; safe on
// any thread.
#pragma once

#include "core/config/field.h"
#include "core/config/settings.h"

#include <string>
#include <vector>

namespace warp::config {

struct ChangedSetting
{
    std::string name; ///< settingName(): "mining.payout_address", "listener[2].listen"
    TakesEffect takesEffect = TakesEffect::AtStart;

    friend bool operator==(const ChangedSetting&, const ChangedSetting&) = default;
};

/// In the order of the field table. Of an entry that only one of them has, each key counts whose
/// value is not the default. A secret is compared, never shown.
[[nodiscard]] std::vector<ChangedSetting> changedSettings(const Settings& before,
                                                          const Settings& after);

} // namespace warp::config
