// Reads the environment and the --set options into assignments. Pure; safe on any thread.
#pragma once

#include "core/config/assignment.h"
#include "core/config/paths.h"

#include <span>
#include <string>

namespace warp::config {

/// Variables WARPPOOL_<SECTION>_<KEY> and the aliases. An empty user name or password counts as not
/// set. Names that are ours by their prefix alone bring a warning, obvious mistypings a fault.
void collectEnvironment(const Environment& environment, Collection& collection);

/// Texts "section.key=value", the last one of a key wins.
void collectOverrides(std::span<const std::string> overrides, Collection& collection);

} // namespace warp::config
