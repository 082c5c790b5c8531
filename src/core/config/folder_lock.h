// The lock of a data folder: one process uses it at a time, and whoever finds it taken learns by
// whom. Free functions; any thread.
#pragma once

#include "core/util/executor.h"
#include "core/util/files.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

namespace warp::config {

/// Makes the folder and takes its lock. LockFailure::error is Exists where another process has it.
[[nodiscard]] util::Result<std::unique_ptr<util::Handle>, util::LockFailure>
lockDataFolder(util::Files& files, const std::filesystem::path& folder);

/// The process that has the folder's lock, 0 where its id is unknown; nothing where the folder is
/// free. Makes nothing and keeps nothing.
[[nodiscard]] std::optional<std::int64_t> findLockHolder(util::Files& files,
                                                         const std::filesystem::path& folder);

} // namespace warp::config
