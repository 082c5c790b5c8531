#include "core/api/metrics.h"

#include "tests/core/api/still_pool.h"
#include "tests/support/test_registry.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;

std::string textOf(const interfaces::PoolSnapshot& snapshot,
                   api::WorkerMetrics workers = api::WorkerMetrics::Off)
{
    api::HealthTracker health;
    health.update(snapshot, util::WallTime(1700000005s));
    return metricsText(snapshot, health,
                       {.version = "1.2.3",
                        .profile = "small",
                        .startedAt = util::WallTime(1700000000s),
                        .workers = workers});
}

bool hasLine(const std::string& text, const std::string& line)
{
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

class MetricsTest final : public QObject
{
    Q_OBJECT

private slots:
    void saysEachValue_data()
    {
        QTest::addColumn<QString>("line");
        const auto add = [](const char* line) { QTest::newRow(line) << QString::fromLatin1(line); };
        // R244
        add("# TYPE warppool_blocks_found_total counter");
        add("warppool_blocks_found_total 2");
        add("warppool_shares_accepted_total 100");
        add("warppool_shares_rejected_total{reason=\"stale\"} 3");
        add("warppool_shares_rejected_total{reason=\"duplicate\"} 2");
        // R245
        add("# TYPE warppool_workers gauge");
        add("warppool_workers 2");
        add("warppool_workers_total 2");
        add("warppool_rpc_ready 1");
        add("warppool_rpc_ibd 0");
        add("warppool_network_height 199");
        add("warppool_network_difficulty 0.5");
        // R246
        add("warppool_current_job_height 200");
        add("warppool_current_job_coinbase_value_sats 2500000000");
        add("warppool_started_at_seconds 1700000000");
        add("warppool_last_template_at_seconds 1700000005");
        // R247
        add("warppool_build_info{brand=\"WarpPool\",version=\"1.2.3\",profile=\"small\","
            "chain=\"regtest\"} 1");
        // R248
        add("# TYPE warppool_workers_authorized_total counter");
        add("warppool_workers_authorized_total 9");
        add("warppool_workers_disconnected_total 4");
        // B28, R205
        add("# TYPE warppool_share_reply_seconds histogram");
        add("warppool_share_reply_seconds_bucket{le=\"2e-06\"} 0");
        add("warppool_share_reply_seconds_bucket{le=\"5e-06\"} 100");
        add("warppool_share_reply_seconds_bucket{le=\"+Inf\"} 100");
        add("warppool_share_reply_seconds_count 100");
        add("warppool_tip_delivery_seconds_count 0");
        add("warppool_block_submit_seconds_count 0");
        add("warppool_rpc_latency_seconds_count{kind=\"template\"} 1");
    }
    void saysEachValue()
    {
        QFETCH(const QString, line);
        const std::string text = textOf(test::busySnapshot());
        QVERIFY2(hasLine(text, line.toStdString()), text.c_str());
    }

    // R204
    void tellsNoSecretAndNoAddress()
    {
        interfaces::PoolSnapshot snapshot = test::busySnapshot();
        snapshot.issues.push_back(
            {.code = "listener_port_in_use:3333", .detail = "10.9.8.7:3333: secret"});
        for (const auto workers : {api::WorkerMetrics::Off, api::WorkerMetrics::On}) {
            const std::string text = textOf(snapshot, workers);
            QVERIFY(text.find("secret") == std::string::npos);
            QVERIFY(text.find("10.9.8.7") == std::string::npos);
        }
        QVERIFY(textOf(snapshot).find("rig") == std::string::npos);
    }

    void namesWorkersWhereAsked()
    {
        const std::string text = textOf(test::busySnapshot(), api::WorkerMetrics::On);
        QVERIFY(hasLine(text, "warppool_worker_shares_accepted_total{worker=\"rig\"} 50"));
        QVERIFY(hasLine(text, "warppool_worker_shares_accepted_total{worker=\"away\"} 50"));
        // What a miner calls itself cannot make a line of its own.
        QVERIFY(text.find("evil\"}") == std::string::npos);
        QVERIFY(text.find("worker=\"evil") != std::string::npos);
    }

    void boundsTheSeriesOfWorkersAndRepeatsNone()
    {
        std::vector<interfaces::WorkerView> workers(3000);
        for (std::size_t i = 0; i < workers.size(); ++i) {
            workers[i].name = std::to_string(i);
        }
        interfaces::PoolSnapshot snapshot = test::busySnapshot();
        snapshot.workers = interfaces::SharedList<interfaces::WorkerView>(workers);
        const QString text = QString::fromStdString(textOf(snapshot, api::WorkerMetrics::On));
        QCOMPARE(text.count(QStringLiteral("warppool_worker_shares_accepted_total{")), 1000);
        // A thousand characters that are shown alike are one series, not two of one name.
        workers.resize(2);
        workers[0].name = std::string(1000, 'x') + "1";
        workers[1].name = std::string(1000, 'x') + "2";
        snapshot.workers = interfaces::SharedList<interfaces::WorkerView>(workers);
        const QString merged = QString::fromStdString(textOf(snapshot, api::WorkerMetrics::On));
        QCOMPARE(merged.count(QStringLiteral("warppool_worker_shares_accepted_total{")), 1);
    }

    void isWellFormedBeforeAnythingIsKnown()
    {
        const std::string text = textOf({});
        QVERIFY(hasLine(text, "warppool_rpc_ready 0"));
        QVERIFY(hasLine(text, "warppool_network_height -1"));
        QVERIFY(text.find("nan") == std::string::npos);
    }

    void everyNameStandsInTheDocumentation()
    {
        QFile page(QStringLiteral(WARP_DOCS "/metrics.md"));
        QVERIFY(page.open(QIODevice::ReadOnly));
        const QString documented = QString::fromUtf8(page.readAll());
        const QString text =
            QString::fromStdString(textOf(test::busySnapshot(), api::WorkerMetrics::On));
        static const QRegularExpression TYPE(QStringLiteral("# TYPE (\\S+) (\\S+)"));
        int count = 0;
        for (const QRegularExpressionMatch& match : TYPE.globalMatch(text)) {
            const QString row =
                QStringLiteral("| `%1` | %2 |").arg(match.captured(1), match.captured(2));
            QVERIFY2(documented.contains(row), qPrintable(row));
            ++count;
        }
        QCOMPARE(documented.count(QStringLiteral("\n| `warppool_")), count);
    }
};

WARP_TEST_CLASS(MetricsTest);

} // namespace

#include "metrics_test.moc"
