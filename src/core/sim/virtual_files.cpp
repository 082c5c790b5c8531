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
    const Content& content = *found->second;
    const std::size_t size = std::max(content.seen.size(), content.reserved);
    if (size > maxBytes) {
        return Unexpected(FileError::TooLarge);
    }
    std::string text = content.seen;
    text.resize(size); // what is reserved and not yet written are zeros
    return text;
}

Result<void, FileError> VirtualFiles::write(const std::filesystem::path& path, util::ByteView bytes,
                                            util::FileAccess access)
{
    const std::string key = keyOf(path);
    if (const auto failure = beginChange(FileOperation::Write, key)) {
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
        m_changes.push_back({.name = key, .content = content, .gone = {}});
    }
    if (access == util::FileAccess::Private) {
        content->access = access;
    }
    content->seen.clear();
    content->reserved = 0;
    return fill(*content, bytes);
}

Result<void, FileError> VirtualFiles::reserve(const std::filesystem::path& path, std::size_t bytes,
                                              util::FileAccess access)
{
    WARP_CHECK(write(path, {}, access));
    Content& content = *m_entries[keyOf(path)];
    if (roomFor(0) < bytes) {
        // As posix_fallocate: nothing is kept.
        WARP_CHECK(remove(path));
        return Unexpected(FileError::NoSpace);
    }
    content.reserved = bytes;
    return {};
}

Result<void, FileError> VirtualFiles::overwrite(const std::filesystem::path& path,
                                                util::ByteView bytes)
{
    const std::string key = keyOf(path);
    if (const auto failure = beginChange(FileOperation::Write, key)) {
        return Unexpected(*failure);
    }
    const auto found = m_entries.find(key);
    if (found == m_entries.end()) {
        return Unexpected(FileError::NotFound);
    }
    return fill(*found->second, bytes);
}

Result<void, FileError> VirtualFiles::fill(Content& content, util::ByteView bytes)
{
    const bool isCut = m_hasStopped;
    const std::size_t owned = std::max(content.reserved, content.seen.size());
    const std::size_t wanted = isCut ? bytes.size() / 2 : bytes.size();
    const std::size_t fitting = std::min(roomFor(owned), wanted);
    const std::string text(util::asText(bytes.first(fitting)));
    m_bytesWritten += fitting;
    if (isCut || fitting < bytes.size()) {
        // As on a real disk, what fitted stays.
        content.seen.replace(0, std::min(fitting, content.seen.size()), text);
        return Unexpected(isCut ? FileError::Io : FileError::NoSpace);
    }
    content.seen = text;
    content.reserved = 0;
    return {};
}

