// The settings reference and the example file, made from the field table so that neither can
// differ from the program. Pure; safe on any thread.
#pragma once

#include "core/config/field.h"

#include <span>
#include <string>

namespace warp::config {

/// docs/configuration.md.
[[nodiscard]] std::string renderMarkdown(std::span<const Section> sections,
                                         std::span<const Field> fields);

/// config/example.toml: every key with its explanation; starts as it stands on regtest.
[[nodiscard]] std::string renderExampleToml(std::span<const Section> sections,
                                            std::span<const Field> fields);

/// docs/man/warppool.toml.5.
[[nodiscard]] std::string renderSettingsPage(std::span<const Section> sections,
                                             std::span<const Field> fields);

} // namespace warp::config
