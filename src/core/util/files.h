// The only way to files. Injected; production is SystemFiles, tests use a virtual disk.
// Safe on any thread; no call waits for anything but the disk.
#pragma once

#include "core/util/bytes.h"
#include "core/util/executor.h"
#include "core/util/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace warp::util {

enum class FileError : std::uint8_t {
    NotFound,
    NoPermission,
    NoSpace,
    NotDirectory,
    TooLarge,
    Exists,
    Io,
};

/// "not found", "no permission", ... for logs.
[[nodiscard]] std::string_view describe(FileError error);

enum class FileAccess : std::uint8_t {
    Shared,  ///< 0644 less the process's mask
    Private, ///< 0600
};

/// Bytes of the disk that holds a path.
struct DiskSpace
{
    std::uint64_t free = 0; ///< that this program may still write
    std::uint64_t total = 0;
};

/// A lock that another process holds.
struct LockFailure
{
    FileError error = FileError::Io;
    std::int64_t holderPid = 0; ///< 0 where unknown
};

class Files
{
public:
    virtual ~Files() = default;

    /// The whole file; TooLarge beyond `maxBytes`.
    [[nodiscard]] virtual Result<std::string, FileError> read(const std::filesystem::path& path,
                                                              std::size_t maxBytes) = 0;
    /// Creates or truncates; a private one never through a link. Not durable before sync().
    virtual Result<void, FileError> write(const std::filesystem::path& path, ByteView bytes,
                                          FileAccess access) = 0;
    /// Flushes a file or a folder to the disk.
    virtual Result<void, FileError> sync(const std::filesystem::path& path) = 0;
    /// Replaces `to`. Durable after sync() of the folder.
    virtual Result<void, FileError> rename(const std::filesystem::path& from,
                                           const std::filesystem::path& to) = 0;
    /// Makes a file of `bytes` zeros whose space the disk has set aside; NoSpace, and no file,
    /// where it has not that much. Replaces what was there. Not durable before sync(). Writes the
    /// zeros unless the disk can do better.
    virtual Result<void, FileError> reserve(const std::filesystem::path& path, std::size_t bytes,
                                            FileAccess access);
    /// Writes from the start of a file that exists and then cuts it to that length: within the
    /// space that the file has, so that a full disk does not matter. Not durable before sync(). A
    /// plain private write() where the disk knows no better.
    virtual Result<void, FileError> overwrite(const std::filesystem::path& path, ByteView bytes);
    virtual Result<void, FileError> remove(const std::filesystem::path& path) = 0;
    virtual Result<void, FileError> makeDirectories(const std::filesystem::path& path) = 0;
    /// Names (not paths) in a folder, sorted.
    [[nodiscard]] virtual Result<std::vector<std::string>, FileError>
    list(const std::filesystem::path& directory) = 0;
    /// Of the disk on which the file or folder lies. Io where the disk cannot say.
    [[nodiscard]] virtual Result<DiskSpace, FileError> space(const std::filesystem::path& path);
    /// Takes an exclusive lock with our process id inside, released with the handle or the process.
    [[nodiscard]] virtual Result<std::unique_ptr<Handle>, LockFailure>
    lock(const std::filesystem::path& path) = 0;

    /// Writes beside the target, syncs, renames, syncs the folder: after success the new content is
    /// on the disk, after any failure or crash the old or the new one is, whole.
    [[nodiscard]] Result<void, FileError> replaceDurably(const std::filesystem::path& path,
                                                         ByteView bytes, FileAccess access);
};

} // namespace warp::util
