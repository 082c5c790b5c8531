#include "tools/cli/replacement.h"

#include "core/util/file_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace warp::cli {

namespace {

constexpr mode_t PERMISSIONS = 07777;

std::string because(const std::filesystem::path& path, int code)
{
    return fmt::format("{} cannot be written: {}", path.string(),
                       util::describe(util::fileErrorOf(code)));
}

/// An empty sentence where the new file is like the old one.
std::string makeAlike(int descriptor, const struct stat& old, const std::filesystem::path& like)
{
    struct stat made = {};
    if (::fstat(descriptor, &made) != 0) {
        return because(like, errno);
    }
    const bool isOwned = made.st_uid == old.st_uid && made.st_gid == old.st_gid;
    // The owner first: the group that may read must be the old one before it may.
    if (!isOwned && ::fchown(descriptor, old.st_uid, old.st_gid) != 0) {
        return fmt::format("{} belongs to another user or group: run setup as that user, or as "
                           "root, so that it stays so",
                           like.string());
    }
    return ::fchmod(descriptor, old.st_mode & PERMISSIONS) == 0 ? "" : because(like, errno);
}

} // namespace

std::filesystem::path behindLinks(std::filesystem::path path)
{
    constexpr int MAX_LINKS = 40; // as Linux, path_resolution(7)
    for (int i = 0; i < MAX_LINKS; ++i) {
        std::error_code code;
        const std::filesystem::path next = std::filesystem::read_symlink(path, code);
        if (code) {
            break;
        }
        path = path.parent_path() / next;
    }
    return path;
}

util::Result<Replacement, std::string> Replacement::prepare(const std::filesystem::path& target,
                                                            const std::filesystem::path& like)
{
    Replacement replacement;
    struct stat old = {};
    if (::stat(like.c_str(), &old) != 0 || !S_ISREG(old.st_mode)) {
        return replacement;
    }
    std::filesystem::path path = target;
    path += ".new";
    ::unlink(path.c_str()); // what a crash left
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return util::Unexpected(because(target, errno));
    }
    replacement.m_path = path;
    std::string fault = makeAlike(descriptor, old, like);
    ::close(descriptor);
    if (fault.empty() && ::access(path.c_str(), W_OK) != 0) {
        fault = because(like, errno);
    }
    if (!fault.empty()) {
        return util::Unexpected(std::move(fault));
    }
    return replacement;
}

Replacement::~Replacement()
{
    if (!m_path.empty()) {
        ::unlink(m_path.c_str());
    }
}

} // namespace warp::cli
