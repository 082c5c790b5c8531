#include "core/sim/virtual_files.h"

#include <algorithm>
#include <numeric>

namespace warp::sim {

using util::FileError;
using util::Result;
using util::Unexpected;

namespace {

/// Process id that a lock of the program under test shows.
constexpr std::int64_t OWN_PID = 1000;

std::string keyOf(const std::filesystem::path& path)
{
    std::string key = path.lexically_normal().generic_string();
    while (key.size() > 1 && key.ends_with('/')) {
        key.pop_back();
    }
    return key.empty() ? "." : key;
}

std::string parentOf(const std::string& key)
{
    const std::string parent = std::filesystem::path(key).parent_path().generic_string();
    return parent.empty() ? "." : parent;
}

} // namespace

/// Ends with its handle or with a crash, whichever comes first.
class VirtualFiles::Lock final : public util::Handle
{
public:
    Lock(const std::shared_ptr<std::set<std::string>>& locks, std::string key)
        : m_locks(locks)
        , m_key(std::move(key))
    {}
    ~Lock() override
    {
        if (const auto locks = m_locks.lock()) {
            locks->erase(m_key);
        }
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    std::weak_ptr<std::set<std::string>> m_locks;
    std::string m_key;
};

VirtualFiles::VirtualFiles()
    : m_directories{"/", "."}
    , m_locks(std::make_shared<std::set<std::string>>())
{}

VirtualFiles::~VirtualFiles() = default;

Result<std::string, FileError> VirtualFiles::read(const std::filesystem::path& path,
                                                  std::size_t maxBytes)
{
    const std::string key = keyOf(path);
    if (const auto failure = failureOf(FileOperation::Read, key)) {
        return Unexpected(*failure);
    }
    const auto found = m_entries.find(key);
    if (found == m_entries.end()) {
        return Unexpected(m_directories.contains(key) ? FileError::Io : FileError::NotFound);
    }
    if (found->second->seen.size() > maxBytes) {
        return Unexpected(FileError::TooLarge);
    }
    return found->second->seen;
}

Result<void, FileError> VirtualFiles::write(const std::filesystem::path& path, util::ByteView bytes,
                                            util::FileAccess access)
{
    const std::string key = keyOf(path);
    if (const auto failure = failureOf(FileOperation::Write, key)) {
        return Unexpected(*failure);
    }
    if (!hasParent(key)) {
        return Unexpected(FileError::NotFound);
    }
    if (m_directories.contains(key)) {
        return Unexpected(FileError::Io);
    }
    auto& content = m_entries[key];
    if (!content) {
        content = std::make_shared<Content>();
        content->access = access;
    }
    if (access == util::FileAccess::Private) {
        content->access = access;
    }
    content->seen.clear();
    const std::size_t room = m_capacity - std::min(m_capacity, usedBytes());
    content->seen = util::asText(bytes.first(std::min(room, bytes.size())));
    if (room < bytes.size()) {
        return Unexpected(FileError::NoSpace); // as on a real disk, what fitted stays
    }
    return {};
}

Result<void, FileError> VirtualFiles::sync(const std::filesystem::path& path)
{
    const std::string key = keyOf(path);
    if (const auto failure = failureOf(FileOperation::Sync, key)) {
        return Unexpected(*failure);
    }
    ++m_syncCount;
    if (const auto found = m_entries.find(key); found != m_entries.end()) {
        found->second->durable = found->second->seen;
        return {};
    }
    if (!m_directories.contains(key)) {
        return Unexpected(FileError::NotFound);
    }
    std::erase_if(m_durableEntries,
                  [&](const auto& entry) { return parentOf(entry.first) == key; });
    for (const auto& [name, content] : m_entries) {
        if (parentOf(name) == key) {
            m_durableEntries[name] = content;
        }
    }
    return {};
}

Result<void, FileError> VirtualFiles::rename(const std::filesystem::path& from,
                                             const std::filesystem::path& to)
{
    const std::string source = keyOf(from);
    const std::string target = keyOf(to);
    for (const std::string& key : {source, target}) {
        if (const auto failure = failureOf(FileOperation::Rename, key)) {
            return Unexpected(*failure);
        }
    }
    const auto found = m_entries.find(source);
    if (found == m_entries.end() || !hasParent(target)) {
        return Unexpected(FileError::NotFound);
    }
    if (m_directories.contains(target)) {
        return Unexpected(FileError::Io);
    }
    const std::shared_ptr<Content> content = std::move(found->second);
    m_entries.erase(found);
    m_entries[target] = content;
    return {};
}

Result<void, FileError> VirtualFiles::remove(const std::filesystem::path& path)
{
    const std::string key = keyOf(path);
    if (const auto failure = failureOf(FileOperation::Remove, key)) {
        return Unexpected(*failure);
    }
    if (m_entries.erase(key) == 0) {
        return Unexpected(m_directories.contains(key) ? FileError::Io : FileError::NotFound);
    }
    return {};
}

Result<void, FileError> VirtualFiles::makeDirectories(const std::filesystem::path& path)
{
    const std::string key = keyOf(path);
    if (const auto failure = failureOf(FileOperation::MakeDirectories, key)) {
        return Unexpected(*failure);
    }
    std::vector<std::string> missing;
    for (std::string each = key; !m_directories.contains(each); each = parentOf(each)) {
        if (m_entries.contains(each)) {
            return Unexpected(each == key ? FileError::Exists : FileError::NotDirectory);
        }
        missing.push_back(each);
    }
    m_directories.insert(missing.begin(), missing.end());
    return {};
}

Result<std::vector<std::string>, FileError>
VirtualFiles::list(const std::filesystem::path& directory)
{
    const std::string key = keyOf(directory);
    if (const auto failure = failureOf(FileOperation::List, key)) {
        return Unexpected(*failure);
    }
    if (!m_directories.contains(key)) {
        return Unexpected(m_entries.contains(key) ? FileError::NotDirectory : FileError::NotFound);
    }
    std::vector<std::string> names;
    const auto add = [&](const std::string& name) {
        if (name != key && parentOf(name) == key) {
            names.push_back(std::filesystem::path(name).filename().string());
        }
    };
    std::for_each(m_directories.begin(), m_directories.end(), add);
    for (const auto& [name, content] : m_entries) {
        add(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<std::unique_ptr<util::Handle>, util::LockFailure>
VirtualFiles::lock(const std::filesystem::path& path)
{
    const std::string key = keyOf(path);
    if (const auto foreign = m_foreignLocks.find(key); foreign != m_foreignLocks.end()) {
        return Unexpected(
            util::LockFailure{.error = FileError::Exists, .holderPid = foreign->second});
    }
    if (m_locks->contains(key)) {
        return Unexpected(util::LockFailure{.error = FileError::Exists, .holderPid = OWN_PID});
    }
    const std::string text = std::to_string(OWN_PID) + "\n";
    const auto written = write(path, util::asBytes(text), util::FileAccess::Shared);
    // A full disk leaves the file empty: the lock holds all the same.
    if (!written && written.error() != FileError::NoSpace) {
        return Unexpected(util::LockFailure{.error = written.error(), .holderPid = 0});
    }
    m_locks->insert(key);
    return std::unique_ptr<util::Handle>(std::make_unique<Lock>(m_locks, key));
}

void VirtualFiles::setFailure(FileOperation operation, const std::filesystem::path& prefix,
                              std::optional<FileError> error)
{
    const std::pair key(operation, keyOf(prefix));
    if (error) {
        m_failures[key] = *error;
    } else {
        m_failures.erase(key);
    }
}

void VirtualFiles::setForeignLock(const std::filesystem::path& path, std::int64_t pid)
{
    if (pid != 0) {
        m_foreignLocks[keyOf(path)] = pid;
    } else {
        m_foreignLocks.erase(keyOf(path));
    }
}

void VirtualFiles::crash()
{
    m_entries.clear();
    for (const auto& [name, content] : m_durableEntries) {
        // A name without synced content is an empty file.
        content->seen = content->durable.value_or(std::string());
        content->durable = content->seen;
        m_entries[name] = content;
    }
    m_locks = std::make_shared<std::set<std::string>>();
}

std::optional<util::FileAccess> VirtualFiles::accessOf(const std::filesystem::path& path) const
{
    const auto found = m_entries.find(keyOf(path));
    return found == m_entries.end() ? std::nullopt : std::optional(found->second->access);
}

std::optional<FileError> VirtualFiles::failureOf(FileOperation operation,
                                                 const std::string& path) const
{
    for (const auto& [key, error] : m_failures) {
        if (key.first == operation && path.starts_with(key.second)) {
            return error;
        }
    }
    return std::nullopt;
}

bool VirtualFiles::hasParent(const std::string& path) const
{
    return m_directories.contains(parentOf(path));
}

std::size_t VirtualFiles::usedBytes() const
{
    return std::accumulate(
        m_entries.begin(), m_entries.end(), std::size_t{0},
        [](std::size_t sum, const auto& entry) { return sum + entry.second->seen.size(); });
}

} // namespace warp::sim
