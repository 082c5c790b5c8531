// Files in memory, with failures on demand. One test owns it; not thread-safe.
#pragma once

#include "core/util/files.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace warp::test {

class MemoryFiles final : public util::Files
{
public:
    enum class Operation { Read, Write, Sync, Rename, Remove };

    struct Entry
    {
        std::string content;
        util::FileAccess access = util::FileAccess::Shared;
        bool isSynced = false;
    };

    /// The next call of this operation fails after `successes` good ones.
    void failNext(Operation operation, util::FileError error, std::size_t successes = 0)
    {
        m_failures[operation] = {error, successes};
    }
    void put(const std::filesystem::path& path, std::string content,
             util::FileAccess access = util::FileAccess::Shared)
    {
        m_entries[path.string()] = {
            .content = std::move(content), .access = access, .isSynced = true};
    }

    [[nodiscard]] bool exists(const std::filesystem::path& path) const
    {
        return m_entries.contains(path.string());
    }
    /// Empty for a file that is not there.
    [[nodiscard]] std::string content(const std::filesystem::path& path) const
    {
        return exists(path) ? m_entries.at(path.string()).content : std::string();
    }
    [[nodiscard]] const std::map<std::string, Entry>& entries() const { return m_entries; }

    [[nodiscard]] util::Result<std::string, util::FileError> read(const std::filesystem::path& path,
                                                                  std::size_t maxBytes) override
    {
        if (const auto error = takeFailure(Operation::Read)) {
            return util::Unexpected(*error);
        }
        const auto found = m_entries.find(path.string());
        if (found == m_entries.end()) {
            return util::Unexpected(util::FileError::NotFound);
        }
        if (found->second.content.size() > maxBytes) {
            return util::Unexpected(util::FileError::TooLarge);
        }
        return found->second.content;
    }

    /// A failing write leaves half of the bytes, as a full disk does.
    util::Result<void, util::FileError>
    write(const std::filesystem::path& path, util::ByteView bytes, util::FileAccess access) override
    {
        const std::string content(util::asText(bytes));
        if (const auto error = takeFailure(Operation::Write)) {
            if (*error == util::FileError::NoSpace) {
                m_entries[path.string()] = {.content = content.substr(0, content.size() / 2),
                                            .access = access,
                                            .isSynced = false};
            }
            return util::Unexpected(*error);
        }
        m_entries[path.string()] = {.content = content, .access = access, .isSynced = false};
        return {};
    }

    util::Result<void, util::FileError> sync(const std::filesystem::path& path) override
    {
        if (const auto error = takeFailure(Operation::Sync)) {
            return util::Unexpected(*error);
        }
        if (const auto found = m_entries.find(path.string()); found != m_entries.end()) {
            found->second.isSynced = true;
        }
        return {};
    }

    util::Result<void, util::FileError> rename(const std::filesystem::path& from,
                                               const std::filesystem::path& to) override
    {
        if (const auto error = takeFailure(Operation::Rename)) {
            return util::Unexpected(*error);
        }
        auto node = m_entries.extract(from.string());
        if (node.empty()) {
            return util::Unexpected(util::FileError::NotFound);
        }
        m_entries.insert_or_assign(to.string(), std::move(node.mapped()));
        return {};
    }

    util::Result<void, util::FileError> remove(const std::filesystem::path& path) override
    {
        if (const auto error = takeFailure(Operation::Remove)) {
            return util::Unexpected(*error);
        }
        if (m_entries.erase(path.string()) == 0) {
            return util::Unexpected(util::FileError::NotFound);
        }
        return {};
    }

    /// Folders are not kept: every path can be written.
    util::Result<void, util::FileError>
    makeDirectories(const std::filesystem::path& /*path*/) override
    {
        return {};
    }

    [[nodiscard]] util::Result<std::vector<std::string>, util::FileError>
    list(const std::filesystem::path& directory) override
    {
        std::vector<std::string> names;
        for (const auto& [name, entry] : m_entries) {
            const std::filesystem::path path(name);
            if (path.parent_path() == directory) {
                names.push_back(path.filename().string());
            }
        }
        return names;
    }

    [[nodiscard]] util::Result<std::unique_ptr<util::Handle>, util::LockFailure>
    lock(const std::filesystem::path& path) override
    {
        if (!m_locks->insert(path.string()).second) {
            return util::Unexpected(
                util::LockFailure{.error = util::FileError::Exists, .holderPid = 1});
        }
        return std::unique_ptr<util::Handle>(std::make_unique<Lock>(m_locks, path.string()));
    }

private:
    using Locks = std::set<std::string>;

    struct Failure
    {
        util::FileError error = util::FileError::Io;
        std::size_t successes = 0;
    };

    class Lock final : public util::Handle
    {
    public:
        Lock(std::shared_ptr<Locks> locks, std::string name)
            : m_locks(std::move(locks))
            , m_name(std::move(name))
        {}
        ~Lock() override { m_locks->erase(m_name); }
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;

    private:
        std::shared_ptr<Locks> m_locks;
        std::string m_name;
    };

    std::optional<util::FileError> takeFailure(Operation operation)
    {
        const auto found = m_failures.find(operation);
        if (found == m_failures.end()) {
            return std::nullopt;
        }
        if (found->second.successes > 0) {
            --found->second.successes;
            return std::nullopt;
        }
        const util::FileError error = found->second.error;
        m_failures.erase(found);
        return error;
    }

    std::map<std::string, Entry> m_entries;
    std::map<Operation, Failure> m_failures;
    std::shared_ptr<Locks> m_locks = std::make_shared<Locks>();
};

} // namespace warp::test
