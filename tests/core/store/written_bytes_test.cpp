#include "core/sim/scheduler.h"
#include "core/store/store.h"
#include "core/util/system_files.h"
#include "tests/core/store/store_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <string>

namespace {

using namespace warp;
using namespace warp::test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Bytes that this process has handed to write calls so far, whatever the disk made of them.
std::uint64_t bytesWritten()
{
    std::ifstream counters("/proc/self/io");
    for (std::string line; std::getline(counters, line);) {
        if (line.starts_with("wchar: ")) {
            return std::stoull(line.substr(7));
        }
    }
    return 0;
}

class WrittenBytesTest final : public QObject
{
    Q_OBJECT

private slots:
    // B44: a day of ten miners, by the process's own counters, with the Small profile's interval.
    void writesLittleInADay()
    {
        QTemporaryDir folder;
        sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 1}};
        const auto executor = scheduler.createExecutor("store");
        util::SystemFiles files;
        store::Inbox inbox;
        std::unique_ptr<store::Store> store;
        const auto start = [&] {
            store = std::make_unique<store::Store>(
                store::Store::Surroundings{
                    .executor = *executor, .clock = scheduler, .files = files, .inbox = inbox},
                store::StoreOptions{.place =
                                        folder.filePath(QStringLiteral("pool.db")).toStdString(),
                                    .bootId = BOOT_ID,
                                    .commitInterval = seconds(60)},
                store::Store::Callbacks{.onOpened = [](const store::Remembered&) {},
                                        .onIssue = [](const auto&, const auto&) {},
                                        .onIssueOver = [](const auto&) {}});
        };
        scheduler.runOn(*executor, start);
        // The day before fills the tables, so that old rows go as new ones come.
        std::uint64_t before = 0;
        std::uint32_t bestNumber = 0;
        for (int i = 0; i < 3 * 24 * 60; ++i) {
            if (i == 2 * 24 * 60) {
                before = bytesWritten();
            }
            store::HistoryBatch batch;
            const auto now = std::chrono::floor<minutes>(scheduler.wall().time);
            addMinute(batch, "", minute(now, 60));
            for (int rig = 0; rig < 10; ++rig) {
                const std::string worker = "bc1qexampleaddress.rig" + std::to_string(rig);
                addMinute(batch, worker, minute(now, 6));
                batch.difficulties.emplace(
                    std::pair(worker, "bitaxe"),
                    store::WorkerDifficulty{.worker = worker,
                                            .minerClass = "bitaxe",
                                            .difficulty = util::Difficulty(1000.0 + i),
                                            .notedAt = now});
            }
            if (i % 60 == 0) {
                batch.bests.push_back(bestShare(++bestNumber, "rig", i));
            }
            inbox.add(std::move(batch));
            scheduler.runFor(minutes(1));
        }
        const std::uint64_t written = bytesWritten() - before;
        qInfo("%.1f MB written a day", static_cast<double>(written) / 1e6);
        scheduler.runOn(*executor, [&] { store.reset(); });
        QVERIFY(written > 0);
        QVERIFY(written < 30'000'000);
    }
};

WARP_TEST_CLASS(WrittenBytesTest);

} // namespace

#include "written_bytes_test.moc"
