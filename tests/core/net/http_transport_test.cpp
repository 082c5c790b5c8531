#include "core/net/http.h"

#include "tests/core/net/http_fixture.h"
#include "tests/core/net/tcp_fixture.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace {

using namespace std::chrono_literals;
using warp::net::CloseReason;
using warp::net::HttpBody;
using warp::net::HttpError;
using warp::net::HttpRequest;
using warp::net::HttpServerRequest;
using warp::net::HttpServerResponse;
using warp::test::Recorder;
using warp::test::TcpServer;
using warp::test::WebClient;
using warp::test::WebServer;
using warp::util::asBytes;

constexpr std::size_t MEGABYTE = 1024 * 1024;

HttpRequest get(const std::string& target)
{
    return {.method = "GET", .target = target, .headers = {}, .body = {}};
}

HttpRequest post(const std::string& target, std::initializer_list<std::string> parts)
{
    HttpBody body;
    for (const std::string& part : parts) {
        body.push_back(std::make_shared<const std::string>(part));
    }
    return {.method = "POST", .target = target, .headers = {}, .body = std::move(body)};
}

/// Text in which a part out of place shows.
std::string pattern(std::size_t size, char first)
{
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        text[i] = static_cast<char>(first + static_cast<char>((i / 7 + i / 4093) % 20));
    }
    return text;
}

/// A server whose bytes the test writes itself.
struct RawServer
{
    TcpServer server;
    std::string url = "http://127.0.0.1:" + std::to_string(server.port());

    /// Answers once the end of a request's header has come.
    void answerWith(const std::string& bytes)
    {
        server.setSetUp([bytes](Recorder& recorder) {
            recorder.bytesHook = [&recorder, bytes] {
                if (recorder.received.ends_with("\r\n\r\n")) {
                    recorder.connection->send(asBytes(bytes));
                    recorder.connection->closeAfterFlush();
                }
            };
        });
    }
};

class HttpTransportTest final : public QObject
{
    Q_OBJECT

private slots:
    void carriesRequestAndAnswer()
    {
        WebServer server({}, [](const HttpServerRequest& request, const WebServer::Reply& reply) {
            reply({.status = 200,
                   .contentType = "application/json",
                   .headers = {},
                   .body = "got " + request.body});
        });
        WebClient client({.baseUrl = server.url()});
        HttpRequest request = post("/wallet/x?y=1&z=a%20b", {"{\"id\":", "1}"});
        request.headers = {{"Content-Type", "application/json"}, {"Authorization", "Basic dTpw"}};
        const auto number = client.begin(request);
        QTRY_VERIFY(client.isAnswered(number));
        const auto answer = client.answer(number);
        QVERIFY(*answer);
        QCOMPARE((*answer)->status, 200);
        QCOMPARE((*answer)->contentType, std::string("application/json"));
        QCOMPARE((*answer)->body, std::string("got {\"id\":1}"));
        const auto seen = server.requests().at(0);
        QCOMPARE(seen.method, std::string("POST"));
        QCOMPARE(seen.target, std::string("/wallet/x?y=1&z=a%20b"));
        QVERIFY(seen.header("content-type") == "application/json");
        QVERIFY(seen.header("authorization") == "Basic dTpw");
        QVERIFY(seen.header("content-length") == "8");
    }

    void putsTheBasePathBeforeTheTarget_data()
    {
        QTest::addColumn<QString>("base");
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("expected");
        QTest::newRow("none") << "" << "/a" << "/a";
        QTest::newRow("slash twice") << "/" << "/a" << "/a";
        QTest::newRow("folder") << "/node" << "/a" << "/node/a";
        QTest::newRow("folder with slash") << "/node/" << "/a" << "/node/a";
        QTest::newRow("dots stay") << "" << "/a/../b" << "/a/../b";
    }
    void putsTheBasePathBeforeTheTarget()
    {
        QFETCH(const QString, base);
        QFETCH(const QString, target);
        QFETCH(const QString, expected);
        WebServer server;
        WebClient client({.baseUrl = server.url() + base.toStdString()});
        const auto number = client.begin(get(target.toStdString()));
        QTRY_VERIFY(client.isAnswered(number));
        QCOMPARE((*client.answer(number))->body, "GET " + expected.toStdString());
    }

