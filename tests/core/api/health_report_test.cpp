#include "core/api/health_report.h"

#include "core/api/health_tracker.h"
#include "tests/core/api/still_pool.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using api::HealthState;
using interfaces::EngineState;
using interfaces::PoolSnapshot;

api::HealthCheck checkOf(const PoolSnapshot& snapshot, std::string_view name)
{
    const auto checks = api::checksOf(snapshot);
    const auto found = std::find_if(checks.begin(), checks.end(),
                                    [name](const auto& check) { return check.name == name; });
    return found == checks.end() ? api::HealthCheck{.name = "missing", .code = {}, .detail = {}}
                                 : *found;
}

class HealthReportTest final : public QObject
{
    Q_OBJECT

private slots:
    void isWellWhereNothingIsWrong()
    {
        const auto checks = api::checksOf(test::busySnapshot());
        QCOMPARE(checks.size(), std::size_t{8});
        for (const api::HealthCheck& check : checks) {
            QCOMPARE(check.state, HealthState::Ok);
            QCOMPARE(check.code, std::string("ok"));
        }
        QCOMPARE(api::overall(checks), HealthState::Ok);
    }

    // A thread that stands still is an issue of no area, but grave.
    void takesACriticalIssueForAFailure()
    {
        PoolSnapshot snapshot = test::busySnapshot();
        snapshot.issues.push_back(
            {.code = "thread_stuck", .detail = "io.1", .severity = interfaces::Severity::Critical});
        const api::HealthCheck check = checkOf(snapshot, "engine");
        QCOMPARE(check.state, HealthState::Failed);
        QCOMPARE(check.code, std::string("thread_stuck"));
        QCOMPARE(check.detail, std::string("io.1"));
        QCOMPARE(api::overall(api::checksOf(snapshot)), HealthState::Failed);
        snapshot.issues.front().severity = interfaces::Severity::Warning;
        QCOMPARE(checkOf(snapshot, "engine").state, HealthState::Degraded);
    }

    void putsEachIssueIntoItsArea_data()
    {
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("area");
        QTest::addColumn<int>("state");
        const auto add = [](const char* code, const char* area, HealthState state) {
            QTest::newRow(code) << QString::fromLatin1(code) << QString::fromLatin1(area)
                                << static_cast<int>(state);
        };
        // The code alone is the node that the pool works with.
        add("node_unreachable", "node", HealthState::Failed);
        add("signet_signature_needed", "node", HealthState::Failed);
        add("node_on_backup", "node", HealthState::Degraded);
        add("disk_space_low", "storage", HealthState::Degraded);
        add("node_unreachable:backup_1", "node", HealthState::Degraded);
        add("zmq_silent:primary", "node", HealthState::Degraded);
        add("payout_wrong_network", "payout", HealthState::Failed);
        add("job_not_built", "work", HealthState::Failed);
        add("block_proposal_refused", "work", HealthState::Failed);
        add("listener_port_in_use:3333", "listeners", HealthState::Degraded);
        add("block_at_risk:00ab", "blocks", HealthState::Failed);
        add("spool_unwritable", "blocks", HealthState::Degraded);
        add("data_folder_unusable", "storage", HealthState::Degraded);
        add("status_port_in_use", "api", HealthState::Degraded);
        add("something_new", "engine", HealthState::Degraded);
    }
    void putsEachIssueIntoItsArea()
    {
        QFETCH(const QString, code);
        QFETCH(const QString, area);
        QFETCH(const int, state);
        PoolSnapshot snapshot = test::busySnapshot();
        snapshot.issues.push_back({.code = code.toStdString(), .detail = "why"});
        const api::HealthCheck check = checkOf(snapshot, area.toStdString());
        QCOMPARE(static_cast<int>(check.state), state);
        QCOMPARE(check.code, code.toStdString());
        QCOMPARE(check.detail, std::string("why"));
        QCOMPARE(static_cast<int>(api::overall(api::checksOf(snapshot))), state);
    }

