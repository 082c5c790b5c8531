#include "core/util/system_files.h"

#include "core/util/file_error.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace warp::util {

namespace {

class Descriptor
{
public:
    explicit Descriptor(int descriptor)
        : m_descriptor(descriptor)
    {}
    ~Descriptor()
    {
        if (m_descriptor >= 0) {
            ::close(m_descriptor);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] bool isOpen() const { return m_descriptor >= 0; }
    [[nodiscard]] int get() const { return m_descriptor; }
    [[nodiscard]] int release() { return std::exchange(m_descriptor, -1); }

private:
    int m_descriptor;
};

Result<void, FileError> writeAll(int descriptor, ByteView bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return Unexpected(fileErrorOf(errno));
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

std::int64_t readHolder(int descriptor)
{
    std::array<char, 24> text{};
    const ssize_t count = ::pread(descriptor, text.data(), text.size(), 0);
    std::int64_t pid = 0;
    if (count > 0) {
        std::from_chars(text.data(), text.data() + count, pid);
    }
    return pid;
}

class SystemLock final : public Handle
{
public:
    explicit SystemLock(int descriptor)
        : m_descriptor(descriptor)
    {}

private:
    Descriptor m_descriptor; // closing releases the lock
};

} // namespace

Result<std::string, FileError> SystemFiles::read(const std::filesystem::path& path,
                                                 std::size_t maxBytes)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen()) {
        return Unexpected(fileErrorOf(errno));
    }
    // Straight into what the caller gets, so that no second copy of a secret stays behind.
    constexpr std::size_t STEP = 16384;
    std::string content;
    std::size_t size = 0;
    while (true) {
        content.resize(size + (maxBytes - size < STEP ? maxBytes - size + 1 : STEP));
        const ssize_t count = ::read(file.get(), content.data() + size, content.size() - size);
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return Unexpected(fileErrorOf(errno));
        }
        size += static_cast<std::size_t>(count);
        if (size > maxBytes) {
            return Unexpected(FileError::TooLarge);
        }
        if (count == 0) {
            content.resize(size);
            return content;
        }
    }
}

Result<void, FileError> SystemFiles::write(const std::filesystem::path& path, ByteView bytes,
                                           FileAccess access)
{
    const bool isPrivate = access == FileAccess::Private;
    const mode_t mode = isPrivate ? 0600 : 0644;
    // A link that somebody laid in a folder of his must not lead our secret, or us, elsewhere.
    const int linkFlag = isPrivate ? O_NOFOLLOW : 0;
    Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | linkFlag, mode));
    if (!file.isOpen()) {
        return Unexpected(fileErrorOf(errno));
    }
    if (isPrivate && ::fchmod(file.get(), mode) != 0) {
        return Unexpected(fileErrorOf(errno));
    }
    WARP_CHECK(writeAll(file.get(), bytes));
    // Some file systems report a full disk only here.
    if (::close(file.release()) != 0) {
        return Unexpected(fileErrorOf(errno));
    }
    return {};
}

Result<void, FileError> SystemFiles::sync(const std::filesystem::path& path)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen()) {
        return Unexpected(fileErrorOf(errno));
    }
    // A file system that cannot sync a folder says EINVAL; its rename needs none.
    if (::fsync(file.get()) != 0 && errno != EINVAL) {
        return Unexpected(fileErrorOf(errno));
    }
    return {};
}

Result<void, FileError> SystemFiles::rename(const std::filesystem::path& from,
                                            const std::filesystem::path& to)
{
    if (::rename(from.c_str(), to.c_str()) != 0) {
        return Unexpected(fileErrorOf(errno));
    }
    return {};
}

Result<void, FileError> SystemFiles::reserve(const std::filesystem::path& path, std::size_t bytes,
                                             FileAccess access)
{
    WARP_CHECK(write(path, {}, access));
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.isOpen()) {
        return Unexpected(fileErrorOf(errno));
    }
    int failure = EINTR;
    while (failure == EINTR) {
        failure = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
    }
    if (failure != 0) {
        // What it got of the space is given back.
        ::unlink(path.c_str());
        return Unexpected(fileErrorOf(failure));
    }
    return {};
}

Result<void, FileError> SystemFiles::overwrite(const std::filesystem::path& path, ByteView bytes)
{
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.isOpen()) {
        return Unexpected(fileErrorOf(errno));
    }
    WARP_CHECK(writeAll(file.get(), bytes));
    if (::ftruncate(file.get(), static_cast<off_t>(bytes.size())) != 0) {
        return Unexpected(fileErrorOf(errno));
    }
    if (::close(file.release()) != 0) {
        return Unexpected(fileErrorOf(errno));
    }
    return {};
}

Result<void, FileError> SystemFiles::remove(const std::filesystem::path& path)
{
    if (::unlink(path.c_str()) != 0) {
        return Unexpected(fileErrorOf(errno));
    }
    return {};
}

Result<void, FileError> SystemFiles::makeDirectories(const std::filesystem::path& path)
{
    // A folder that we make is nobody else's, whatever the mask of who started us.
    constexpr mode_t OWNER_ALONE = 0700;
    std::filesystem::path folder;
    for (const std::filesystem::path& part : path) {
        folder /= part;
        std::error_code code;
        if (std::filesystem::is_directory(folder, code) ||
            ::mkdir(folder.c_str(), OWNER_ALONE) == 0) {
            continue;
        }
        const int error = errno;
        if (!std::filesystem::is_directory(folder, code)) { // nobody made it meanwhile
            return Unexpected(fileErrorOf(error == EEXIST ? ENOTDIR : error));
        }
    }
    return {};
}

Result<std::vector<std::string>, FileError>
SystemFiles::list(const std::filesystem::path& directory)
{
    std::error_code code;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator it(directory, code), end; !code && it != end;
         it.increment(code)) {
        names.push_back(it->path().filename().string());
    }
    if (code) {
        return Unexpected(fileErrorOf(code.value()));
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<DiskSpace, FileError> SystemFiles::space(const std::filesystem::path& path)
{
    struct statvfs disk = {};
    if (::statvfs(path.c_str(), &disk) != 0) {
        return Unexpected(fileErrorOf(errno));
    }
    const auto block = static_cast<std::uint64_t>(disk.f_frsize);
    return DiskSpace{.free = block * disk.f_bavail, .total = block * disk.f_blocks};
}

Result<std::unique_ptr<Handle>, LockFailure> SystemFiles::lock(const std::filesystem::path& path)
{
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!file.isOpen()) {
        return Unexpected(LockFailure{.error = fileErrorOf(errno), .holderPid = 0});
    }
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return Unexpected(
                LockFailure{.error = FileError::Exists, .holderPid = readHolder(file.get())});
        }
        return Unexpected(LockFailure{.error = fileErrorOf(errno), .holderPid = 0});
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file.get(), 0) != 0) {
        return Unexpected(LockFailure{.error = fileErrorOf(errno), .holderPid = 0});
    }
    // A full disk leaves the file empty: the lock holds all the same, only the pid is missing.
    static_cast<void>(writeAll(file.get(), asBytes(pid)));
    return std::unique_ptr<Handle>(std::make_unique<SystemLock>(file.release()));
}

} // namespace warp::util