    void usesOneConnectionForAll()
    {
        WebServer server;
        WebClient client({.baseUrl = server.url()});
        for (int i = 0; i < 20; ++i) {
            client.begin(i % 2 == 0 ? get("/") : post("/", {"body"}));
        }
        QTRY_VERIFY(client.isAnswered(19));
        const auto seen = server.requests();
        QCOMPARE(seen.size(), std::size_t{20});
        QVERIFY(std::all_of(seen.begin(), seen.end(),
                            [&](const auto& one) { return one.peer == seen.front().peer; }));
        const auto order = client.order();
        QVERIFY(std::is_sorted(order.begin(), order.end()));
        QCOMPARE(server.connectionCount(), std::size_t{1});
    }

    void streamsLargeBodies()
    {
        WebServer server({.maxBodyBytes = 16 * MEGABYTE}, [](const HttpServerRequest& request,
                                                             const WebServer::Reply& reply) {
            reply({.status = 200, .contentType = "", .headers = {}, .body = request.body});
        });
        WebClient client({.baseUrl = server.url()});
        const std::string head = pattern(3 * MEGABYTE + 1, 'a');
        const std::string tail = pattern(5 * MEGABYTE + 3, 'B');
        for (int round = 0; round < 2; ++round) { // on a new and on a kept connection
            const auto number = client.begin(post("/", {head, "", tail}));
            QTRY_VERIFY_WITH_TIMEOUT(client.isAnswered(number), 20000);
            const auto answer = client.answer(number);
            QVERIFY(*answer);
            QVERIFY((*answer)->body == head + tail);
        }
        const auto seen = server.requests();
        QVERIFY(seen.at(0).header("expect").empty());
        QVERIFY(seen.at(0).header("transfer-encoding").empty());
        QVERIFY(seen.at(0).header("content-length") == std::to_string(head.size() + tail.size()));
        QVERIFY(seen.at(0).peer == seen.at(1).peer);
    }

    void passesEveryStatusOn_data()
    {
        QTest::addColumn<int>("status");
        QTest::newRow("no content") << 204;
        QTest::newRow("redirect, not followed") << 302;
        QTest::newRow("unauthorised") << 401;
        QTest::newRow("server error") << 500;
        QTest::newRow("work queue full") << 503;
    }
    void passesEveryStatusOn()
    {
        QFETCH(const int, status);
        WebServer server({}, [&](const HttpServerRequest&, const WebServer::Reply& reply) {
            reply({.status = status,
                   .contentType = "",
                   .headers = {{"Location", "/elsewhere"}},
                   .body = status == 204 ? "" : "why"});
        });
        WebClient client({.baseUrl = server.url()});
        const auto number = client.begin(post("/", {"x"}));
        QTRY_VERIFY(client.isAnswered(number));
        const auto answer = client.answer(number);
        QVERIFY(*answer);
        QCOMPARE((*answer)->status, status);
        QCOMPARE((*answer)->body, std::string(status == 204 ? "" : "why"));
        QCOMPARE(server.requestCount(), std::size_t{1});
    }

