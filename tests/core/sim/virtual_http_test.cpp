#include "core/sim/virtual_http.h"

#include "core/sim/virtual_network.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using warp::net::HttpError;
using warp::net::HttpRequest;
using warp::net::HttpResponse;
using warp::sim::HttpFault;
using Outcome = warp::util::Result<HttpResponse, HttpError>;

constexpr const char* NODE = "10.0.0.2:8332";

std::string bodyOf(const HttpRequest& request)
{
    std::string text;
    for (const auto& part : request.body) {
        text += *part;
    }
    return text;
}

/// A server that answers with what it was sent, and one client of it.
struct World
{
    explicit World(warp::net::HttpOptions options = {.baseUrl = "http://10.0.0.2:8332/wallet"})
        : scheduler({.seed = 1})
        , network(scheduler, {})
        , executor(scheduler.createExecutor("work"))
    {
        network.registerHttp(NODE, [this](const HttpRequest& request, auto reply) {
            handled.push_back(request.method + " " + request.target + " " + bodyOf(request));
            if (!isMute) {
                reply(HttpResponse{
                    .status = 200, .body = "echo " + bodyOf(request), .contentType = {}});
            }
        });
        scheduler.runOn(*executor,
                        [&] { transport = network.createHttpTransport(*executor, options); });
    }
    ~World()
    {
        scheduler.runOn(*executor, [&] {
            handles.clear();
            transport.reset();
        });
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    void ask(const std::string& body, warp::util::Duration timeout = 5s)
    {
        scheduler.runOn(*executor, [&] {
            const auto start = scheduler.boot();
            handles.push_back(
                transport->request({.method = "POST",
                                    .target = "/rpc",
                                    .headers = {},
                                    .body = {std::make_shared<const std::string>(body)}},
                                   timeout, [this, start](Outcome outcome) {
                                       answers.push_back(std::move(outcome));
                                       waited.push_back(scheduler.boot() - start);
                                   }));
        });
    }

    warp::sim::Scheduler scheduler;
    warp::sim::VirtualNetwork network;
    std::unique_ptr<warp::util::Executor> executor;
    std::unique_ptr<warp::net::HttpTransport> transport;
    std::vector<warp::util::RequestHandle> handles;
    std::vector<std::string> handled;
    std::vector<Outcome> answers;
    std::vector<warp::util::Duration> waited;
    bool isMute = false;
};

class VirtualHttpTest final : public QObject
{
    Q_OBJECT

private slots:
    void carriesRequestAndAnswer()
    {
        World world;
        world.ask("one");
        QVERIFY(world.answers.empty());
        world.scheduler.runFor(1s);
        QCOMPARE(world.handled, (std::vector<std::string>{"POST /wallet/rpc one"}));
        QCOMPARE(world.answers.size(), std::size_t{1});
        QCOMPARE(world.answers[0]->body, std::string("echo one"));
        QVERIFY(world.waited[0] >= 200us);
    }

    void sendsOneRequestAfterAnother()
    {
        World world;
        world.network.setHttpDelay(NODE, 1s);
        for (const char* const body : {"a", "b", "c"}) {
            world.ask(body);
        }
        world.scheduler.runFor(500ms);
        QCOMPARE(world.handled.size(), std::size_t{1});
        world.scheduler.runFor(10s);
        QCOMPARE(world.answers.size(), std::size_t{3});
        QCOMPARE(world.answers[2]->body, std::string("echo c"));
        QVERIFY(world.waited[2] >= 3s);
    }

