// How much of a disk stays free for found blocks: what the program writes besides them stops there.
// Pure; safe on any thread.
#pragma once

#include "core/util/files.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>

namespace warp::util {

inline constexpr std::uint64_t DISK_FLOOR_BYTES = 200'000'000;
/// On a small disk the floor is this part of it.
inline constexpr std::uint64_t DISK_FLOOR_PART = 20;

[[nodiscard]] constexpr std::uint64_t diskFloor(const DiskSpace& space)
{
    return std::min(DISK_FLOOR_BYTES, space.total / DISK_FLOOR_PART);
}

/// Whether the disk that holds `path` has less than its floor; not where it cannot say.
[[nodiscard]] inline bool isBelowFloor(Files& files, const std::filesystem::path& path)
{
    const auto space = files.space(path);
    return space && space->free < diskFloor(*space);
}

} // namespace warp::util