    void givesUpAtTheDeadline()
    {
        WebServer* keeper = nullptr;
        WebServer server({}, [&](const HttpServerRequest& request, const WebServer::Reply& reply) {
            if (request.target == "/hang") {
                keeper->keep(reply);
            } else {
                reply({});
            }
        });
        keeper = &server;
        WebClient client({.baseUrl = server.url()});
        const auto hanging = client.begin(get("/hang"), 80ms);
        const auto waiting = client.begin(get("/never"), 20ms); // its time runs in the queue
        const auto patient = client.begin(get("/fine"), 20s);
        QTRY_VERIFY(client.isAnswered(patient));
        QCOMPARE(client.answer(hanging)->error(), HttpError::TimedOut);
        QCOMPARE(client.answer(waiting)->error(), HttpError::TimedOut);
        QVERIFY(*client.answer(patient));
        QCOMPARE(client.order(), (std::vector<std::size_t>{waiting, hanging, patient}));
        QTRY_COMPARE(server.connectionCount(), std::size_t{1}); // the hung one is closed
        const auto seen = server.requests();
        QCOMPARE(seen.size(), std::size_t{2});
        QVERIFY(!(seen.at(0).peer == seen.at(1).peer));
    }

    void abandonedRequestGivesNoReplyAndClosesItsConnection()
    {
        WebServer* keeper = nullptr;
        WebServer server({}, [&](const HttpServerRequest& request, const WebServer::Reply& reply) {
            if (request.target == "/hang") {
                keeper->keep(reply);
            } else {
                reply({});
            }
        });
        keeper = &server;
        WebClient client({.baseUrl = server.url()});
        const auto hanging = client.begin(get("/hang"));
        const auto dropped = client.begin(get("/dropped"));
        const auto next = client.begin(get("/next"));
        QTRY_COMPARE(server.requestCount(), std::size_t{1});
        client.abandon(dropped); // waits
        client.abandon(hanging); // under way
        QTRY_VERIFY(client.isAnswered(next));
        QVERIFY(*client.answer(next));
        QCOMPARE(client.order(), std::vector<std::size_t>{next});
        QTRY_COMPARE(server.connectionCount(), std::size_t{1});
        QCOMPARE(server.requestCount(), std::size_t{2});
        server.answer({}); // to nobody
    }

    void reconnectsWhenTheServerCameBack()
    {
        auto server = std::make_unique<WebServer>();
        const std::uint16_t port = server->port();
        WebClient client({.baseUrl = server->url()});
        const auto first = client.begin(get("/1"));
        QTRY_VERIFY(client.isAnswered(first));
        server.reset();
        const auto second = client.begin(get("/2"));
        QTRY_VERIFY(client.isAnswered(second));
        QCOMPARE(client.answer(second)->error(), HttpError::Refused);
        server =
            std::make_unique<WebServer>(warp::net::HttpServerOptions{}, WebServer::Handler{}, port);
        const auto third = client.begin(get("/3"));
        QTRY_VERIFY(client.isAnswered(third));
        QVERIFY(*client.answer(third));
    }

    void saysThatTheServerDiedInBetween()
    {
        WebServer* keeper = nullptr;
        WebServer server({}, [&](const HttpServerRequest&, const WebServer::Reply& reply) {
            keeper->keep(reply);
        });
        keeper = &server;
        WebClient client({.baseUrl = server.url()});
        const auto number = client.begin(get("/"));
        QTRY_COMPARE(server.requestCount(), std::size_t{1});
        server.stop();
        QTRY_VERIFY(client.isAnswered(number));
        QCOMPARE(client.answer(number)->error(), HttpError::Closed);
    }

