#include "core/api/api_routes.h"

#include "core/config/profiles.h"
#include "core/sim/scheduler.h"
#include "tests/core/api/still_pool.h"
#include "tests/support/test_registry.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <memory>
#include <optional>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;

class ApiRoutesTest final : public QObject
{
    Q_OBJECT

private:
    struct Bench
    {
        explicit Bench(interfaces::PoolSnapshot snapshot = test::busySnapshot())
            : pool(std::move(snapshot))
        {}

        net::HttpServerResponse get(std::string target, std::string host = "127.0.0.1")
        {
            std::optional<net::HttpServerResponse> answer;
            routes->handle({.method = "GET",
                            .target = std::move(target),
                            .headers = {},
                            .body = {},
                            .peer = {.host = std::move(host), .port = 1}},
                           [&](net::HttpServerResponse given) { answer = std::move(given); });
            return answer.value();
        }

        QJsonObject json(std::string target)
        {
            return QJsonDocument::fromJson(QByteArray::fromStdString(get(std::move(target)).body))
                .object();
        }

        void show(const api::SettingsInForce& settings)
        {
            routes = std::make_unique<api::ApiRoutes>(
                *executor, pool, clock,
                api::ProgramFacts{.version = "1.2.3", .profile = "small", .settings = &settings});
        }
        QJsonObject parameter(const std::string& key)
        {
            for (const auto& each :
                 json("/api/profile").value(QStringLiteral("parameters")).toArray()) {
                if (each.toObject().value(QStringLiteral("key")) == QString::fromStdString(key)) {
                    return each.toObject();
                }
            }
            return {};
        }

