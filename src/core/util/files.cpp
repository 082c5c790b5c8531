#include "core/util/files.h"

namespace warp::util {

std::string_view describe(FileError error)
{
    switch (error) {
    case FileError::NotFound:
        return "not found";
    case FileError::NoPermission:
        return "no permission";
    case FileError::NoSpace:
        return "no space left";
    case FileError::NotDirectory:
        return "not a directory";
    case FileError::TooLarge:
        return "too large";
    case FileError::Exists:
        return "already there";
    case FileError::Io:
        break;
    }
    return "input/output error";
}

Result<void, FileError> Files::reserve(const std::filesystem::path& path, std::size_t bytes,
                                       FileAccess access)
{
    const std::string zeros(bytes, '\0');
    return write(path, asBytes(zeros), access);
}

Result<void, FileError> Files::overwrite(const std::filesystem::path& path, ByteView bytes)
{
    return write(path, bytes, FileAccess::Private);
}

Result<DiskSpace, FileError> Files::space(const std::filesystem::path& /*path*/)
{
    return Unexpected(FileError::Io);
}

Result<void, FileError> Files::replaceDurably(const std::filesystem::path& path, ByteView bytes,
                                              FileAccess access)
{
    std::filesystem::path temporary = path;
    temporary += ".new";
    WARP_CHECK(write(temporary, bytes, access));
    WARP_CHECK(sync(temporary));
    WARP_CHECK(rename(temporary, path));
    const std::filesystem::path parent = path.parent_path();
    return sync(parent.empty() ? std::filesystem::path(".") : parent);
}

} // namespace warp::util