    // R266
    void showsEachFaultAsItsError_data()
    {
        QTest::addColumn<HttpFault>("fault");
        QTest::addColumn<HttpError>("error");
        QTest::addColumn<int>("handled");
        QTest::newRow("down") << HttpFault::Refuse << HttpError::Refused << 0;
        QTest::newRow("hung") << HttpFault::Hang << HttpError::TimedOut << 0;
        QTest::newRow("closed before") << HttpFault::CloseBefore << HttpError::Closed << 0;
        QTest::newRow("closed after") << HttpFault::CloseAfter << HttpError::Closed << 1;
    }
    void showsEachFaultAsItsError()
    {
        QFETCH(const HttpFault, fault);
        QFETCH(const HttpError, error);
        QFETCH(const int, handled);
        World world;
        world.network.setHttpFault(NODE, fault);
        world.ask("x");
        world.scheduler.runFor(4s);
        QCOMPARE(world.answers.size(), std::size_t(fault == HttpFault::Hang ? 0 : 1));
        world.scheduler.runFor(4s);
        QCOMPARE(world.answers.size(), std::size_t{1});
        QCOMPARE(world.answers[0].error(), error);
        QCOMPARE(world.handled.size(), std::size_t(handled));
        world.network.setHttpFault(NODE, HttpFault::None);
        world.ask("again");
        world.scheduler.runFor(1s);
        QCOMPARE(world.answers[1]->body, std::string("echo again"));
    }

    void timesOutAtTheDeadlineAndGoesOn()
    {
        World world;
        world.isMute = true;
        world.ask("slow", 2s);
        world.ask("waits too long", 1s);
        world.scheduler.runFor(1s);
        QCOMPARE(world.waited, (std::vector<warp::util::Duration>{1s}));
        world.isMute = false;
        world.ask("later", 5s);
        world.scheduler.runFor(5s);
        QCOMPARE(world.answers.size(), std::size_t{3});
        QCOMPARE(world.answers[1].error(), HttpError::TimedOut);
        QCOMPARE(world.waited[1], warp::util::Duration(2s));
        QCOMPARE(world.answers[2]->body, std::string("echo later"));
    }

    void endsRequestsUnderWayWhenTheServerCloses()
    {
        World world;
        world.isMute = true;
        world.ask("x");
        world.scheduler.runFor(1s);
        world.network.closeHttp(NODE);
        world.scheduler.runFor(1s);
        QCOMPARE(world.answers.size(), std::size_t{1});
        QCOMPARE(world.answers[0].error(), HttpError::Closed);
    }

    void answersNothingOnceTheHandleWent()
    {
        World world;
        world.ask("gone");
        world.ask("kept");
        world.scheduler.runOn(*world.executor, [&] { world.handles.erase(world.handles.begin()); });
        world.scheduler.runFor(1s);
        QCOMPARE(world.answers.size(), std::size_t{1});
        QCOMPARE(world.answers[0]->body, std::string("echo kept"));
    }

    void refusesWhatItCannotReach_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<HttpError>("error");
        QTest::newRow("port") << "http://10.0.0.2:1" << HttpError::Refused;
        QTest::newRow("name") << "http://node.example:8332" << HttpError::NameNotFound;
        QTest::newRow("machine") << "http://10.1.1.1:8332" << HttpError::Unreachable;
        QTest::newRow("no url") << "10.0.0.2:8332" << HttpError::Malformed;
        QTest::newRow("no port") << "http://10.0.0.2" << HttpError::Malformed;
    }
    void refusesWhatItCannotReach()
    {
        QFETCH(const QString, url);
        QFETCH(const HttpError, error);
        World world({.baseUrl = url.toStdString()});
        world.ask("x");
        QVERIFY(world.answers.empty());
        world.scheduler.runFor(1s);
        QCOMPARE(world.answers.size(), std::size_t{1});
        QCOMPARE(world.answers[0].error(), error);
    }

    void refusesAnAnswerThatIsTooLarge()
    {
        World world({.baseUrl = "http://10.0.0.2:8332", .maxResponseBytes = 7});
        world.ask("ok");
        world.ask("long");
        world.scheduler.runFor(1s);
        QCOMPARE(world.answers[0]->body, std::string("echo ok"));
        QCOMPARE(world.answers[1].error(), HttpError::TooLarge);
    }
};

WARP_TEST_CLASS(VirtualHttpTest);

} // namespace

#include "virtual_http_test.moc"