    void repeatsARequestThatMetADyingConnection()
    {
        // The server ends a kept connection just as the next request comes: it goes out once more,
        // whole, on a new one.
        RawServer raw;
        int connections = 0;
        raw.server.setSetUp([&](Recorder& recorder) {
            const bool isFirst = ++connections == 1;
            recorder.bytesHook = [&recorder, isFirst] {
                if (!recorder.received.ends_with("end")) {
                    return;
                }
                if (isFirst && recorder.received.find("/second") != std::string::npos) {
                    recorder.connection.reset();
                    return;
                }
                recorder.connection->send(
                    asBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
            };
        });
        WebClient client({.baseUrl = raw.url});
        const auto first = client.begin(post("/first", {"end"}));
        QTRY_VERIFY(client.isAnswered(first));
        const std::string body = pattern(300000, 'a');
        const auto second = client.begin(post("/second", {body, "end"}));
        QTRY_VERIFY(client.isAnswered(second));
        QVERIFY(*client.answer(second));
        QCOMPARE((*client.answer(second))->body, std::string("ok"));
        QVERIFY(raw.server.received(1).ends_with("\r\n\r\n" + body + "end"));
    }

    void boundsTheAnswer_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("announced")
            << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n") +
                   QByteArray(1001, 'x');
        QTest::newRow("until the end of the stream")
            << QByteArray("HTTP/1.1 200 OK\r\n\r\n") + QByteArray(50000, 'x');
        QTest::newRow("chunked")
            << QByteArray("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n") +
                   QByteArray(4096, 'x') + QByteArray("\r\n0\r\n\r\n");
        QByteArray header = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
        for (int i = 0; i < 200; ++i) {
            header += "X-Filler: " + QByteArray(1000, 'x') + "\r\n";
        }
        QTest::newRow("headers") << header + "\r\n";
    }
    void boundsTheAnswer()
    {
        QFETCH(const QByteArray, answer);
        WebServer unused; // the loop below starts after its sockets exist
        RawServer raw;
        raw.server.setSetUp([&](Recorder& recorder) {
            recorder.bytesHook = [&recorder, &answer] {
                for (qsizetype i = 0; i < answer.size(); i += 8192) {
                    recorder.connection->send(asBytes(answer.mid(i, 8192).toStdString()));
                }
                recorder.connection->closeAfterFlush();
            };
        });
        WebClient client({.baseUrl = raw.url, .maxResponseBytes = 1000});
        const auto number = client.begin(get("/"));
        QTRY_VERIFY(client.isAnswered(number));
        QVERIFY(!*client.answer(number));
        QCOMPARE(client.answer(number)->error(), HttpError::TooLarge);
    }

    void acceptsAnAnswerOfExactlyTheBound()
    {
        RawServer raw;
        raw.answerWith("HTTP/1.1 200 OK\r\n\r\n" + std::string(1000, 'x'));
        WebClient client({.baseUrl = raw.url, .maxResponseBytes = 1000});
        const auto number = client.begin(get("/"));
        QTRY_VERIFY(client.isAnswered(number));
        QVERIFY(*client.answer(number));
        QCOMPARE((*client.answer(number))->body.size(), std::size_t{1000});
    }

