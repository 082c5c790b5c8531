#include "core/store/inbox.h"

#include "core/interfaces/history_sums.h"

#include <algorithm>
#include <utility>

namespace warp::store {

using interfaces::BucketSpan;
using interfaces::HistoryBucket;
using interfaces::startOf;

namespace {

util::WallTime& timeOf(util::WallTime& key)
{
    return key;
}

util::WallTime& timeOf(std::pair<util::WallTime, std::string>& key)
{
    return key.first;
}

/// Makes the minutes of each quarter of an hour one row.
template <class Rows>
void coarsen(Rows& rows)
{
    Rows coarse;
    for (const auto& [key, bucket] : rows) {
        auto quarter = key;
        timeOf(quarter) = startOf(timeOf(quarter), BucketSpan::FifteenMinutes);
        const auto [place, isNew] = coarse.try_emplace(quarter, bucket);
        if (isNew) {
            place->second.start = timeOf(quarter);
        } else {
            merge(place->second, bucket);
        }
    }
    rows.swap(coarse);
}

template <class Rows>
void dropOldest(Rows& rows, std::size_t limit, Dropped& dropped)
{
    while (rows.size() > limit) {
        ++dropped.buckets;
        dropped.shares += rows.begin()->second.accepted;
        rows.erase(rows.begin());
    }
}

template <class Map>
void cut(Map& map, std::size_t limit)
{
    while (map.size() > limit) {
        map.erase(std::prev(map.end()));
    }
}

void boundBuckets(HistoryBatch& batch, const Inbox::Limits& limits, Dropped& dropped)
{
    if (batch.pool.size() + batch.workers.size() <= limits.buckets) {
        return;
    }
    coarsen(batch.workers);
    // Half of the room is the pool's own, which has one row a minute.
    if (batch.pool.size() > limits.buckets / 2) {
        coarsen(batch.pool);
        dropOldest(batch.pool, limits.buckets / 2, dropped);
    }
    if (batch.pool.size() + batch.workers.size() > limits.buckets) {
        dropOldest(batch.workers, limits.buckets - batch.pool.size(), dropped);
    }
}

void bound(HistoryBatch& batch, const Inbox::Limits& limits, Dropped& dropped)
{
    boundBuckets(batch, limits, dropped);
    if (batch.bests.size() > limits.bests) {
        // The best ones stay.
        std::ranges::sort(batch.bests, [](const auto& left, const auto& right) {
            return left.difficulty > right.difficulty;
        });
        dropped.bests += batch.bests.size() - limits.bests;
        batch.bests.resize(limits.bests);
    }
    if (batch.blocks.size() > limits.blocks) {
        // The spool has them as well.
        dropped.blocks += batch.blocks.size() - limits.blocks;
        cut(batch.blocks, limits.blocks);
    }
    cut(batch.lastShares, limits.names);
    cut(batch.difficulties, limits.names);
}

} // namespace

void Inbox::add(HistoryBatch&& batch)
{
    const util::MutexLock lock(m_mutex);
    m_batch.append(std::move(batch));
    bound(m_batch, m_limits, m_dropped);
}

HistoryBatch Inbox::take()
{
    const util::MutexLock lock(m_mutex);
    return std::exchange(m_batch, {});
}

void Inbox::putBack(HistoryBatch&& batch)
{
    const util::MutexLock lock(m_mutex);
    batch.append(std::exchange(m_batch, {}));
    m_batch = std::move(batch);
    bound(m_batch, m_limits, m_dropped);
}

void Inbox::giveUp(const HistoryBatch& batch)
{
    const util::MutexLock lock(m_mutex);
    m_dropped.buckets += batch.pool.size() + batch.workers.size();
    for (const auto& [start, bucket] : batch.pool) {
        m_dropped.shares += bucket.accepted;
    }
    m_dropped.bests += batch.bests.size();
    m_dropped.blocks += batch.blocks.size();
}

void Inbox::overlay(const interfaces::HistoryQuery& query, interfaces::HistoryReply& reply) const
{
    const auto add = [&](const HistoryBucket& bucket) {
        const util::WallTime start = startOf(bucket.start, query.span);
        if (start < query.from || start >= query.to) {
            return;
        }
        const auto place = std::ranges::lower_bound(
            reply.buckets, std::pair(start, bucket.bootId), {},
            [](const HistoryBucket& each) { return std::pair(each.start, each.bootId); });
        if (place != reply.buckets.end() && place->start == start &&
            place->bootId == bucket.bootId) {
            merge(*place, bucket);
        } else if (!reply.isCut && reply.buckets.size() < query.limit) {
            const auto added = reply.buckets.insert(place, bucket);
            added->start = start;
        } else {
            reply.isCut = true;
        }
    };
    const util::MutexLock lock(m_mutex);
    if (query.worker.empty()) {
        for (const auto& [start, bucket] : m_batch.pool) {
            add(bucket);
        }
        return;
    }
    for (const auto& [key, bucket] : m_batch.workers) {
        if (key.second == query.worker) {
            add(bucket);
        }
    }
}

void Inbox::forget(std::string_view worker)
{
    const util::MutexLock lock(m_mutex);
    std::erase_if(m_batch.workers, [&](const auto& row) { return row.first.second == worker; });
    std::erase_if(m_batch.lastShares, [&](const auto& row) { return row.first == worker; });
    std::erase_if(m_batch.difficulties, [&](const auto& row) { return row.first.first == worker; });
    std::erase_if(m_batch.bests, [&](const auto& share) { return share.worker == worker; });
}

bool Inbox::hasBlocks() const
{
    const util::MutexLock lock(m_mutex);
    return !m_batch.blocks.empty();
}

Dropped Inbox::dropped() const
{
    const util::MutexLock lock(m_mutex);
    return m_dropped;
}

} // namespace warp::store
