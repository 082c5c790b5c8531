// util::Files in memory. Every file has what programs see and what a crash would leave, so that a
// program is held to its sync() calls. Failures are injected by path.
// Owned by the test or scenario; lives in the scheduler's one thread.
#pragma once

#include "core/util/files.h"
#include "core/util/random.h"

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

/// What a crash leaves of what was not synced.
enum class CrashLoss : std::uint8_t {
    Nothing,  ///< the program was killed: the system writes everything in time
    Unsynced, ///< all of it is gone
    Torn,     ///< chance decides for each name, and for each block of each file
};

/// Where in an operation the machine stops.
enum class StopPoint : std::uint8_t {
    Before,
    Within, ///< a write has got half way; anything else has not begun
};

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
    util::Result<void, util::FileError>
    reserve(const std::filesystem::path& path, std::size_t bytes, util::FileAccess access) override;
    util::Result<void, util::FileError> overwrite(const std::filesystem::path& path,
                                                  util::ByteView bytes) override;
    util::Result<void, util::FileError> remove(const std::filesystem::path& path) override;
    util::Result<void, util::FileError> makeDirectories(const std::filesystem::path& path) override;
    [[nodiscard]] util::Result<std::vector<std::string>, util::FileError>
    list(const std::filesystem::path& directory) override;
    [[nodiscard]] util::Result<util::DiskSpace, util::FileError>
    space(const std::filesystem::path& path) override;
    [[nodiscard]] util::Result<std::unique_ptr<util::Handle>, util::LockFailure>
    lock(const std::filesystem::path& path) override;

    /// `operation` on paths that begin with `prefix` fails until called with nothing.
    void setFailure(FileOperation operation, const std::filesystem::path& prefix,
                    std::optional<util::FileError> error);
    /// Bytes that all files together may take; a write beyond fails with NoSpace.
    void setCapacity(std::size_t bytes) { m_capacity = bytes; }
    /// Another process holds the lock until called with pid 0.
    void setForeignLock(const std::filesystem::path& path, std::int64_t pid);
    /// The machine stops at the `number`-th change from now on, the next one being 0: that and all
    /// later ones fail until crash().
    void stopAt(std::uint64_t number, StopPoint point);
    [[nodiscard]] bool hasStopped() const { return m_hasStopped; }
    /// The program ends without warning: locks are free, and of what was not synced `loss` says
    /// what is gone. The disk works again.
    /// @param seed  of the chance that tears
    void crash(CrashLoss loss = CrashLoss::Unsynced, std::uint64_t seed = 1);

    [[nodiscard]] std::optional<util::FileAccess> accessOf(const std::filesystem::path& path) const;
    [[nodiscard]] std::uint64_t syncCount() const { return m_syncCount; }
    /// Writes, syncs, renames, removals and the like so far.
    [[nodiscard]] std::uint64_t changeCount() const { return m_changeCount; }
    [[nodiscard]] std::uint64_t bytesWritten() const { return m_bytesWritten; }

    /// What the disk says of its space, whatever it can take; nothing where it cannot say.
    std::optional<util::DiskSpace> reportedSpace;

private:
    class Lock;
    struct Content
    {
        std::string seen;
        std::optional<std::string> durable; ///< nothing before the first sync()
        util::FileAccess access = util::FileAccess::Shared;
        std::size_t reserved = 0; ///< bytes of the disk that are its own; zeros where not written
    };
    /// A change of names that is not durable yet: `name` means `content`, or nothing, and `gone`
    /// means nothing.
    struct NameChange
    {
        std::string name;
        std::shared_ptr<Content> content;
        std::string gone; ///< empty but for a rename
    };
    using Entries = std::map<std::string, std::shared_ptr<Content>>;

    [[nodiscard]] std::optional<util::FileError> failureOf(FileOperation operation,
                                                           const std::string& path) const;
    /// Counts a change of `key`; the reason why it does not happen.
    [[nodiscard]] std::optional<util::FileError> beginChange(FileOperation operation,
                                                             const std::string& key);
    /// Room for a file that has `owned` bytes already.
    [[nodiscard]] std::size_t roomFor(std::size_t owned) const;
    [[nodiscard]] util::Result<void, util::FileError> fill(Content& content, util::ByteView bytes);
    static void apply(const NameChange& change, Entries& entries);
    static void tear(Content& content, util::Random& random);
    [[nodiscard]] bool hasParent(const std::string& path) const;

    Entries m_entries;                   ///< names as programs see them
    Entries m_durableEntries;            ///< names that a crash leaves
    std::vector<NameChange> m_changes;   ///< between the two, in order
    std::set<std::string> m_directories; ///< durable at once
    std::map<std::pair<FileOperation, std::string>, util::FileError> m_failures;
    std::map<std::string, std::int64_t> m_foreignLocks;
    std::shared_ptr<std::set<std::string>> m_locks; ///< shared with the handles
    std::size_t m_capacity = SIZE_MAX;
    std::uint64_t m_syncCount = 0;
    std::uint64_t m_changeCount = 0;
    std::uint64_t m_bytesWritten = 0;
    std::optional<std::uint64_t> m_stopAt; ///< in changes
    StopPoint m_stopPoint = StopPoint::Before;
    bool m_hasStopped = false;
};

} // namespace warp::sim
