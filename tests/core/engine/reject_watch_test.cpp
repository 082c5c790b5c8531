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
        QCOMPARE(send(watch, ShareCode::LowDifficulty, 18min, 1min).size(), std::size_t{1});
    }
};

WARP_TEST_CLASS(RejectWatchTest);

} // namespace

#include "reject_watch_test.moc"
