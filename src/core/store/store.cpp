#include "core/store/store.h"

#include "core/util/disk_floor.h"
#include "core/util/log.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <type_traits>
#include <utility>
#include <variant>

namespace warp::store {

namespace {

/// Between two looks at large tables, so that questions have their turn.
constexpr std::chrono::seconds CHECK_PAUSE{1};
/// Of a full database, before one batch waits for the next try.
constexpr int SHED_STEPS = 8;
constexpr std::string_view QUARANTINE_MARK = ".quarantined-";

bool isFile(const std::string& place)
{
    return dialectOf(place) == Dialect::Sqlite && place != Database::IN_MEMORY;
}

/// 20261123T002500Z
std::string stamp(util::WallTime time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time) - day);
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

interfaces::RequestError badArgument(std::string detail)
{
    return {
        .fault = interfaces::RequestFault::BadArgument, .code = {}, .detail = std::move(detail)};
}

} // namespace

Store::Store(const Surroundings& surroundings, StoreOptions options, Callbacks callbacks)
    : m_outside(surroundings)
    , m_options(std::move(options))
    , m_callbacks(std::move(callbacks))
{
    open();
    schedule();
}

Store::~Store()
{
    if (m_archive && !keepBatch()) {
        LOG_WARNING(Store, "the last moments of history could not be kept");
    }
}

void Store::open()
{
    if (const auto opened = tryOpen(); !opened) {
        onFault(opened.error());
    } else {
        onGood();
    }
}

StoreResult<void> Store::tryOpen()
{
    if (isFile(m_options.place)) {
        // SQLite would make it readable for everybody.
        const std::filesystem::path path(m_options.place);
        const auto names = m_outside.files.list(path.parent_path());
        if (names && !std::ranges::binary_search(*names, path.filename().string())) {
            static_cast<void>(m_outside.files.write(path, {}, util::FileAccess::Private));
        }
    }
    WARP_TRY(archive, Archive::open(m_options, m_outside.clock.wall().time));
    if (!m_hasReported) {
        WARP_TRY(directory, archive->workers().directory());
        WARP_TRY(best, archive->best());
        WARP_TRY(bests, archive->bestShares().read({}));
        m_hasReported = true;
        m_callbacks.onOpened(
            {.directory = std::move(directory), .best = best, .bests = std::move(bests.shares)});
    }
    m_archive = std::move(archive);
    m_wasSeen = look() == Presence::There;
    m_unchecked = isFile(m_options.place) ? Archive::largeTables() : std::vector<std::string>();
    return {};
}

Store::Presence Store::look()
{
    const std::filesystem::path path(m_options.place);
    const auto names = m_outside.files.list(path.parent_path());
    if (!names) {
        // What cannot be looked into may hold the file yet.
        return names.error() == util::FileError::NotFound ? Presence::Gone : Presence::Unknown;
    }
    return std::ranges::binary_search(*names, path.filename().string()) ? Presence::There
                                                                        : Presence::Gone;
}

bool Store::isFileGone()
{
    // What was never seen is not missed: these files may not be those of the database.
    return isFile(m_options.place) && m_wasSeen && look() == Presence::Gone;
}

void Store::schedule()
{
    util::Duration delay = m_options.commitInterval;
    if (m_trouble) {
        delay = m_retry;
    } else if (!m_unchecked.empty() || m_isPruneLeft) {
        delay = std::min<util::Duration>(delay, CHECK_PAUSE);
    }
    m_timer = m_outside.executor.after(delay, [this] {
        work();
        schedule();
    });
}

void Store::commit()
{
    // Where there is trouble, the retry comes in its time.
    if (!m_trouble) {
        work();
        schedule();
    }
}

void Store::work()
{
    if (m_archive && isFileGone()) {
        LOG_WARNING(Store, "the database is gone; a new one is begun");
        m_archive.reset();
    }
    StoreResult<void> result = m_archive ? StoreResult<void>() : tryOpen();
    if (result && !isSpaceLow()) {
        result = keepOrMakeRoom();
        if (result) {
            result = maintain();
        }
    } else if (result && m_outside.inbox.hasBlocks()) {
        // It is for them that the last of the disk is left alone.
        result = keepBatch();
    }
    if (!result) {
        onFault(result.error());
    } else {
        onGood();
    }
    reportDropped();
    endIssues();
}

bool Store::isSpaceLow()
{
    return isFile(m_options.place) &&
           util::isBelowFloor(m_outside.files,
                              std::filesystem::path(m_options.place).parent_path());
}

StoreResult<void> Store::keepOrMakeRoom()
{
    auto result = keepBatch();
    if (result || result.error().fault != StoreFault::Full) {
        return result;
    }
    // It makes quarters before their minutes go, for which there may be no room either.
    if (auto pruned = prune(); !pruned && pruned.error().fault != StoreFault::Full) {
        return pruned;
    }
    return shedFor([this] { return keepBatch(); });
}

