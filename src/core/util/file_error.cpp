#include "core/util/file_error.h"

#include <cerrno>

namespace warp::util {

FileError fileErrorOf(int code)
{
    switch (code) {
    case ENOENT:
        return FileError::NotFound;
    case EACCES:
    case EPERM:
    case EROFS:
        return FileError::NoPermission;
    case ENOSPC:
    case EDQUOT:
        return FileError::NoSpace;
    case ENOTDIR:
        return FileError::NotDirectory;
    case EEXIST:
        return FileError::Exists;
    default:
        return FileError::Io;
    }
}

} // namespace warp::util
