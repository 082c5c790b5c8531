#include "core/engine/block_spool.h"

#include "core/util/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace warp::engine {

using interfaces::BlockState;
using util::FileError;
using util::Unexpected;

namespace {

constexpr auto WRITE_ISSUE = "spool_unwritable";
constexpr auto SPACE_ISSUE = "spool_space_missing";
constexpr auto DAMAGE_ISSUE = "spool_file_damaged";
constexpr std::string_view BLOCK_END = ".block";
constexpr std::string_view STATE_END = ".state";
constexpr std::string_view UNFINISHED_END = ".new";
constexpr std::string_view RESERVE_START = "reserve-";
constexpr std::string_view DAMAGED_END = ".damaged";

std::string stateName(const bitcoin::Hash256& hash)
{
    return bitcoin::toDisplayHex(hash).append(STATE_END);
}

std::string blockName(const bitcoin::Hash256& hash)
{
    return bitcoin::toDisplayHex(hash).append(BLOCK_END);
}

std::string reserveName(int number)
{
    return fmt::format("{}{}", RESERVE_START, number);
}

bool isDone(BlockState state)
{
    return state == BlockState::Confirmed || state == BlockState::Rejected ||
           state == BlockState::Superseded;
}

} // namespace

BlockSpool::BlockSpool(util::Executor& executor, util::Files& files, std::filesystem::path folder,
                       Hosted<Statistics>& statistics, Callbacks callbacks)
    : m_executor(executor)
    , m_files(files)
    , m_folder(std::move(folder))
    , m_statistics(statistics)
    , m_callbacks(std::move(callbacks))
{
    load();
}

std::filesystem::path BlockSpool::pathOf(const std::filesystem::path& folder,
                                         const bitcoin::Hash256& hash)
{
    return folder / blockName(hash);
}

void BlockSpool::load()
{
    auto blocks = loadFolder();
    if (!blocks) {
        m_problem = fmt::format("{}: {}", m_folder.string(), describe(blocks.error()));
        noteOutcome();
        workLater(RETRY_INTERVAL);
        return;
    }
    m_isLoaded = true;
    m_problem.clear();
    replenish();
    noteOutcome();
    if (!m_unwritten.empty() || !m_unsaved.empty()) {
        workLater(util::Duration::zero()); // found while the folder could not be used
    } else if (m_isReserveWanted) {
        workLater(RETRY_INTERVAL);
    }
    if (!blocks->empty()) {
        LOG_INFO(Engine, "{} blocks in the spool", blocks->size());
    }
    m_callbacks.onLoaded(std::move(*blocks));
}

util::Result<std::vector<SpooledBlock>, FileError> BlockSpool::loadFolder()
{
    m_hasUnreadable = false;
    m_reserves.clear();
    m_kept.clear();
    WARP_CHECK(m_files.makeDirectories(m_folder));
    WARP_TRY(names, m_files.list(m_folder));
    for (const std::string& name : names) {
        if (name.ends_with(DAMAGED_END)) {
            continue;
        }
        if (name.ends_with(UNFINISHED_END)) {
            recoverUnfinished(name);
        } else if (name.starts_with(RESERVE_START)) {
            recoverReserve(name);
        }
    }
    WARP_TRY(found, m_files.list(m_folder));
    std::map<bitcoin::Hash256, SpooledBlock> blocks;
    for (const std::string& name : found) {
        if (name.ends_with(STATE_END)) {
            auto state = readFile(SpoolKind::State, name);
            if (state) {
                blocks.insert_or_assign(state->record.hash, std::move(*state));
            } else {
                quarantine(name, state.error());
            }
        }
    }
    for (const std::string& name : found) {
        if (name.ends_with(BLOCK_END)) {
            loadBlock(name, blocks);
        }
    }
    if (m_hasUnreadable && ++m_loadTries < MAX_LOAD_TRIES) {
        return Unexpected(FileError::Io); // it may pass: too many open files, a disk that wakes up
    }
    std::vector<SpooledBlock> list;
    list.reserve(blocks.size());
    for (auto& [hash, block] : blocks) {
        list.push_back(std::move(block));
    }
    std::sort(list.begin(), list.end(), [](const SpooledBlock& left, const SpooledBlock& right) {
        return std::tie(left.record.foundAt, left.record.hash) <
               std::tie(right.record.foundAt, right.record.hash);
    });
    for (const SpooledBlock& block : list) {
        if (isDone(block.record.state)) {
            letGo(block);
        }
    }
    return list;
}

void BlockSpool::recoverReserve(const std::string& name)
{
    const auto block = readFile(SpoolKind::Block, name);
    if (block) {
        // The program ended between the write and the rename.
        const auto target = pathOf(m_folder, block->record.hash);
        if (m_files.rename(m_folder / name, target)) {
            static_cast<void>(m_files.sync(m_folder).hasValue());
        } else {
            m_kept.insert(name);
        }
    } else if (block.error() == SpoolFault::Empty) {
        for (int number = 0; number < RESERVE_NUMBERS; ++number) {
            if (name == reserveName(number)) {
                m_reserves.insert(number);
            }
        }
    } else {
        quarantine(name, block.error());
        m_kept.insert(name); // under this name still, or gone from it
    }
}