StoreResult<void> Store::shedFor(const std::function<StoreResult<void>()>& work)
{
    auto result = work();
    const auto isFull = [&] { return !result && result.error().fault == StoreFault::Full; };
    // The space of a disk that others have filled is not ours to give.
    for (int i = 0; i < SHED_STEPS && isFull() && !isSpaceLow(); ++i) {
        WARP_TRY(left, m_archive->shed(m_outside.clock.wall().time));
        result = work();
        if (left == Leftover::Nothing) {
            break;
        }
    }
    return result;
}

StoreResult<void> Store::keepBatch()
{
    HistoryBatch batch = m_outside.inbox.take();
    if (batch.isEmpty()) {
        return {};
    }
    auto result = m_archive->commit(batch, m_outside.clock.wall().time);
    if (!result && result.error().fault == StoreFault::Refused) {
        // Kept, it would hold up all that follows for ever.
        LOG_ERROR(Store, "a batch of history is refused and given up: {}",
                  util::sanitize(result.error().detail, 300));
        m_outside.inbox.giveUp(batch);
        return {};
    }
    if (!result) {
        m_outside.inbox.putBack(std::move(batch));
    }
    return result;
}

StoreResult<void> Store::maintain()
{
    if (!m_unchecked.empty()) {
        const std::string table = std::exchange(m_unchecked.back(), {});
        m_unchecked.pop_back();
        WARP_CHECK(m_archive->checkTable(table));
    }
    const util::BootTime now = m_outside.clock.boot();
    if (!m_lastPrune || now - *m_lastPrune >= PRUNE_INTERVAL || m_isPruneLeft) {
        WARP_CHECK(shedFor([this] { return prune(); }));
        m_lastPrune = now;
    }
    return {};
}

StoreResult<void> Store::prune()
{
    m_isPruneLeft = false;
    const util::WallReading wall = m_outside.clock.wall();
    // A clock that is known to be wrong must not cost history, nor one that has leapt ahead.
    if (wall.trust == util::WallTrust::Skewed) {
        return {};
    }
    WARP_TRY(isBorneOut, m_archive->isTimeBorneOut(wall.time));
    if (isBorneOut) {
        WARP_TRY(left, m_archive->prune(m_options.retention, wall.time));
        m_isPruneLeft = left == Leftover::Some;
    }
    return {};
}

void Store::onGood()
{
    if (m_trouble) {
        LOG_INFO(Store, "the database works again");
        m_callbacks.onIssueOver(std::string(code(m_trouble->fault)));
    }
    m_trouble.reset();
    m_retry = FIRST_RETRY;
}

void Store::onFault(const StoreError& error)
{
    const std::string issue(code(error.fault));
    if (m_trouble) {
        m_retry = std::min<util::Duration>(m_retry * 2, LAST_RETRY);
        if (m_trouble->fault != error.fault) {
            m_callbacks.onIssueOver(std::string(code(m_trouble->fault)));
        }
    }
    m_trouble = error;
    if (m_quarantinedAt) {
        m_quarantinedAt = m_outside.clock.boot();
    }
    LOG_WARNING(Store, "{}: {}", issue, util::sanitize(error.detail, 300));
    m_callbacks.onIssue(issue, error.detail);
    if (error.fault == StoreFault::Corrupt && isFile(m_options.place)) {
        quarantine(error);
    } else if (error.fault != StoreFault::Locked && error.fault != StoreFault::Full) {
        m_archive.reset();
    }
}

void Store::quarantine(const StoreError& error)
{
    m_archive.reset();
    const std::string aside =
        fmt::format("{}{}{}", m_options.place, QUARANTINE_MARK, stamp(m_outside.clock.wall().time));
    for (const std::string_view suffix : {"-wal", "-shm"}) {
        // Seldom there, for closing it has put them in order.
        static_cast<void>(m_outside.files.rename(fmt::format("{}{}", m_options.place, suffix),
                                                 fmt::format("{}{}", aside, suffix)));
    }
    if (const auto moved = m_outside.files.rename(m_options.place, aside); !moved) {
        LOG_WARNING(Store, "the damaged database cannot be moved: {}", describe(moved.error()));
        return;
    }
    LOG_ERROR(Store, "the damaged database is kept as {}", util::sanitize(aside, 300));
    m_quarantinedAt = m_outside.clock.boot();
    m_callbacks.onIssue(QUARANTINED_ISSUE, fmt::format("{}: {}", aside, error.detail));
    boundQuarantine();
}

void Store::boundQuarantine()
{
    const std::filesystem::path path(m_options.place);
    const std::string prefix = path.filename().string() + std::string(QUARANTINE_MARK);
    const auto names = m_outside.files.list(path.parent_path());
    std::vector<std::string> kept;
    for (const std::string& name : names ? *names : std::vector<std::string>()) {
        // The time in a name orders them; what belongs to one begins with its name.
        if (name.starts_with(prefix) && !name.ends_with("-wal") && !name.ends_with("-shm")) {
            kept.push_back(name);
        }
    }
    // The first one stays: what went wrong first had the history.
    for (std::size_t i = 1; i + MAX_QUARANTINED - 1 < kept.size(); ++i) {
        for (const std::string_view suffix : {"", "-wal", "-shm"}) {
            static_cast<void>(
                m_outside.files.remove(path.parent_path() / (kept[i] + std::string(suffix))));
        }
    }
}

