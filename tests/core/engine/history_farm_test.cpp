// The whole engine with a database: what it keeps, what it remembers, and that nobody waits for it.

#include "core/bitcoin/merkle.h"
#include "core/bitcoin/sha256d.h"
#include "core/store/archive.h"
#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using test::Farm;
using test::worldOptions;

constexpr util::WallTime START{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

/// A folder for a database, and an engine that uses it.
class HistoryBench
{
public:
    [[nodiscard]] std::string folder() const { return m_folder.path().toStdString(); }
    [[nodiscard]] std::string path() const { return folder() + "/pool.db"; }

    [[nodiscard]] engine::EngineOptions options() const
    {
        engine::EngineOptions options = test::engineOptions();
        options.storePlace = path();
        options.storeCommitInterval = 10s;
        return options;
    }
    [[nodiscard]] std::unique_ptr<Farm> makeFarm(const std::string& stuckExecutor = {}) const
    {
        return std::make_unique<Farm>(
            worldOptions(1), options(),
            test::FarmParts{.realFolder = folder(), .stuckExecutor = stuckExecutor});
    }
    [[nodiscard]] std::unique_ptr<store::Archive> open() const
    {
        store::StoreOptions options;
        options.place = path();
        auto archive = store::Archive::open(options, START);
        return archive ? std::move(*archive) : nullptr;
    }

private:
    QTemporaryDir m_folder;
};

interfaces::HistoryReply historyOf(store::Archive& archive, const std::string& worker)
{
    const auto reply = archive.history({.worker = worker,
                                        .span = interfaces::BucketSpan::OneMinute,
                                        .from = START,
                                        .to = START + 24h});
    return reply ? *reply : interfaces::HistoryReply{};
}

std::uint64_t acceptedIn(const interfaces::HistoryReply& reply)
{
    std::uint64_t sum = 0;
    for (const auto& bucket : reply.buckets) {
        sum += bucket.accepted;
    }
    return sum;
}

bool hasIssue(const Farm& farm, const std::string& code)
{
    const auto snapshot = farm.pool->snapshot();
    return std::ranges::any_of(snapshot->issues,
                               [&](const auto& issue) { return issue.code == code; });
}

/// Whether the proof shows what it claims, by nothing but hashing.
bool isProven(const interfaces::BestShare& share)
{
    bitcoin::Hash256 root = bitcoin::sha256d(share.coinbase);
    for (const bitcoin::Hash256& sibling : share.branch) {
        util::Bytes pair(root.bytes.begin(), root.bytes.end());
        util::append(pair, sibling.bytes);
        root = bitcoin::sha256d(pair);
    }
    const auto header = std::span(share.header);
    return std::ranges::equal(header.subspan(36, 32), root.bytes) &&
           bitcoin::sha256d(header) == share.hash;
}

class HistoryFarmTest final : public QObject
{
    Q_OBJECT

private slots:
    // B57 B58: every share of every worker is in its history, and every best share proves itself.
    void keepsWhatTheMinersDid()
    {
        const HistoryBench bench;
        auto farm = bench.makeFarm();
        farm->addMiners(4);
        farm->world.scheduler().runFor(20min);
        farm->world.stopMiners();
        farm->world.scheduler().runFor(3s);
        const auto snapshot = farm->pool->snapshot();
        QVERIFY(snapshot->shares.accepted > 100);
        QVERIFY(snapshot->issues.empty());
        QVERIFY(farm->stop());
        farm.reset();
        const auto archive = bench.open();
        QVERIFY(archive != nullptr);
        QCOMPARE(acceptedIn(historyOf(*archive, "")), snapshot->shares.accepted);
        QCOMPARE(snapshot->workers.size(), std::size_t{4});
        for (const interfaces::WorkerView& worker : snapshot->workers) {
            const auto history = historyOf(*archive, worker.name);
            QCOMPARE(acceptedIn(history), worker.shares.accepted);
            QVERIFY(history.buckets.size() >= 15);
        }
        // Unbroken: the pool was there in every minute, for all of it.
        const auto pool = historyOf(*archive, "");
        QVERIFY(pool.buckets.size() >= 20);
        QVERIFY(pool.buckets[5].covered >= 58s && pool.buckets[5].covered <= 62s);
        QCOMPARE(pool.buckets[5].miners, 4U);
        const auto bests = archive->bestShares().read({});
        QVERIFY(bests && bests->shares.size() >= 10);
        QVERIFY(std::ranges::all_of(bests->shares, isProven));
        QCOMPARE(bests->shares.front().difficulty, snapshot->luck.allTime.difficulty);
        const auto blocks = archive->blocks().read({});
        QVERIFY(blocks && !blocks->blocks.empty());
        QCOMPARE(blocks->blocks.size(), snapshot->blocks.size());
        const auto directory = archive->workers().directory();
        QVERIFY(directory && directory->find("rig0") != nullptr);
        QVERIFY(!directory->find("rig0")->asked.empty());
    }

    // R254, B57: what one run left, the next one knows before its first miner.
    void remembersAfterARestart()
    {
        const HistoryBench bench;
        auto farm = bench.makeFarm();
        farm->addMiners(3);
        farm->world.scheduler().runFor(10min);
        const auto before = farm->pool->snapshot();
        QVERIFY(farm->stop());
        farm.reset();
        farm = bench.makeFarm();
        farm->world.scheduler().runFor(2s);
        const auto after = farm->pool->snapshot();
        QVERIFY(after->luck.allTime.difficulty >= before->luck.allTime.difficulty);
        QCOMPARE(after->luck.run.difficulty, util::Difficulty(0));
        QCOMPARE(after->workers.size(), std::size_t{3});
        for (std::size_t i = 0; i < after->workers.size(); ++i) {
            QCOMPARE(after->workers[i].name, before->workers[i].name);
            QCOMPARE(after->workers[i].bestAllTime, before->workers[i].bestAllTime);
        }
        QVERIFY(!after->bests.empty());
    }

    // B43: whatever ails the database, miners are served within 5 s, and the pool says what it is.
    void servesMinersWithoutADatabase_data()
    {
        QTest::addColumn<QString>("trouble");
        QTest::addColumn<QString>("issue");
        QTest::newRow("damaged") << "damaged" << "store_quarantined";
        QTest::newRow("locked") << "locked" << "store_locked";
        QTest::newRow("folder is missing") << "missing" << "store_unwritable";
        QTest::newRow("cannot be opened") << "unopenable" << "store_unwritable";
    }
    void servesMinersWithoutADatabase()
    {
        QFETCH(QString, trouble);
        QFETCH(QString, issue);
        HistoryBench bench;
        std::unique_ptr<store::Database> other;
        if (trouble == QStringLiteral("damaged")) {
            std::ofstream(bench.path()) << std::string(20'000, 'x');
        } else if (trouble == QStringLiteral("locked")) {
            bench.open().reset();
            auto opened = store::Database::open(bench.path());
            QVERIFY(opened && (*opened)->execute("BEGIN EXCLUSIVE"));
            other = std::move(*opened);
        } else if (trouble == QStringLiteral("missing")) {
            std::filesystem::remove_all(bench.folder());
        } else {
            std::filesystem::create_directories(bench.path());
        }
        const auto farm = bench.makeFarm();
        farm->addMiners(3);
        QVERIFY(farm->world.scheduler().runUntil([&] { return farm->world.totals().accepted > 0; },
                                                 5s));
        farm->world.scheduler().runFor(2s);
        QVERIFY(hasIssue(*farm, issue.toStdString()));
        QCOMPARE(farm->pool->snapshot()->state, interfaces::EngineState::Running);
        // The trouble ends, and what was counted meanwhile is kept.
        other.reset();
        if (trouble == QStringLiteral("unopenable")) {
            std::filesystem::remove_all(bench.path());
        }
        std::filesystem::create_directories(bench.folder());
        farm->world.scheduler().runFor(2min);
        farm->world.stopMiners();
        farm->world.scheduler().runFor(3s);
        const std::uint64_t accepted = farm->pool->snapshot()->shares.accepted;
        QVERIFY(!hasIssue(*farm, "store_locked") && !hasIssue(*farm, "store_unwritable") &&
                !hasIssue(*farm, "store_corrupt"));
        QVERIFY(farm->stop());
        const auto archive = bench.open();
        QVERIFY(archive != nullptr);
        QCOMPARE(acceptedIn(historyOf(*archive, "")), accepted);
    }

    // P40: a store that stands still for an hour holds up no share and no block, and what waits for
    // it is bounded.
    void minesWithAStoreThatStandsStill()
    {
        const HistoryBench bench;
        const auto farm = bench.makeFarm("store");
        farm->addMiners(5);
        farm->world.scheduler().runFor(1h);
        farm->world.stopMiners();
        farm->world.scheduler().runFor(30s);
        const std::string faults = test::judge(*farm);
        QVERIFY2(faults.empty(), (faults + farm->world.report()).c_str());
        QVERIFY(farm->pool->snapshot()->shares.accepted > 1000);
        QVERIFY(farm->executors.posted() < 10);
    }
};

WARP_TEST_CLASS(HistoryFarmTest);

} // namespace

#include "history_farm_test.moc"
