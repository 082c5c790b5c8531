#include "core/engine/reject_watch.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <map>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::RejectWatch;
using mining::ShareCode;
using Measure = RejectWatch::Measure;

util::BootTime at(util::Duration time)
{
    return util::BootTime(1h + time);
}

/// One share every `pace` for `time`; how often each measure was taken.
std::map<Measure, int> send(RejectWatch& watch, ShareCode code, util::Duration time,
                            util::Duration pace = 1s, util::Duration from = 0s)
{
    std::map<Measure, int> taken;
    for (util::Duration now = from; now <= from + time; now += pace) {
        ++taken[watch.onShare(code, at(now))];
    }
    return taken;
}

class RejectWatchTest final : public QObject
{
    Q_OBJECT

private slots:
    // Whoever is cut was told before what it may have missed; the slowest are left alone.
    void remindsBeforeItCloses_data()
    {
        QTest::addColumn<int>("pace");
        QTest::addColumn<int>("reminded"); // second; -1 for never
        QTest::addColumn<int>("closed");
        QTest::newRow("1 s") << 1 << 60 << 180;
        QTest::newRow("3 s") << 3 << 60 << 180;
        QTest::newRow("9 s") << 9 << 171 << 297;
        QTest::newRow("10 s") << 10 << 190 << 310;
        QTest::newRow("15 s") << 15 << 285 << 435;
        QTest::newRow("30 s") << 30 << 570 << 870;
        QTest::newRow("60 s") << 60 << -1 << -1;
    }
    void remindsBeforeItCloses()
    {
        QFETCH(const int, pace);
        RejectWatch watch;
        int reminded = -1;
        int closed = -1;
        for (int second = 0; second < 7200 && closed < 0; second += pace) {
            const Measure measure =
                watch.onShare(ShareCode::LowDifficulty, at(std::chrono::seconds(second)));
            if (measure == Measure::Remind) {
                QCOMPARE(reminded, -1);
                reminded = second;
            } else if (measure == Measure::Close) {
                closed = second;
            }
        }
        QTEST(reminded, "reminded");
        QTEST(closed, "closed");
    }

    // A bad day long ago is not added to one bad share of today.
    void forgetsWhatIsLongAgo()
    {
        RejectWatch watch;
        QCOMPARE(send(watch, ShareCode::LowDifficulty, 100s)[Measure::Remind], 1);
        QCOMPARE(send(watch, ShareCode::LowDifficulty, 3h, 2min, 1h).size(), std::size_t{1});
        QCOMPARE(send(watch, ShareCode::LowDifficulty, 100s, 1s, 5h)[Measure::Remind], 1);
    }

    void remindsOnceAndThenCloses()
    {
        RejectWatch watch;
        QCOMPARE(send(watch, ShareCode::LowDifficulty, 59s).size(), std::size_t{1});
        QCOMPARE(send(watch, ShareCode::LowDifficulty, 119s, 1s, 60s)[Measure::Remind], 1);
        QVERIFY(watch.onShare(ShareCode::LowDifficulty, at(180s)) == Measure::Close);
    }

    void isBadWhatNoMinerDoes_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("isBad");
        const auto row = [](const char* name, ShareCode code, bool isBad) {
            QTest::newRow(name) << static_cast<int>(code) << isBad;
        };
        row("accepted", ShareCode::Accepted, false);
        row("late", ShareCode::Late, false);
        row("stale", ShareCode::Stale, false);
        row("duplicate", ShareCode::Duplicate, false);
        row("unknown job", ShareCode::UnknownJob, false);
        row("low difficulty", ShareCode::LowDifficulty, true);
        row("bad time", ShareCode::BadTime, true);
        row("bad version", ShareCode::BadVersion, true);
        row("malformed", ShareCode::Malformed, true);
        row("unauthorized", ShareCode::Unauthorized, true);
        row("not subscribed", ShareCode::NotSubscribed, true);
    }
    void isBadWhatNoMinerDoes()
    {
        QFETCH(const int, code);
        QFETCH(const bool, isBad);
        RejectWatch slow;
        QCOMPARE(send(slow, static_cast<ShareCode>(code), 1h)[Measure::Close] > 0, isBad);
        RejectWatch fast;
        QCOMPARE(send(fast, static_cast<ShareCode>(code), 10s, 1ms)[Measure::Close] > 0, isBad);
    }

    void forgetsEverythingAfterOneGoodShare()
    {
        RejectWatch watch;
        for (int minute = 0; minute < 60; ++minute) {
            const util::Duration from = minute * 150s;
            QCOMPARE(send(watch, ShareCode::LowDifficulty, 140s, 1s, from)[Measure::Close], 0);
            QVERIFY(watch.onShare(ShareCode::Accepted, at(from + 145s)) == Measure::None);
        }
    }

    void bearsWithASlowMiner()
    {
        RejectWatch watch;
        QCOMPARE(send(watch, ShareCode::LowDifficulty, 24h, 1min).size(), std::size_t{1});
    }
};

WARP_TEST_CLASS(RejectWatchTest);

} // namespace

#include "reject_watch_test.moc"