Result<void, FileError> VirtualFiles::sync(const std::filesystem::path& path)
{
    const std::string key = keyOf(path);
    if (const auto failure = beginChange(FileOperation::Sync, key)) {
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
    std::erase_if(m_changes, [&](const NameChange& change) {
        if (parentOf(change.name) != key) {
            return false;
        }
        apply(change, m_durableEntries);
        return true;
    });
    return {};
}

Result<void, FileError> VirtualFiles::rename(const std::filesystem::path& from,
                                             const std::filesystem::path& to)
{
    const std::string source = keyOf(from);
    const std::string target = keyOf(to);
    if (const auto failure = failureOf(FileOperation::Rename, target)) {
        return Unexpected(*failure);
    }
    if (const auto failure = beginChange(FileOperation::Rename, source)) {
        return Unexpected(*failure);
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
    m_changes.push_back({.name = target, .content = content, .gone = source});
    return {};
}

Result<void, FileError> VirtualFiles::remove(const std::filesystem::path& path)
{
    const std::string key = keyOf(path);
    if (const auto failure = beginChange(FileOperation::Remove, key)) {
        return Unexpected(*failure);
    }
    if (m_entries.erase(key) == 0) {
        return Unexpected(m_directories.contains(key) ? FileError::Io : FileError::NotFound);
    }
    m_changes.push_back({.name = key, .content = nullptr, .gone = {}});
    return {};
}

Result<void, FileError> VirtualFiles::makeDirectories(const std::filesystem::path& path)
{
    const std::string key = keyOf(path);
    if (const auto failure = beginChange(FileOperation::MakeDirectories, key)) {
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

Result<util::DiskSpace, FileError> VirtualFiles::space(const std::filesystem::path& /*path*/)
{
    return reportedSpace ? Result<util::DiskSpace, FileError>(*reportedSpace)
                         : util::Unexpected(FileError::Io);
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

void VirtualFiles::stopAt(std::uint64_t number, StopPoint point)
{
    m_stopAt = m_changeCount + number;
    m_stopPoint = point;
}

void VirtualFiles::crash(CrashLoss loss, std::uint64_t seed)
{
    util::SeededRandom random(seed);
    for (const NameChange& change : std::exchange(m_changes, {})) {
        const bool isKept =
            loss == CrashLoss::Nothing || (loss == CrashLoss::Torn && random.below(2) == 0);
        if (isKept) {
            apply(change, m_durableEntries);
        }
    }
    m_entries = m_durableEntries;
    for (const auto& [name, content] : m_entries) {
        if (loss == CrashLoss::Torn && content->durable != content->seen) {
            tear(*content, random);
        } else if (loss == CrashLoss::Unsynced) {
            // A name without synced content is an empty file.
            content->seen = content->durable.value_or(std::string());
        }
        content->durable = content->seen;
    }
    m_locks = std::make_shared<std::set<std::string>>();
    m_stopAt.reset();
    m_hasStopped = false;
}

void VirtualFiles::apply(const NameChange& change, Entries& entries)
{
    if (!change.gone.empty()) {
        entries.erase(change.gone);
    }
    if (change.content) {
        entries[change.name] = change.content;
    } else {
        entries.erase(change.name);
    }
}

void VirtualFiles::tear(Content& content, util::Random& random)
{
    constexpr std::size_t BLOCK = 512;
    const std::string old = content.durable.value_or(std::string());
    switch (random.below(4)) {
    case 0: // nothing of it came to the disk
        content.seen = old;
        return;
    case 1: // all of it did
        return;
    case 2: // the first bytes did
        content.seen.resize(random.below(content.seen.size() + 1));
        return;
    default: // some blocks did; the others are what was there, or zeros
        for (std::size_t start = 0; start < content.seen.size(); start += BLOCK) {
            if (random.below(2) == 0) {
                const std::size_t size = std::min(BLOCK, content.seen.size() - start);
                std::string before = start < old.size() ? old.substr(start, size) : std::string();
                before.resize(size);
                content.seen.replace(start, size, before);
            }
        }
        return;
    }
}

std::optional<FileError> VirtualFiles::beginChange(FileOperation operation, const std::string& key)
{
    if (m_hasStopped) {
        return FileError::Io;
    }
    if (const auto failure = failureOf(operation, key)) {
        return failure;
    }
    if (m_changeCount++ == m_stopAt) {
        m_hasStopped = true;
        // Half a write is made by fill().
        const bool isHalfDone =
            m_stopPoint == StopPoint::Within && operation == FileOperation::Write;
        return isHalfDone ? std::nullopt : std::optional(FileError::Io);
    }
    return std::nullopt;
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

std::size_t VirtualFiles::roomFor(std::size_t owned) const
{
    // Its own bytes count as used.
    const std::size_t used = std::accumulate(
        m_entries.begin(), m_entries.end(), std::size_t{0}, [](std::size_t sum, const auto& entry) {
            const Content& content = *entry.second;
            return sum + std::max(content.seen.size(), content.reserved);
        });
    const std::size_t others = used - std::min(used, owned);
    const std::size_t available = m_capacity - std::min(m_capacity, others);
    return std::max(owned, available);
}

} // namespace warp::sim
