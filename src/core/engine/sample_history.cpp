#include "core/engine/sample_history.h"

#include "core/bitcoin/sha256d.h"
#include "core/interfaces/history_sums.h"
#include "core/store/archive.h"
#include "core/util/hashes.h"
#include "core/util/random.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

namespace warp::engine {

namespace {

using interfaces::BucketSpan;
using interfaces::HistoryBucket;

constexpr std::chrono::days DAY{1};
constexpr std::chrono::minutes MINUTE{1};
constexpr std::chrono::minutes QUARTER{15};
/// Workers' rows of days of which only the day stays.
constexpr std::chrono::minutes LONG_SPAN{4 * 60};
constexpr double SHARES_A_MINUTE = 6;
constexpr double OFFLINE_PART = 0.02;
/// A run of the program lasts so long.
constexpr int DAYS_A_RUN = 11;
constexpr int DAYS_A_BLOCK = 60;

struct Rig
{
    std::string name;
    std::string kind;
    double difficulty = 0;
};

class SampleMaker
{
public:
    SampleMaker(const SampleOptions& options, store::Archive& archive)
        : m_options(options)
        , m_archive(archive)
        , m_random(options.seed)
    {
        constexpr std::array KINDS{"bitaxe", "nerdminer", "antminer", "avalon", "whatsminer"};
        constexpr std::array DIFFICULTIES{2048.0, 0.00015, 200000.0, 65536.0, 200000.0};
        for (int i = 0; i < options.workers; ++i) {
            const auto kind = m_random.below(KINDS.size());
            m_rigs.push_back({.name = fmt::format("bc1qsampleaddress.rig{:03}", i),
                              .kind = KINDS.at(kind),
                              .difficulty = DIFFICULTIES.at(kind)});
        }
    }

    store::StoreResult<void> makeDay(int day, const store::Retention& retention)
    {
        const util::WallTime start = interfaces::startOf(m_options.end, BucketSpan::OneMinute) -
                                     DAY * (m_options.days - day);
        if (day % DAYS_A_RUN == 0) {
            m_bootId = m_random.uint64();
        }
        // What would be taken away at once is made as the longer spans that stay of it.
        const bool hasMinutes = start + DAY > m_options.end - retention.minutes;
        const bool hasQuarters = start + DAY > m_options.end - retention.workerQuarters;
        const std::chrono::minutes step = hasMinutes ? MINUTE : QUARTER;
        store::HistoryBatch batch;
        for (util::WallTime time = start; time < start + DAY; time += step) {
            const bool isWhole = hasQuarters || (time - start) % LONG_SPAN == MINUTE * 0;
            addSpan(batch, time, step, isWhole ? (hasQuarters ? step : LONG_SPAN) : MINUTE * 0);
        }
        if (day % DAYS_A_BLOCK == DAYS_A_BLOCK / 2) {
            addBlock(batch, start);
        }
        addDifficulties(batch, start + DAY);
        WARP_CHECK(m_archive.commit(batch, start + DAY));
        WARP_CHECK(m_archive.prune(retention, start + DAY));
        return {};
    }

private:
    /// @param workers  how long the workers' rows are; zero for none at this time
    void addSpan(store::HistoryBatch& batch, util::WallTime time, std::chrono::minutes length,
                 std::chrono::minutes workers)
    {
        HistoryBucket empty;
        empty.start = time;
        empty.bootId = m_bootId;
        empty.covered = length;
        HistoryBucket pool = empty;
        for (const Rig& rig : m_rigs) {
            if (m_random.unit() < OFFLINE_PART) {
                continue;
            }
            HistoryBucket bucket = empty;
            addShares(bucket, rig, length);
            interfaces::merge(pool, bucket);
            if (workers == MINUTE * 0) {
                continue;
            }
            HistoryBucket own = empty;
            own.covered = workers;
            addShares(own, rig, workers);
            noteBest(batch, rig, own);
            batch.lastShares.insert_or_assign(rig.name, time);
            batch.workers.emplace(std::pair(time, rig.name), own);
        }
        pool.covered = length;
        pool.miners = static_cast<std::uint32_t>(m_rigs.size());
        batch.best = std::max(batch.best, pool.best);
        batch.pool.emplace(time, pool);
    }

