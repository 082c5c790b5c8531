// The world's files, but for one real folder: a database needs a real file. Test code; one thread.
#pragma once

#include "core/util/system_files.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace warp::test {

class MixedFiles final : public util::Files
{
public:
    /// @param realFolder  empty for none
    MixedFiles(util::Files& others, std::string realFolder)
        : m_others(others)
        , m_realFolder(std::move(realFolder))
    {}

    [[nodiscard]] util::Result<std::string, util::FileError> read(const std::filesystem::path& path,
                                                                  std::size_t maxBytes) override
    {
        return of(path).read(path, maxBytes);
    }
    util::Result<void, util::FileError>
    write(const std::filesystem::path& path, util::ByteView bytes, util::FileAccess access) override
    {
        return of(path).write(path, bytes, access);
    }
    util::Result<void, util::FileError> sync(const std::filesystem::path& path) override
    {
        return of(path).sync(path);
    }
    util::Result<void, util::FileError> rename(const std::filesystem::path& from,
                                               const std::filesystem::path& to) override
    {
        return of(from).rename(from, to);
    }
    util::Result<void, util::FileError> reserve(const std::filesystem::path& path,
                                                std::size_t bytes, util::FileAccess access) override
    {
        return of(path).reserve(path, bytes, access);
    }
    util::Result<void, util::FileError> overwrite(const std::filesystem::path& path,
                                                  util::ByteView bytes) override
    {
        return of(path).overwrite(path, bytes);
    }
    util::Result<void, util::FileError> remove(const std::filesystem::path& path) override
    {
        return of(path).remove(path);
    }
    util::Result<void, util::FileError> makeDirectories(const std::filesystem::path& path) override
    {
        return of(path).makeDirectories(path);
    }
    [[nodiscard]] util::Result<std::vector<std::string>, util::FileError>
    list(const std::filesystem::path& directory) override
    {
        if (listFailure) {
            return util::Unexpected(*listFailure);
        }
        return of(directory).list(directory);
    }
    [[nodiscard]] util::Result<util::DiskSpace, util::FileError>
    space(const std::filesystem::path& /*path*/) override
    {
        // One disk, as the world has it.
        return m_others.space("/");
    }
    [[nodiscard]] util::Result<std::unique_ptr<util::Handle>, util::LockFailure>
    lock(const std::filesystem::path& path) override
    {
        return of(path).lock(path);
    }

    std::optional<util::FileError> listFailure; ///< of each list()

private:
    [[nodiscard]] util::Files& of(const std::filesystem::path& path)
    {
        const bool isReal = !m_realFolder.empty() && path.string().starts_with(m_realFolder);
        return isReal ? static_cast<util::Files&>(m_real) : m_others;
    }

    util::Files& m_others;
    std::string m_realFolder;
    util::SystemFiles m_real;
};

} // namespace warp::test
