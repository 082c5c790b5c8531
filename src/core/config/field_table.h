// The field table: the one list of all settings. Constant data; safe on any thread.
#pragma once

#include "core/config/field.h"
#include "core/config/settings.h"

#include <span>
#include <string_view>

namespace warp::config {

/// Every setting, grouped by section in the order of the documentation.
[[nodiscard]] std::span<const Field> fieldTable();

/// Every section, in the order of the documentation.
[[nodiscard]] std::span<const Section> sectionTable();

/// nullptr where there is none. `section` may be "node.backup".
[[nodiscard]] const Field* findField(std::string_view section, std::string_view key);
[[nodiscard]] const Section* findSection(std::string_view name);

} // namespace warp::config