    void addShares(HistoryBucket& bucket, const Rig& rig, std::chrono::minutes length)
    {
        const double expected = SHARES_A_MINUTE * static_cast<double>(length.count());
        bucket.accepted = static_cast<std::uint64_t>(expected * (0.5 + m_random.unit()));
        bucket.acceptedWork = rig.difficulty * static_cast<double>(bucket.accepted);
        bucket.stale = m_random.below(100) == 0 ? 1 : 0;
        bucket.refused = m_random.below(200) == 0 ? 1 : 0;
        // The best of n shares is n times as good as one, over a number from 0 to 1.
        bucket.best = util::Difficulty(bucket.acceptedWork / (m_random.unit() + 1e-6));
        bucket.miners = 1;
    }

    void noteBest(store::HistoryBatch& batch, const Rig& rig, const HistoryBucket& bucket)
    {
        if (bucket.best.value() < 1000 * bucket.acceptedWork) {
            return;
        }
        interfaces::BestShare share;
        share.worker = rig.name;
        share.foundAt = bucket.start;
        share.height = heightAt(bucket.start);
        share.difficulty = bucket.best;
        share.networkDifficulty = util::Difficulty(1.2e14);
        m_random.fill(share.header);
        share.coinbase.resize(250);
        m_random.fill(share.coinbase);
        share.branch.resize(12);
        for (bitcoin::Hash256& hash : share.branch) {
            m_random.fill(hash.bytes);
        }
        share.hash = bitcoin::sha256d(share.header);
        batch.bests.push_back(std::move(share));
    }

    void addBlock(store::HistoryBatch& batch, util::WallTime time)
    {
        interfaces::BlockRecord block;
        m_random.fill(block.hash.bytes);
        std::fill(block.hash.bytes.end() - 10, block.hash.bytes.end(), std::byte{0});
        block.height = heightAt(time);
        block.state = interfaces::BlockState::Confirmed;
        block.worker = m_rigs.empty() ? "" : m_rigs.front().name;
        block.payments = {{.address = "bc1qsampleaddress", .value = util::Satoshi(312'500'000)}};
        block.confirmations = 100;
        block.foundAt = time;
        batch.blocks.emplace(block.hash, block);
    }

    void addDifficulties(store::HistoryBatch& batch, util::WallTime time) const
    {
        for (const Rig& rig : m_rigs) {
            const double perMinute = rig.difficulty * SHARES_A_MINUTE;
            batch.difficulties.insert_or_assign(
                std::pair(rig.name, rig.kind),
                store::WorkerDifficulty{
                    .worker = rig.name,
                    .minerClass = rig.kind,
                    .difficulty = util::Difficulty(rig.difficulty),
                    .rate = util::Hashrate(perMinute * util::HASHES_PER_DIFFICULTY / 60),
                    .notedAt = time});
        }
    }

    [[nodiscard]] std::int64_t heightAt(util::WallTime time) const
    {
        constexpr std::int64_t LAST_HEIGHT = 950'000;
        return LAST_HEIGHT - (m_options.end - time) / std::chrono::minutes(10);
    }

    const SampleOptions& m_options;
    store::Archive& m_archive;
    util::SeededRandom m_random;
    std::vector<Rig> m_rigs;
    std::uint64_t m_bootId = 1;
};

} // namespace

store::StoreResult<void> makeSampleHistory(const SampleOptions& options,
                                           const std::function<void(int day)>& onDay)
{
    store::StoreOptions storeOptions;
    storeOptions.place = options.file;
    const util::WallTime first = options.end - DAY * options.days;
    WARP_TRY(archive, store::Archive::open(storeOptions, first));
    SampleMaker maker(options, *archive);
    for (int day = 0; day < options.days; ++day) {
        WARP_CHECK(maker.makeDay(day, storeOptions.retention));
        onDay(day + 1);
    }
    return {};
}

} // namespace warp::engine