    void theGravestIssueSpeaksForItsArea()
    {
        PoolSnapshot snapshot = test::busySnapshot();
        snapshot.issues = {{.code = "spool_unwritable", .detail = {}},
                           {.code = "block_at_risk:1", .detail = {}},
                           {.code = "block_at_risk:2", .detail = {}}};
        QCOMPARE(checkOf(snapshot, "blocks").code, std::string("block_at_risk:1"));
    }

    void failsWithoutANodeOnceItHasStarted()
    {
        PoolSnapshot snapshot;
        QCOMPARE(api::overall(api::checksOf(snapshot)), HealthState::Degraded);
        snapshot.issues.push_back({.code = "node_unreachable", .detail = {}});
        QCOMPARE(api::overall(api::checksOf(snapshot)), HealthState::Degraded);
        snapshot.state = EngineState::NoWork;
        QCOMPARE(api::overall(api::checksOf(snapshot)), HealthState::Failed);
        QCOMPARE(checkOf(snapshot, "node").code, std::string("node_unreachable"));
        snapshot.state = EngineState::NeedsSetup;
        snapshot.issues.clear();
        QCOMPARE(api::overall(api::checksOf(snapshot)), HealthState::Degraded);
    }

    void failsWhereNobodyCanConnect()
    {
        PoolSnapshot snapshot = test::busySnapshot();
        snapshot.listening.clear();
        QCOMPARE(checkOf(snapshot, "listeners").code, std::string("nothing_listens"));
        QCOMPARE(checkOf(snapshot, "listeners").state, HealthState::Failed);
        snapshot.issues.push_back({.code = "listener_port_in_use:1", .detail = {}});
        QCOMPARE(checkOf(snapshot, "listeners").state, HealthState::Failed);
    }

    // R198
    void isReadyWithNodeAndWorkAlone()
    {
        PoolSnapshot snapshot = test::busySnapshot();
        QVERIFY(api::unreadiness(snapshot).empty());
        snapshot.nodes[0].isActive = false;
        QVERIFY(api::unreadiness(snapshot) == "node_not_ready");
        snapshot.nodes[0].isActive = true;
        snapshot.nodes[0].state = "node_busy";
        QVERIFY(api::unreadiness(snapshot) == "node_not_ready");
        snapshot = test::busySnapshot();
        snapshot.state = EngineState::NoWork;
        QVERIFY(api::unreadiness(snapshot) == "no_work");
        snapshot.state = EngineState::Running;
        snapshot.jobsMade = 0;
        QVERIFY(api::unreadiness(snapshot) == "no_work");
    }

    void remembersSinceWhen()
    {
        const util::WallTime begin{1000s};
        api::HealthTracker tracker;
        PoolSnapshot snapshot = test::busySnapshot();
        tracker.update(snapshot, begin);
        QCOMPARE(tracker.lastTemplateAt(), std::optional(begin));
        snapshot.issues.push_back({.code = "spool_unwritable", .detail = "one"});
        tracker.update(snapshot, begin + 5s);
        QCOMPARE(tracker.state(), HealthState::Degraded);
        snapshot.issues[0].detail = "two";
        ++snapshot.jobsMade;
        tracker.update(snapshot, begin + 9s);
        const auto blocks =
            std::find_if(tracker.checks().begin(), tracker.checks().end(),
                         [](const auto& each) { return each.check.name == "blocks"; });
        QCOMPARE(blocks->since, begin + 5s);
        QCOMPARE(blocks->check.detail, std::string("two"));
        QCOMPARE(tracker.since(), begin + 5s);
        QCOMPARE(tracker.checks().front().since, begin);
        QCOMPARE(tracker.lastTemplateAt(), std::optional(begin + 9s));
        snapshot.issues.clear();
        tracker.update(snapshot, begin + 20s);
        QCOMPARE(tracker.since(), begin + 20s);
    }
};

WARP_TEST_CLASS(HealthReportTest);

} // namespace

#include "health_report_test.moc"