void BlockSpool::recoverUnfinished(const std::string& name)
{
    const std::string whole = name.substr(0, name.size() - UNFINISHED_END.size());
    if (!whole.ends_with(BLOCK_END)) {
        // A state that was being replaced: the old one stands.
        static_cast<void>(m_files.remove(m_folder / name).hasValue());
        return;
    }
    const auto block = readFile(SpoolKind::Block, name);
    if (block) {
        static_cast<void>(m_files.rename(m_folder / name, m_folder / whole).hasValue());
        static_cast<void>(m_files.sync(m_folder).hasValue());
    } else {
        quarantine(name, block.error());
    }
}

util::Result<SpooledBlock, SpoolFault> BlockSpool::readFile(SpoolKind kind, const std::string& name)
{
    const auto text = m_files.read(m_folder / name, MAX_SPOOL_FILE_BYTES + 1);
    if (!text) {
        return Unexpected(text.error() == FileError::TooLarge ? SpoolFault::Torn
                                                              : SpoolFault::Unreadable);
    }
    return decodeSpoolFile(kind, *text);
}

void BlockSpool::loadBlock(const std::string& name,
                           std::map<bitcoin::Hash256, SpooledBlock>& blocks)
{
    const auto hash =
        bitcoin::fromDisplayHex(std::string_view(name).substr(0, name.size() - BLOCK_END.size()));
    if (hash) {
        const auto known = blocks.find(*hash);
        if (known != blocks.end() && known->second.record.state != BlockState::Pending) {
            return; // its bytes are read when somebody needs them
        }
    }
    auto block = readFile(SpoolKind::Block, name);
    if (!block || !hash || block->record.hash != *hash) {
        quarantine(name, block ? SpoolFault::Malformed : block.error());
        return;
    }
    const auto [known, isNew] = blocks.try_emplace(*hash, *block);
    if (!isNew) {
        known->second.bytes = block->bytes;
    }
}

void BlockSpool::quarantine(const std::string& name, SpoolFault fault)
{
    if (fault == SpoolFault::NewVersion) {
        return; // it waits for the program that wrote it
    }
    std::filesystem::path path = m_folder / name;
    if (fault == SpoolFault::Unreadable) {
        m_hasUnreadable = true; // nothing is known of what is in it
    } else {
        path += DAMAGED_END;
        static_cast<void>(m_files.rename(m_folder / name, path).hasValue());
    }
    m_statistics.post([detail = fmt::format("{}: {}", path.string(), describe(fault))](
                          Statistics& statistics) { statistics.raiseIssue(DAMAGE_ISSUE, detail); });
}

BlockSpool::FileResult BlockSpool::store(const SpooledBlock& block)
{
    const std::string text = encodeSpoolFile(SpoolKind::Block, block);
    const std::filesystem::path path = pathOf(m_folder, block.record.hash);
    std::string written; // a reserve that may have the block, under its own name
    if (!m_reserves.empty() && text.size() <= MAX_SPOOL_FILE_BYTES) {
        const std::string name = reserveName(*m_reserves.begin());
        m_reserves.erase(m_reserves.begin());
        // Synced under its old name, which is durable: from here on no power loss takes it.
        const std::filesystem::path reserve = m_folder / name;
        if (m_files.overwrite(reserve, util::asBytes(text))) {
            written = name;
            if (m_files.sync(reserve) && m_files.rename(reserve, path)) {
                return m_files.sync(m_folder);
            }
        }
    }
    auto replaced = m_files.replaceDurably(path, util::asBytes(text), util::FileAccess::Private);
    if (!replaced) {
        // What a full disk left of it is of no use.
        std::filesystem::path remains = path;
        remains += UNFINISHED_END;
        static_cast<void>(m_files.remove(remains).hasValue());
        if (!written.empty()) {
            m_kept.insert(written); // perhaps the only copy: the next start finds it
        }
    }
    return replaced;
}

void BlockSpool::keep(const SpooledBlock& block)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    const auto stored = store(block);
    if (stored) {
        m_problem.clear();
        m_unwritten.erase(block.record.hash);
        m_isReserveWanted = true;
        workLater(LAZY_DELAY);
    } else {
        m_problem = fmt::format("{}: {}", pathOf(m_folder, block.record.hash).string(),
                                describe(stored.error()));
        m_unwritten.insert_or_assign(block.record.hash, block);
        workLater(RETRY_INTERVAL);
    }
    noteOutcome();
}

void BlockSpool::saveState(const SpooledBlock& block)
{
    enqueue(block, Stage::Open);
}

void BlockSpool::finish(const SpooledBlock& block)
{
    m_unwritten.erase(block.record.hash);
    enqueue(block, Stage::Done);
}

void BlockSpool::enqueue(const SpooledBlock& block, Stage stage)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    Unsaved& unsaved = m_unsaved[block.record.hash];
    unsaved = {.block = block, .stage = stage};
    unsaved.block.bytes.reset();
    workLater(LAZY_DELAY);
}

