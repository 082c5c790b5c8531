#include "core/engine/history_keeper.h"

#include "core/engine/worker_table.h"
#include "core/interfaces/history_sums.h"
#include "core/mining/miner_class.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

using interfaces::HistoryBucket;
using interfaces::WorkerView;

namespace {

HistoryBucket& bucketOf(store::HistoryBatch& batch, const std::string& worker,
                        const HistoryBucket& empty)
{
    return batch.workers.try_emplace({empty.start, worker}, empty).first->second;
}

void addTally(HistoryBucket& bucket, const ShareTally& tally)
{
    interfaces::ShareCounters counters;
    accumulate(counters, tally);
    bucket.acceptedWork += counters.acceptedWork;
    bucket.accepted += counters.accepted;
    bucket.stale += counters.stale;
    bucket.refused += counters.refused() - counters.stale;
    bucket.best = std::max(bucket.best, tally.best);
}

std::string classOf(const std::string& userAgent)
{
    return std::string(mining::traits(mining::classifyUserAgent(userAgent)).name);
}

/// What the session asks of it; of all its workers together where it is not named alone.
util::Difficulty difficultyOf(const SessionDelta& session, const std::string& worker)
{
    const auto found = std::ranges::find(session.workers, worker, &stratum::SessionWorker::name);
    return found != session.workers.end() ? found->difficulty : session.difficulty;
}

/// Whether it mines: a name alone, without a share, is nothing to remember.
bool isMining(const WorkerView& worker)
{
    return worker.sessions != 0 && worker.lastShare;
}

} // namespace

HistoryKeeper::HistoryKeeper(const util::Clock& clock, std::uint64_t bootId, Sinks sinks)
    : m_clock(clock)
    , m_bootId(bootId)
    , m_sinks(std::move(sinks))
    , m_minute(interfaces::startOf(clock.wall().time, interfaces::BucketSpan::OneMinute))
    , m_minuteSince(clock.boot())
    , m_lastTick(clock.boot())
{}

HistoryBucket HistoryKeeper::emptyBucket() const
{
    HistoryBucket bucket;
    bucket.start = interfaces::startOf(m_clock.wall().time, interfaces::BucketSpan::OneMinute);
    bucket.bootId = m_bootId;
    return bucket;
}

void HistoryKeeper::addShares(const ShareBatch& batch)
{
    if (batch.shares == ShareTally{} && batch.workers.empty()) {
        return;
    }
    const HistoryBucket empty = emptyBucket();
    const util::WallTime now = m_clock.wall().time;
    store::HistoryBatch history;
    addTally(history.pool.try_emplace(empty.start, empty).first->second, batch.shares);
    history.best = batch.shares.best;
    for (const WorkerDelta& delta : batch.workers) {
        const auto before = m_sinks.directory.load();
        // One that never had a good share is not worth a row, whatever it sends.
        if (delta.shares.accepted() == 0 && before->find(delta.worker) == nullptr) {
            continue;
        }
        addTally(bucketOf(history, delta.worker, empty), delta.shares);
        if (delta.shares.accepted() != 0) {
            history.lastShares.insert_or_assign(delta.worker, now);
        }
        if (delta.best) {
            history.bests.push_back(*delta.best);
            history.bests.back().foundAt = now;
        }
    }
    m_sinks.inbox.add(std::move(history));
    noteAsked(batch, now);
    noteRecord(batch.shares.best);
}

void HistoryKeeper::noteAsked(const ShareBatch& batch, util::WallTime now)
{
    for (const SessionDelta& session : batch.sessions) {
        if (session.shares.accepted() == 0) {
            continue;
        }
        for (const stratum::SessionRate& rate : session.rates) {
            store::WorkerDifficulty noted{.worker = rate.worker,
                                          .minerClass = classOf(session.userAgent),
                                          .difficulty = difficultyOf(session, rate.worker),
                                          .rate = rate.rate,
                                          .notedAt = now};
            std::pair key(noted.worker, noted.minerClass);
            if (m_asked.size() < MAX_ASKED || m_asked.contains(key)) {
                m_asked.insert_or_assign(std::move(key), std::move(noted));
            }
        }
    }
}