        sim::Scheduler scheduler{{.seed = 1}};
        std::unique_ptr<util::Executor> executor = scheduler.createExecutor("api");
        test::StillPool pool;
        test::HandClock clock;
        std::unique_ptr<api::ApiRoutes> routes = std::make_unique<api::ApiRoutes>(
            *executor, pool, clock,
            api::ProgramFacts{
                .version = "1.2.3", .profile = "small", .startedAt = clock.wall().time});
    };

private slots:
    // R197
    void tellsHealthWithEachCheck()
    {
        Bench bench;
        QCOMPARE(bench.get("/healthz").status, 200);
        QCOMPARE(bench.json("/healthz").value(QStringLiteral("state")), QStringLiteral("ok"));
        interfaces::PoolSnapshot snapshot = test::busySnapshot();
        snapshot.issues.push_back({.code = "spool_unwritable", .detail = "/data/spool"});
        bench.pool.set(snapshot);
        bench.clock.now += 60s;
        bench.routes->update();
        QCOMPARE(bench.get("/healthz").status, 200); // amber
        const QJsonObject amber = bench.json("/healthz");
        QCOMPARE(amber.value(QStringLiteral("state")), QStringLiteral("degraded"));
        QCOMPARE(amber.value(QStringLiteral("since_seconds")), 1'700'000'060);
        const QJsonArray checks = amber.value(QStringLiteral("checks")).toArray();
        QCOMPARE(checks.size(), 8);
        QJsonObject blocks;
        for (const auto& each : checks) {
            const QJsonObject check = each.toObject();
            if (check.value(QStringLiteral("name")) == QStringLiteral("blocks")) {
                blocks = check;
            } else {
                QCOMPARE(check.value(QStringLiteral("code")), QStringLiteral("ok"));
                QCOMPARE(check.value(QStringLiteral("since_seconds")), 1'700'000'000);
            }
        }
        QCOMPARE(blocks.value(QStringLiteral("state")), QStringLiteral("degraded"));
        QCOMPARE(blocks.value(QStringLiteral("code")), QStringLiteral("spool_unwritable"));
        QCOMPARE(blocks.value(QStringLiteral("detail")), QStringLiteral("/data/spool"));
        QCOMPARE(blocks.value(QStringLiteral("since_seconds")), 1'700'000'060);
        snapshot.issues.push_back({.code = "block_at_risk:ab", .detail = {}});
        bench.pool.set(snapshot);
        bench.routes->update();
        QCOMPARE(bench.get("/healthz").status, 503); // red
        QCOMPARE(bench.json("/healthz").value(QStringLiteral("state")), QStringLiteral("failed"));
    }

    void tellsStrangersCodesAndNoValues()
    {
        interfaces::PoolSnapshot snapshot = test::busySnapshot();
        snapshot.issues.push_back({.code = "spool_unwritable", .detail = "/data/spool"});
        Bench bench(snapshot);
        const std::string inside = bench.get("/healthz").body;
        const std::string outside = bench.get("/healthz", "192.168.1.7").body;
        QVERIFY(inside.find("/data/spool") != std::string::npos);
        QVERIFY(outside.find("spool_unwritable") != std::string::npos);
        QVERIFY(outside.find("/data/spool") == std::string::npos);
        QCOMPARE(bench.get("/metrics", "192.168.1.7").status, 200);
        QCOMPARE(bench.get("/readyz", "192.168.1.7").status, 200);
        QCOMPARE(bench.get("/api/overview", "192.168.1.7").status, 403);
        QCOMPARE(bench.get("/api/version", "192.168.1.7").status, 403);
    }

    // R198
    void isReadyOnlyWithNodeAndWork()
    {
        Bench bench;
        QCOMPARE(bench.get("/readyz").status, 200);
        bench.pool.set({});
        const auto answer = bench.get("/readyz");
        QCOMPARE(answer.status, 503);
        QCOMPARE(answer.contentType, std::string("application/problem+json"));
        QCOMPARE(bench.json("/readyz").value(QStringLiteral("code")),
                 QStringLiteral("node_not_ready"));
    }

    void tellsTheOverview()
    {
        Bench bench;
        const auto answer = bench.get("/api/overview");
        QCOMPARE(answer.contentType, std::string("application/json"));
        QVERIFY(answer.body.find("secret") == std::string::npos);
        const QJsonObject overview = bench.json("/api/overview");
        QCOMPARE(overview.value(QStringLiteral("format")), 1);
        QCOMPARE(overview.value(QStringLiteral("snapshot")), 7);
        QCOMPARE(overview.value(QStringLiteral("state")), QStringLiteral("running"));
        QCOMPARE(overview.value(QStringLiteral("chain")), QStringLiteral("regtest"));
        const QJsonObject node = overview.value(QStringLiteral("nodes")).toArray().at(0).toObject();
        QCOMPARE(node.value(QStringLiteral("headers")), 250);
        QCOMPARE(node.value(QStringLiteral("verified_permille")), 345);
        const QJsonObject tip = overview.value(QStringLiteral("tip")).toObject();
        QCOMPARE(tip.value(QStringLiteral("height")), 199);
        QVERIFY(tip.value(QStringLiteral("hash")).toString().endsWith(QStringLiteral("ab")));
        const QJsonObject pool = overview.value(QStringLiteral("pool")).toObject();
        QCOMPARE(pool.value(QStringLiteral("hashrate_hashes_per_second")), 1e12);
        QCOMPARE(pool.value(QStringLiteral("workers")), 2);
        const QJsonObject shares = pool.value(QStringLiteral("shares")).toObject();
        QCOMPARE(shares.value(QStringLiteral("accepted")), 100);
        QCOMPARE(shares.value(QStringLiteral("rejected")), 5);
        const QJsonObject work = overview.value(QStringLiteral("work")).toObject();
        QCOMPARE(work.value(QStringLiteral("coinbase_value_sats")), 2'500'000'000.0);
        const QJsonObject blocks = overview.value(QStringLiteral("blocks")).toObject();
        QCOMPARE(blocks.value(QStringLiteral("found")), 2);
        QCOMPARE(blocks.value(QStringLiteral("latest")).toArray().size(), 1);
        QCOMPARE(bench.json("/api/version").value(QStringLiteral("version")),
                 QStringLiteral("1.2.3"));
    }

    // R174
    void tellsWhatTheProfileSetsWithItsUnits()
    {
        config::Settings settings;
        settings.profile.kind = config::ProfileKind::Small;
        settings.server.maxConnections = 64;
        settings.server.ioThreads = 0;
        settings.history.minuteDays = 3; // set by hand
        settings.node.rpcPassword = config::Secret("secret");
        api::SettingsInForce inForce(settings, 2);
        Bench bench;
        QCOMPARE(bench.get("/api/profile").status, 404);
        bench.show(inForce);
        QCOMPARE(bench.get("/api/profile", "192.168.1.7").status, 403);
        QVERIFY(bench.get("/api/profile").body.find("secret") == std::string::npos);
        QCOMPARE(bench.json("/api/profile").value(QStringLiteral("profile")),
                 QStringLiteral("small"));
        QJsonObject cap = bench.parameter("server.max_connections");
        QCOMPARE(cap.value(QStringLiteral("value")), 64);
        QCOMPARE(cap.value(QStringLiteral("unit")), QStringLiteral("connections"));
        const QJsonObject threads = bench.parameter("server.io_threads");
        QCOMPARE(threads.value(QStringLiteral("value")), 2); // those that there are
        QCOMPARE(threads.value(QStringLiteral("unit")), QStringLiteral("threads"));
        const QJsonObject minutes = bench.parameter("history.minute_days");
        QCOMPARE(minutes.value(QStringLiteral("value")), 3);
        QCOMPARE(minutes.value(QStringLiteral("profile_value")), 2);
        QCOMPARE(minutes.value(QStringLiteral("unit")), QStringLiteral("days"));
        for (const config::ProfileParameter& each : config::profileTable()) {
            const QJsonObject parameter =
                bench.parameter(std::string(each.section) + "." + std::string(each.key));
            QVERIFY(parameter.value(QStringLiteral("value")).isDouble());
            QVERIFY(parameter.value(QStringLiteral("unit")) != QStringLiteral("count"));
            QCOMPARE(parameter.value(QStringLiteral("profile_value")).toInt(),
                     std::stoi(std::string(each.valueOf(config::ProfileKind::Small))));
        }
        // What counts at once is told at once, and the rest as it is until the next start.
        settings.server.maxConnections = 100;
        settings.server.jobMemoryMebibytes = 1;
        inForce.change(settings);
        cap = bench.parameter("server.max_connections");
        QCOMPARE(cap.value(QStringLiteral("value")), 100);
        QCOMPARE(bench.parameter("server.job_memory_mib").value(QStringLiteral("value")), 128);
    }

    void tellsAnOverviewBeforeAnythingIsKnown()
    {
        Bench bench{interfaces::PoolSnapshot{}};
        const QJsonObject overview = bench.json("/api/overview");
        QVERIFY(overview.value(QStringLiteral("chain")).isNull());
        QVERIFY(overview.value(QStringLiteral("tip"))
                    .toObject()
                    .value(QStringLiteral("hash"))
                    .isNull());
    }
};

WARP_TEST_CLASS(ApiRoutesTest);

} // namespace

#include "api_routes_test.moc"
