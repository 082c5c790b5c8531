// util::Files in memory. Every file has what programs see and what a crash would leave, so that a
// program is held to its sync() calls. Failures are injected by path.
// Owned by the test or scenario; lives in the scheduler's one thread.
#pragma once

#include "core/util/files.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace warp::sim {

enum class FileOperation : std::uint8_t {
    Read,
    Write,
    Sync,
    Rename,
    Remove,
    MakeDirectories,
    List
};

class VirtualFiles final : public util::Files
{
public:
    VirtualFiles();
    ~VirtualFiles() override;
    VirtualFiles(const VirtualFiles&) = delete;
    VirtualFiles& operator=(const VirtualFiles&) = delete;

    [[nodiscard]] util::Result<std::string, util::FileError> read(const std::filesystem::path& path,
                                                                  std::size_t maxBytes) override;
    util::Result<void, util::FileError> write(const std::filesystem::path& path,
                                              util::ByteView bytes,
                                              util::FileAccess access) override;
    util::Result<void, util::FileError> sync(const std::filesystem::path& path) override;
    util::Result<void, util::FileError> rename(const std::filesystem::path& from,
                                               const std::filesystem::path& to) override;
    util::Result<void, util::FileError> remove(const std::filesystem::path& path) override;
    util::Result<void, util::FileError> makeDirectories(const std::filesystem::path& path) override;
    [[nodiscard]] util::Result<std::vector<std::string>, util::FileError>
    list(const std::filesystem::path& directory) override;
    [[nodiscard]] util::Result<std::unique_ptr<util::Handle>, util::LockFailure>
    lock(const std::filesystem::path& path) override;

    /// `operation` on paths that begin with `prefix` fails until called with nothing.
    void setFailure(FileOperation operation, const std::filesystem::path& prefix,
                    std::optional<util::FileError> error);
    /// Bytes that all files together may take; a write beyond fails with NoSpace.
    void setCapacity(std::size_t bytes) { m_capacity = bytes; }
    /// Another process holds the lock until called with pid 0.
    void setForeignLock(const std::filesystem::path& path, std::int64_t pid);
    /// The power goes: what was not synced is gone, and all locks.
    void crash();

    [[nodiscard]] std::optional<util::FileAccess> accessOf(const std::filesystem::path& path) const;
    [[nodiscard]] std::uint64_t syncCount() const { return m_syncCount; }

private:
    class Lock;
    struct Content
    {
        std::string seen;
        std::optional<std::string> durable; ///< nothing before the first sync()
        util::FileAccess access = util::FileAccess::Shared;
    };
    using Entries = std::map<std::string, std::shared_ptr<Content>>;

    [[nodiscard]] std::optional<util::FileError> failureOf(FileOperation operation,
                                                           const std::string& path) const;
    [[nodiscard]] bool hasParent(const std::string& path) const;
    [[nodiscard]] std::size_t usedBytes() const;

    Entries m_entries;                   ///< names as programs see them
    Entries m_durableEntries;            ///< names that a crash leaves
    std::set<std::string> m_directories; ///< durable at once
    std::map<std::pair<FileOperation, std::string>, util::FileError> m_failures;
    std::map<std::string, std::int64_t> m_foreignLocks;
    std::shared_ptr<std::set<std::string>> m_locks; ///< shared with the handles
    std::size_t m_capacity = SIZE_MAX;
    std::uint64_t m_syncCount = 0;
};

} // namespace warp::sim