void HistoryKeeper::noteRecord(util::Difficulty best)
{
    const util::BootTime now = m_clock.boot();
    if (best <= m_best || (m_lastRecord && now - *m_lastRecord < RECORD_INTERVAL)) {
        return;
    }
    m_best = best;
    m_lastRecord = now;
    m_sinks.keepNow();
}

void HistoryKeeper::seedBest(util::Difficulty best)
{
    m_best = std::max(m_best, best);
}

void HistoryKeeper::addBlock(const interfaces::BlockRecord& block)
{
    store::HistoryBatch history;
    history.blocks.emplace(block.hash, block);
    m_sinks.inbox.add(std::move(history));
    m_sinks.keepNow();
}

void HistoryKeeper::onTick(const interfaces::PoolSnapshot& snapshot)
{
    const util::BootTime now = m_clock.boot();
    const HistoryBucket empty = emptyBucket();
    if (empty.start != m_minute) {
        closeMinute(snapshot, now - m_minuteSince);
        m_minute = empty.start;
        m_minuteSince = now;
    }
    // The boot clock counts sleep, in which nobody mined.
    constexpr std::chrono::seconds LONGEST_TICK{5};
    m_uncounted += std::min<util::Duration>(now - m_lastTick, LONGEST_TICK);
    m_lastTick = now;
    const auto whole = std::chrono::floor<std::chrono::seconds>(m_uncounted);
    m_uncounted -= whole;
    store::HistoryBatch history;
    HistoryBucket& bucket = history.pool.try_emplace(empty.start, empty).first->second;
    bucket.covered = whole;
    bucket.miners = snapshot.miners;
    m_sinks.inbox.add(std::move(history));
}

void HistoryKeeper::closeMinute(const interfaces::PoolSnapshot& snapshot, util::Duration length)
{
    HistoryBucket empty;
    empty.start = m_minute;
    empty.bootId = m_bootId;
    empty.covered = std::min(std::chrono::round<std::chrono::seconds>(length),
                             interfaces::lengthOf(interfaces::BucketSpan::OneMinute));
    store::HistoryBatch history;
    for (const WorkerView& worker : snapshot.workers) {
        if (isMining(worker)) {
            bucketOf(history, worker.name, empty).miners = worker.sessions;
        }
    }
    noteDifficulties(snapshot, history);
    m_sinks.inbox.add(std::move(history));
}

void HistoryKeeper::noteDifficulties(const interfaces::PoolSnapshot& snapshot,
                                     store::HistoryBatch& batch)
{
    const bool isToBeKept = --m_minutesToNote == 0;
    if (isToBeKept) {
        m_minutesToNote = NOTE_MINUTES;
    }
    const util::WallTime now = m_clock.wall().time;
    auto directory = std::make_shared<store::WorkerDirectory>(*m_sinks.directory.load());
    const auto note = [&](const WorkerView& worker, store::WorkerDifficulty noted) {
        const auto* const known = directory->find(worker.name, noted.minerClass);
        if (known != nullptr && noted.rate.value() <= 0) {
            noted.rate = known->rate; // until its shares tell more
            noted.notedAt = known->notedAt;
        }
        directory->note(worker, noted);
        if (isToBeKept) {
            std::pair key(noted.worker, noted.minerClass);
            batch.difficulties.insert_or_assign(std::move(key), std::move(noted));
        }
    };
    for (const WorkerView& worker : snapshot.workers) {
        const std::string minerClass = classOf(worker.userAgent);
        if (isMining(worker) && !m_asked.contains({worker.name, minerClass})) {
            note(worker, {.worker = worker.name,
                          .minerClass = minerClass,
                          .difficulty = worker.difficulty,
                          .rate = worker.minerRate,
                          .notedAt = worker.lastShare.value_or(now)});
        }
        for (auto it = m_asked.lower_bound({worker.name, {}});
             it != m_asked.end() && it->first.first == worker.name; ++it) {
            note(worker, it->second);
        }
    }
    if (isToBeKept) {
        m_asked.clear();
    }
    m_sinks.directory.store(std::move(directory));
}

} // namespace warp::engine
