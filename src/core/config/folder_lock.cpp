#include "core/config/folder_lock.h"

#include <algorithm>
#include <string_view>

namespace warp::config {

namespace {

constexpr std::string_view LOCK_NAME = "warppool.lock";

} // namespace

util::Result<std::unique_ptr<util::Handle>, util::LockFailure>
lockDataFolder(util::Files& files, const std::filesystem::path& folder)
{
    if (const auto made = files.makeDirectories(folder); !made) {
        return util::Unexpected(util::LockFailure{.error = made.error(), .holderPid = 0});
    }
    return files.lock(folder / LOCK_NAME);
}

std::optional<std::int64_t> findLockHolder(util::Files& files, const std::filesystem::path& folder)
{
    // Asking for the lock would make its file.
    const auto names = files.list(folder);
    if (!names || !std::binary_search(names->begin(), names->end(), LOCK_NAME)) {
        return std::nullopt;
    }
    const auto lock = files.lock(folder / LOCK_NAME);
    if (lock || lock.error().error != util::FileError::Exists) {
        return std::nullopt;
    }
    return lock.error().holderPid;
}

} // namespace warp::config