    void namesWhatWentWrong_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<HttpError>("expected");
        QTest::newRow("no HTTP") << QByteArray("SSH-2.0-OpenSSH_9.2\r\n\r\n")
                                 << HttpError::Malformed;
        QTest::newRow("nothing") << QByteArray() << HttpError::Closed;
        QTest::newRow("half a header")
            << QByteArray("HTTP/1.1 200 OK\r\nContent-Le") << HttpError::Closed;
        QTest::newRow("half a body")
            << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") << HttpError::Closed;
    }
    void namesWhatWentWrong()
    {
        QFETCH(const QByteArray, answer);
        QFETCH(const HttpError, expected);
        RawServer raw;
        raw.answerWith(answer.toStdString());
        WebClient client({.baseUrl = raw.url});
        const auto number = client.begin(get("/"));
        QTRY_VERIFY(client.isAnswered(number));
        QVERIFY(!*client.answer(number));
        QCOMPARE(client.answer(number)->error(), expected);
    }

    void refusesWhatIsNoRequest_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("header");
        QTest::newRow("another protocol") << "ftp://127.0.0.1" << "/" << "v";
        QTest::newRow("file") << "file:///etc" << "/hostname" << "v";
        QTest::newRow("no URL") << "http://" << "/" << "v";
        QTest::newRow("bad port") << "http://127.0.0.1:99999" << "/" << "v";
        QTest::newRow("line break in the target") << "http://127.0.0.1:1" << "/a\r\nX: y" << "v";
        QTest::newRow("line break in a header") << "http://127.0.0.1:1" << "/" << "v\r\nX: y";
    }
    void refusesWhatIsNoRequest()
    {
        QFETCH(const QString, url);
        QFETCH(const QString, target);
        QFETCH(const QString, header);
        WebClient client({.baseUrl = url.toStdString()});
        HttpRequest request = get(target.toStdString());
        request.headers = {{"X-Test", header.toStdString()}};
        const auto number = client.begin(std::move(request));
        QTRY_VERIFY(client.isAnswered(number));
        QVERIFY(!*client.answer(number));
        QCOMPARE(client.answer(number)->error(), HttpError::Malformed);
    }

    void saysThatAHostHasNoAddress()
    {
        WebClient client({.baseUrl = "http://node.invalid:8332"});
        const auto number = client.begin(get("/"), 25s);
        QTRY_VERIFY_WITH_TIMEOUT(client.isAnswered(number), 28000);
        QVERIFY(!*client.answer(number));
        QCOMPARE(client.answer(number)->error(), HttpError::NameNotFound);
    }

    void usesNoProxyOfTheEnvironment()
    {
        WebServer server;
        qputenv("http_proxy", "http://127.0.0.1:1");
        WebClient client({.baseUrl = server.url()});
        const auto number = client.begin(get("/"));
        QTRY_VERIFY(client.isAnswered(number));
        qunsetenv("http_proxy");
        QVERIFY(*client.answer(number));
    }

    void firstBytesGoOutInsideTheCall()
    {
        WebServer server;
        WebClient client({.baseUrl = server.url()});
        const auto first = client.begin(get("/")); // opens the connection
        QTRY_VERIFY(client.isAnswered(first));
        warp::util::RequestHandle handle;
        const bool hasArrived = client.loop().call([&] {
            handle = client.transport().request(post("/block", {"header", "tail"}), 20s,
                                                [](const auto&) {});
            // The client's loop stands still until this task ends.
            return QTest::qWaitFor([&] { return server.requestCount() == 2; });
        });
        client.loop().call([&] { handle.reset(); });
        QVERIFY(hasArrived);
    }

    void transportMayBeDestroyedInAReply()
    {
        WebServer server;
        WebClient client({.baseUrl = server.url()});
        std::atomic<int> replies{0};
        warp::util::RequestHandle first;
        warp::util::RequestHandle second;
        client.loop().call([&] {
            first = client.transport().request(get("/1"), 20s, [&](const auto& answer) {
                QVERIFY(answer);
                ++replies;
                client.destroyTransport();
            });
            second = client.transport().request(get("/2"), 20s, [&](const auto&) { ++replies; });
            QCOMPARE(replies.load(), 0); // never inside request()
        });
        QTRY_COMPARE(replies.load(), 1);
        QTRY_COMPARE(server.connectionCount(), std::size_t{0});
        client.loop().call([&] {
            first.reset();
            second.reset();
        });
        QCOMPARE(replies.load(), 1);
    }

    void replyMayBeginTheNextRequestAndDropItsHandle()
    {
        WebServer server;
        WebClient client({.baseUrl = server.url()});
        std::atomic<int> count{0};
        warp::util::RequestHandle handle;
        std::function<void()> next = [&] {
            handle = client.transport().request(get("/"), 20s, [&](const auto& answer) {
                QVERIFY(answer);
                if (++count < 10) {
                    next();
                } else {
                    handle.reset();
                }
            });
        };
        client.loop().call([&] { next(); });
        QTRY_COMPARE(count.load(), 10);
        QVERIFY(client.loop().call([&] { return handle == nullptr; }));
        QCOMPARE(server.connectionCount(), std::size_t{1});
    }
};

WARP_TEST_CLASS(HttpTransportTest);

} // namespace

#include "http_transport_test.moc"
