// Files of this machine, by POSIX calls. Stateless; any thread.
#pragma once

#include "core/util/files.h"

namespace warp::util {

class SystemFiles final : public Files
{
public:
    [[nodiscard]] Result<std::string, FileError> read(const std::filesystem::path& path,
                                                      std::size_t maxBytes) override;
    Result<void, FileError> write(const std::filesystem::path& path, ByteView bytes,
                                  FileAccess access) override;
    Result<void, FileError> sync(const std::filesystem::path& path) override;
    Result<void, FileError> rename(const std::filesystem::path& from,
                                   const std::filesystem::path& to) override;
    Result<void, FileError> reserve(const std::filesystem::path& path, std::size_t bytes,
                                    FileAccess access) override;
    Result<void, FileError> overwrite(const std::filesystem::path& path, ByteView bytes) override;
    Result<void, FileError> remove(const std::filesystem::path& path) override;
    Result<void, FileError> makeDirectories(const std::filesystem::path& path) override;
    [[nodiscard]] Result<std::vector<std::string>, FileError>
    list(const std::filesystem::path& directory) override;
    [[nodiscard]] Result<DiskSpace, FileError> space(const std::filesystem::path& path) override;
    [[nodiscard]] Result<std::unique_ptr<Handle>, LockFailure>
    lock(const std::filesystem::path& path) override;
};

} // namespace warp::util
