#include "core/api/history_route.h"

#include "core/api/api_routes.h"
#include "core/sim/scheduler.h"
#include "tests/mock/fake_pool.h"
#include "tests/support/test_registry.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using interfaces::BucketSpan;
using interfaces::HistoryQuery;

class HistoryRouteTest final : public QObject
{
    Q_OBJECT

private:
    struct Bench
    {
        /// The answer, or none while the store is silent.
        std::optional<net::HttpServerResponse> get(const std::string& target,
                                                   std::string host = "127.0.0.1")
        {
            auto answer = std::make_shared<std::optional<net::HttpServerResponse>>();
            routes->handle({.method = "GET",
                            .target = target,
                            .headers = {},
                            .body = {},
                            .peer = {.host = std::move(host), .port = 1}},
                           [answer](net::HttpServerResponse given) { *answer = std::move(given); });
            scheduler.runFor(1s);
            return *answer;
        }
        QJsonObject json(const std::string& target)
        {
            const auto answer = get(target);
            return QJsonDocument::fromJson(QByteArray::fromStdString(answer.value().body)).object();
        }
        void answerWith(std::vector<interfaces::HistoryBucket> buckets, bool isCut = false)
        {
            pool.answer<HistoryQuery>([buckets = std::move(buckets),
                                       isCut](const HistoryQuery& query) -> interfaces::QueryReply {
                return interfaces::QueryAnswer(interfaces::HistoryReply{
                    .span = query.span, .buckets = buckets, .isCut = isCut});
            });
        }
        const HistoryQuery& asked() { return std::get<HistoryQuery>(pool.queries().back()); }

        sim::Scheduler scheduler{{.seed = 1}};
        std::unique_ptr<util::Executor> executor = scheduler.createExecutor("api");
        test::FakePool pool{*executor};
        std::unique_ptr<api::ApiRoutes> routes =
            std::make_unique<api::ApiRoutes>(*executor, pool, scheduler, api::ProgramFacts{});
    };