void Store::reportDropped()
{
    const Dropped dropped = m_outside.inbox.dropped();
    if (dropped == m_dropped) {
        return;
    }
    m_dropped = dropped;
    m_droppedAt = m_outside.clock.boot();
    m_callbacks.onIssue(
        DROPPED_ISSUE, fmt::format("buckets {}, shares {}, best shares {}, blocks {}",
                                   dropped.buckets, dropped.shares, dropped.bests, dropped.blocks));
}

void Store::endIssues()
{
    const util::BootTime now = m_outside.clock.boot();
    if (m_quarantinedAt && !m_trouble && now - *m_quarantinedAt >= QUARANTINE_NOTICE) {
        m_quarantinedAt.reset();
        m_callbacks.onIssueOver(QUARANTINED_ISSUE);
    }
    if (m_droppedAt && now - *m_droppedAt >= DROPPED_NOTICE) {
        m_droppedAt.reset();
        m_callbacks.onIssueOver(DROPPED_ISSUE);
    }
}

void Store::setRetention(const Retention& retention)
{
    if (m_options.retention != retention) {
        m_options.retention = retention;
        m_lastPrune.reset();
        commit();
    }
}

void Store::setCommitInterval(util::Duration interval)
{
    if (m_options.commitInterval != interval) {
        m_options.commitInterval = interval;
        schedule();
    }
}

interfaces::RequestError Store::toRequestError(const StoreError& error)
{
    return {.fault = interfaces::RequestFault::NotAvailable,
            .code = std::string(code(error.fault)),
            .detail = error.detail};
}

interfaces::QueryReply Store::answer(const interfaces::Query& query)
{
    if (!m_archive) {
        return util::Unexpected(toRequestError(m_trouble.value_or(StoreError{})));
    }
    const auto toReply = [this](auto result) -> interfaces::QueryReply {
        if (!result) {
            onFault(result.error());
            schedule();
            return util::Unexpected(toRequestError(result.error()));
        }
        return interfaces::QueryAnswer(std::move(*result));
    };
    const auto ask = [&](const auto& what) -> interfaces::QueryReply {
        using Kind = std::decay_t<decltype(what)>;
        if constexpr (std::is_same_v<Kind, interfaces::HistoryQuery>) {
            if (what.from >= what.to) {
                return util::Unexpected(badArgument("from, to"));
            }
            auto history = m_archive->history(what);
            if (history) {
                m_outside.inbox.overlay(what, *history);
            }
            return toReply(std::move(history));
        } else if constexpr (std::is_same_v<Kind, interfaces::BestSharesQuery>) {
            return toReply(m_archive->bestShares().read(what));
        } else if constexpr (std::is_same_v<Kind, interfaces::BlocksQuery>) {
            return toReply(m_archive->blocks().read(what));
        } else if constexpr (std::is_same_v<Kind, interfaces::WorkersQuery>) {
            return toReply(m_archive->workers().list(what));
        } else {
            return util::Unexpected(badArgument("query"));
        }
    };
    return std::visit(ask, query);
}

template <class Work>
interfaces::CommandReply Store::change(Work&& work)
{
    if (!m_archive) {
        return util::Unexpected(toRequestError(m_trouble.value_or(StoreError{})));
    }
    // A worker of the last seconds is in the inbox alone.
    if (const auto kept = keepBatch(); !kept) {
        onFault(kept.error());
        schedule();
        return util::Unexpected(toRequestError(kept.error()));
    }
    const StoreResult<bool> isDone = work(m_archive->workers());
    if (!isDone) {
        onFault(isDone.error());
        schedule();
        return util::Unexpected(toRequestError(isDone.error()));
    }
    if (!*isDone) {
        return util::Unexpected(interfaces::RequestError{
            .fault = interfaces::RequestFault::NotFound, .code = {}, .detail = "worker"});
    }
    return interfaces::CommandAnswer(interfaces::Done{});
}

interfaces::CommandReply Store::execute(const interfaces::RenameWorker& command)
{
    if (command.label.size() > MAX_LABEL_BYTES) {
        return util::Unexpected(badArgument("label"));
    }
    return change(
        [&](WorkerTable& workers) { return workers.rename(command.worker, command.label); });
}

interfaces::CommandReply Store::execute(const interfaces::HideWorker& command)
{
    return change(
        [&](WorkerTable& workers) { return workers.hide(command.worker, command.visibility); });
}

interfaces::CommandReply Store::execute(const interfaces::ForgetWorker& command)
{
    return change([&](WorkerTable& workers) { return workers.forget(command.worker); });
}

std::optional<interfaces::WorkerView> Store::worker(const std::string& name)
{
    if (!m_archive) {
        return std::nullopt;
    }
    const auto found = m_archive->workers().one(name);
    return found ? *found : std::nullopt;
}

} // namespace warp::store
