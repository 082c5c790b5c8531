#include "core/interfaces/history_sums.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using interfaces::HistoryBucket;
using interfaces::OffsetChange;
using std::chrono::sys_days;
using std::chrono::year;

/// One bucket of one share for each quarter of an hour between two times.
std::vector<HistoryBucket> quarters(util::WallTime from, util::WallTime to)
{
    std::vector<HistoryBucket> list;
    for (util::WallTime start = from; start < to; start += 15min) {
        list.push_back({.start = start, .covered = 15min, .accepted = 1});
    }
    return list;
}

// From the IANA time zone database, 2026.
const std::vector<OffsetChange> KOLKATA{{.since = {}, .offset = 330min}};
const std::vector<OffsetChange> BERLIN{
    {.since = {}, .offset = 60min},
    {.since = sys_days{year{2026} / 3 / 29} + 1h, .offset = 120min},
    {.since = sys_days{year{2026} / 10 / 25} + 1h, .offset = 60min}};
// Its clocks are set by half an hour.
const std::vector<OffsetChange> LORD_HOWE{
    {.since = {}, .offset = 660min},
    {.since = sys_days{year{2026} / 4 / 4} + 15h, .offset = 630min},
    {.since = sys_days{year{2026} / 10 / 3} + 15h + 30min, .offset = 660min}};

class LocalDaysTest final : public QObject
{
    Q_OBJECT

private slots:
    // B57: a local day has as many quarters as its clocks show.
    void sumsTheDaysOfAPlace_data()
    {
        QTest::addColumn<const std::vector<OffsetChange>*>("zone");
        QTest::addColumn<util::WallTime>("start"); // of the local day, in UTC
        QTest::addColumn<int>("month");
        QTest::addColumn<int>("day");
        QTest::addColumn<std::uint64_t>("count");
        const auto row = [](const char* name, const std::vector<OffsetChange>& zone,
                            util::WallTime start, int month, int day, std::uint64_t count) {
            QTest::newRow(name) << &zone << start << month << day << count;
        };
        row("Asia/Kolkata", KOLKATA, sys_days{year{2026} / 6 / 30} + 18h + 30min, 7, 1, 96);
        row("Europe/Berlin, spring", BERLIN, sys_days{year{2026} / 3 / 28} + 23h, 3, 29, 92);
        row("Europe/Berlin, autumn", BERLIN, sys_days{year{2026} / 10 / 24} + 22h, 10, 25, 100);
        row("Europe/Berlin, summer", BERLIN, sys_days{year{2026} / 7 / 9} + 22h, 7, 10, 96);
        row("Australia/Lord_Howe, autumn", LORD_HOWE, sys_days{year{2026} / 4 / 4} + 13h, 4, 5, 98);
        row("Australia/Lord_Howe, spring", LORD_HOWE, sys_days{year{2026} / 10 / 3} + 13h + 30min,
            10, 4, 94);
    }
    void sumsTheDaysOfAPlace()
    {
        QFETCH(const std::vector<OffsetChange>*, zone);
        QFETCH(util::WallTime, start);
        QFETCH(int, month);
        QFETCH(int, day);
        QFETCH(std::uint64_t, count);
        const auto days = interfaces::sumLocalDays(quarters(start - 48h, start + 72h), *zone);
        const sys_days date{year{2026} / month / day};
        const auto found =
            std::ranges::find(days, date, [](const auto& each) { return each.date; });
        QVERIFY(found != days.end());
        QVERIFY(found->sum.start == start);
        QCOMPARE(found->sum.accepted, count);
        QVERIFY(found->sum.covered == 15min * static_cast<int>(count));
        std::uint64_t total = 0;
        for (const auto& each : days) {
            total += each.sum.accepted;
        }
        QCOMPARE(total, std::uint64_t{5 * 96});
    }

    void isUtcWithoutOffsets()
    {
        const util::WallTime start = sys_days{year{2026} / 5 / 1};
        const auto days = interfaces::sumLocalDays(quarters(start, start + 48h), {});
        QCOMPARE(days.size(), std::size_t{2});
        QCOMPARE(days[1].sum.accepted, std::uint64_t{96});
    }
};

WARP_TEST_CLASS(LocalDaysTest);

} // namespace

#include "local_days_test.moc"