void BlockSpool::save(const SpooledBlock& block, Stage stage)
{
    const std::filesystem::path path = m_folder / stateName(block.record.hash);
    const std::string text = encodeSpoolFile(SpoolKind::State, block);
    const auto saved = m_files.replaceDurably(path, util::asBytes(text), util::FileAccess::Private);
    if (!saved) {
        m_problem = fmt::format("{}: {}", path.string(), describe(saved.error()));
        m_unsaved.try_emplace(block.record.hash, Unsaved{.block = block, .stage = stage});
        return;
    }
    m_problem.clear();
    if (stage == Stage::Done) {
        letGo(block);
        m_isReserveWanted = true;
    }
}

void BlockSpool::flush()
{
    WARP_EXPECT_EXECUTOR(m_executor);
    for (const auto& [hash, block] : std::exchange(m_unwritten, {})) {
        keep(block);
    }
    for (const auto& [hash, unsaved] : std::exchange(m_unsaved, {})) {
        save(unsaved.block, unsaved.stage);
    }
}

void BlockSpool::workLater(util::Duration delay)
{
    if (!m_timer) {
        m_timer = m_executor.after(delay, [this] {
            const util::TimerHandle fired = std::move(m_timer);
            workOn();
        });
    }
}

void BlockSpool::workOn()
{
    if (!m_isLoaded) {
        load();
        return;
    }
    if (!m_problem.empty()) {
        // Everything once, because what fails must not keep the rest from being tried.
        flush();
    } else if (!m_unwritten.empty()) {
        const auto block = m_unwritten.extract(m_unwritten.begin());
        keep(block.mapped());
    } else if (!m_unsaved.empty()) {
        const auto unsaved = m_unsaved.extract(m_unsaved.begin());
        save(unsaved.mapped().block, unsaved.mapped().stage);
    }
    if (m_unsaved.empty() || !m_problem.empty()) {
        replenish();
    }
    noteOutcome();
    const bool isWaiting = !m_unwritten.empty() || !m_unsaved.empty() || m_isReserveWanted;
    if (isWaiting) {
        workLater(m_problem.empty() && !m_isShort ? util::Duration::zero() : RETRY_INTERVAL);
    }
}

void BlockSpool::letGo(const SpooledBlock& block)
{
    const bitcoin::Hash256& hash = block.record.hash;
    const auto drop = [this](const bitcoin::Hash256& gone) {
        // Not there is as good as removed; a name that comes back after a crash is removed again.
        static_cast<void>(m_files.remove(pathOf(m_folder, gone)).hasValue());
    };
    if (block.record.state == BlockState::Rejected) {
        m_rejected.push_back(hash);
        if (m_rejected.size() > REJECTED_KEPT) {
            drop(m_rejected.front());
            m_rejected.pop_front();
        }
    } else {
        drop(hash);
    }
    m_history.push_back(hash);
    if (m_history.size() > HISTORY_KEPT) {
        drop(m_history.front());
        std::erase(m_rejected, m_history.front());
        static_cast<void>(m_files.remove(m_folder / stateName(m_history.front())).hasValue());
        m_history.pop_front();
    }
}

void BlockSpool::readBack(const SpooledBlock& block)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    SpooledBlock answer = block;
    const std::string name = blockName(block.record.hash);
    auto read = readFile(SpoolKind::Block, name);
    if (read && read->record.hash == block.record.hash) {
        answer.bytes = read->bytes;
    } else {
        LOG_WARNING(Engine, "{} cannot be read again", (m_folder / name).string());
    }
    m_callbacks.onRead(answer);
}

void BlockSpool::replenish()
{
    std::string problem;
    bool isNew = false;
    for (int number = 0; number < RESERVE_NUMBERS; ++number) {
        if (m_reserves.size() >= RESERVES) {
            break;
        }
        if (m_reserves.contains(number) || m_kept.contains(reserveName(number))) {
            continue;
        }
        const std::filesystem::path path = m_folder / reserveName(number);
        auto made = m_files.reserve(path, MAX_SPOOL_FILE_BYTES, util::FileAccess::Private);
        if (made) {
            made = m_files.sync(path);
        }
        if (!made) {
            problem = fmt::format("{}: {}", path.string(), describe(made.error()));
            continue;
        }
        m_reserves.insert(number);
        isNew = true;
    }
    if (isNew) {
        static_cast<void>(m_files.sync(m_folder).hasValue());
    }
    m_isReserveWanted = !problem.empty();
    m_isShort = m_isReserveWanted;
    m_statistics.post([problem](Statistics& statistics) {
        if (problem.empty()) {
            statistics.clearIssue(SPACE_ISSUE);
        } else {
            statistics.raiseIssue(SPACE_ISSUE, problem, interfaces::Severity::Critical);
        }
    });
}

void BlockSpool::noteOutcome()
{
    m_statistics.post([problem = m_problem](Statistics& statistics) {
        if (problem.empty()) {
            statistics.clearIssue(WRITE_ISSUE);
        } else {
            statistics.raiseIssue(WRITE_ISSUE, problem);
        }
    });
}

} // namespace warp::engine
