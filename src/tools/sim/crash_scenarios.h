// Stories of a pool whose machine fails: the power goes, the disk is full. Each is played in a
// virtual world from several seeds, as fast as the machine computes.
// Pure but for the world that each one makes; any thread.
#pragma once

#include "core/engine/engine_options.h"

namespace warp::tools {

/// The power goes again and again while blocks are on their way, and the disk keeps what chance
/// lets it of what was not synced. Exit code.
[[nodiscard]] int runPowerCut(const engine::Platform& platform);

/// The disk is full, the node away and then the power goes: the space set aside holds the blocks.
[[nodiscard]] int runDiskFull(const engine::Platform& platform);

} // namespace warp::tools