    static util::WallTime at(std::int64_t seconds)
    {
        return util::WallTime(std::chrono::seconds(seconds));
    }

private slots:
    void tellsTheBucketsWithTheirUnits()
    {
        Bench bench;
        bench.answerWith({{.start = at(1'700'000'100),
                           .bootId = UINT64_MAX,
                           .covered = 900s,
                           .acceptedWork = 900,
                           .accepted = 12,
                           .refused = 2,
                           .stale = 1,
                           .best = util::Difficulty(7.5),
                           .miners = 3}},
                         true);
        const QJsonObject history = bench.json(
            "/api/history?from=1700000000&to=1700086400&resolution=quarter_hour&worker=a%2Fb+c");
        QCOMPARE(bench.asked().from, at(1'700'000'000));
        QCOMPARE(bench.asked().to, at(1'700'086'400));
        QCOMPARE(bench.asked().span, BucketSpan::FifteenMinutes);
        QCOMPARE(bench.asked().worker, std::string("a/b c"));
        QCOMPARE(bench.asked().limit, api::HistoryRoute::MAX_BUCKETS + 1);
        QCOMPARE(history.value(QStringLiteral("format")), 1);
        QCOMPARE(history.value(QStringLiteral("resolution")), QStringLiteral("quarter_hour"));
        QCOMPARE(history.value(QStringLiteral("resolution_seconds")), 900);
        QCOMPARE(history.value(QStringLiteral("worker")), QStringLiteral("a/b c"));
        QCOMPARE(history.value(QStringLiteral("is_cut")), true);
        const QJsonObject bucket =
            history.value(QStringLiteral("buckets")).toArray().at(0).toObject();
        QCOMPARE(bucket.value(QStringLiteral("start_seconds")), 1'700'000'100);
        QCOMPARE(bucket.value(QStringLiteral("boot")), QStringLiteral("18446744073709551615"));
        QCOMPARE(bucket.value(QStringLiteral("hashrate_hashes_per_second")), 4'294'967'296.0);
        QCOMPARE(bucket.value(QStringLiteral("accepted")), 12);
        QCOMPARE(bucket.value(QStringLiteral("rejected")), 3);
        QCOMPARE(bucket.value(QStringLiteral("stale")), 1);
        QCOMPARE(bucket.value(QStringLiteral("best_difficulty")), 7.5);
        QCOMPARE(bucket.value(QStringLiteral("connections")), 3);
    }

    void endsAPageBetweenTwoSpans_data()
    {
        constexpr int MAX = api::HistoryRoute::MAX_BUCKETS;
        QTest::addColumn<int>("spans");
        QTest::addColumn<int>("runsOfTheLast");
        QTest::addColumn<bool>("isCutByTheStore");
        QTest::addColumn<int>("told");
        QTest::addColumn<bool>("isCut");
        QTest::newRow("whole") << MAX << 1 << false << MAX << false;
        QTest::newRow("one more") << MAX + 1 << 1 << true << MAX << true;
        QTest::newRow("within a span") << MAX - 1 << 3 << true << MAX - 2 << true;
        QTest::newRow("behind a span") << MAX << 2 << false << MAX - 1 << true;
        QTest::newRow("cut by the store") << 10 << 2 << true << 9 << true;
        QTest::newRow("one span alone") << 1 << MAX + 1 << true << MAX << true;
        QTest::newRow("nothing") << 0 << 0 << true << 0 << true;
    }
    void endsAPageBetweenTwoSpans()
    {
        QFETCH(const int, spans);
        QFETCH(const int, runsOfTheLast);
        QFETCH(const bool, isCutByTheStore);
        QFETCH(const int, told);
        QFETCH(const bool, isCut);
        std::vector<interfaces::HistoryBucket> buckets;
        for (int span = 1; span <= spans; ++span) {
            for (int run = 1; run <= (span == spans ? runsOfTheLast : 1); ++run) {
                buckets.push_back(
                    {.start = at(900 * span), .bootId = static_cast<std::uint64_t>(run)});
            }
        }
        Bench bench;
        bench.answerWith(buckets, isCutByTheStore);
        const QJsonObject history = bench.json("/api/history?from=0&to=1700000000");
        const QJsonArray page = history.value(QStringLiteral("buckets")).toArray();
        QCOMPARE(page.size(), told);
        QCOMPARE(history.value(QStringLiteral("is_cut")), isCut);
    }

    void takesTheLastDayOfTheWholePoolWithoutParameters()
    {
        Bench bench;
        bench.answerWith({});
        const util::WallTime now = bench.scheduler.wall().time;
        const QJsonObject history = bench.json("/api/history");
        QCOMPARE(bench.asked().to, now);
        QCOMPARE(bench.asked().from, now - 24h);
        QCOMPARE(bench.asked().span, BucketSpan::FifteenMinutes);
        QVERIFY(bench.asked().worker.empty());
        QVERIFY(history.value(QStringLiteral("worker")).isNull());
        QCOMPARE(history.value(QStringLiteral("buckets")).toArray().size(), 0);
    }

    void refusesWrongParameters_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QByteArray>("code");
        QTest::newRow("unknown") << QByteArray("form=1") << QByteArray("unknown_parameter");
        QTest::newRow("no number") << QByteArray("from=yesterday") << QByteArray("bad_from");
        QTest::newRow("negative") << QByteArray("from=-1") << QByteArray("bad_from");
        QTest::newRow("trailing") << QByteArray("to=1x") << QByteArray("bad_to");
        QTest::newRow("far") << QByteArray("to=99999999999999999999") << QByteArray("bad_to");
        QTest::newRow("empty") << QByteArray("to=") << QByteArray("bad_to");
        QTest::newRow("backwards") << QByteArray("from=10&to=10") << QByteArray("bad_range");
        QTest::newRow("span") << QByteArray("resolution=hour") << QByteArray("bad_resolution");
        QTest::newRow("nobody") << QByteArray("worker=") << QByteArray("bad_worker");
        QTest::newRow("long") << "worker=" + QByteArray(257, 'a') << QByteArray("bad_worker");
        QTest::newRow("twice") << QByteArray("to=5&to=6") << QByteArray("bad_query");
        QTest::newRow("control") << QByteArray("worker=a%0Ab") << QByteArray("bad_query");
    }
    void refusesWrongParameters()
    {
        QFETCH(const QByteArray, query);
        QFETCH(const QByteArray, code);
        Bench bench;
        bench.answerWith({});
        const auto answer = bench.get("/api/history?" + query.toStdString());
        QCOMPARE(answer.value().status, 400);
        QCOMPARE(answer->contentType, std::string("application/problem+json"));
        QVERIFY(answer->body.find("\"code\":\"" + code.toStdString() + "\"") != std::string::npos);
        QVERIFY(bench.pool.queries().empty());
    }

    void saysWhyTheStoreHasNoAnswer()
    {
        Bench bench;
        bench.pool.answer<HistoryQuery>([](const HistoryQuery&) -> interfaces::QueryReply {
            return util::Unexpected(
                interfaces::RequestError{.fault = interfaces::RequestFault::NotAvailable,
                                         .code = "store_locked",
                                         .detail = "/secret/place"});
        });
        const auto answer = bench.get("/api/history");
        QCOMPARE(answer.value().status, 503);
        QVERIFY(answer->body.find("store_locked") != std::string::npos);
        QVERIFY(answer->body.find("/secret") == std::string::npos);
    }

    void namesOfWorkersStayOnThisMachine()
    {
        Bench bench;
        bench.answerWith({});
        const auto answer = bench.get("/api/history?worker=rig", "192.168.1.7");
        QCOMPARE(answer.value().status, 403);
        QVERIFY(bench.pool.queries().empty());
    }

    void boundsTheQuestionsThatWaitAndDropsThemAtTheEnd()
    {
        Bench bench; // whose store never answers
        bench.pool.desk().queries.serve<HistoryQuery>(
            [kept = std::make_shared<std::vector<interfaces::QueryBook::Answer>>()](
                const HistoryQuery&, const interfaces::QueryBook::Answer& answer) {
                kept->push_back(answer);
            });
        for (std::size_t i = 0; i < api::HistoryRoute::MAX_OPEN; ++i) {
            QVERIFY(!bench.get("/api/history"));
        }
        const auto answer = bench.get("/api/history");
        QCOMPARE(answer.value().status, 503);
        QVERIFY(answer->body.find("too_many_queries") != std::string::npos);
        bench.routes.reset();
        bench.pool.stop();
        bench.scheduler.runFor(1s); // no reply comes to what is gone
    }
};

WARP_TEST_CLASS(HistoryRouteTest);

} // namespace

#include "history_route_test.moc"
