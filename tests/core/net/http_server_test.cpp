#include "core/net/http_server.h"

#include "tests/core/net/http_fixture.h"
#include "tests/core/net/raw_client.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <atomic>
#include <chrono>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <string>

namespace {

using namespace std::chrono_literals;
using warp::net::HttpServerOptions;
using warp::net::HttpServerRequest;
using warp::test::RawClient;
using warp::test::WebServer;

/// Reads until the peer ends the stream.
std::string receiveAll(RawClient& client)
{
    return client.receive(1024 * 1024);
}

bool hasInput(const RawClient& client)
{
    pollfd one{.fd = client.descriptor(), .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, 0) > 0;
}

class HttpServerTest final : public QObject
{
    Q_OBJECT

private slots:
    void servesPipelinedRequestsInOrder()
    {
        WebServer server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                            "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                            "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        const std::string answers = receiveAll(client);
        QVERIFY(client.hasEnded());
        const auto first = answers.find("GET /1");
        const auto second = answers.find("POST /2");
        const auto third = answers.find("GET /3");
        QVERIFY(first < second && second < third && third != std::string::npos);
        QCOMPARE(server.requests().at(1).body, std::string("abc"));
    }

    void findsHeadersInAnyCase()
    {
        const HttpServerRequest request{.method = "GET",
                                        .target = "/",
                                        .headers = {{"X-Token", "a"}, {"x-token", "b"}},
                                        .body = {},
                                        .peer = {}};
        QVERIFY(request.header("x-TOKEN") == "a");
        QVERIFY(request.header("x-toke").empty());
    }

    void answersLater()
    {
        WebServer* keeper = nullptr;
        WebServer server({.headDeadline = 50ms, .bodyDeadline = 50ms, .idleDeadline = 50ms},
                         [&](const HttpServerRequest&, const WebServer::Reply& reply) {
                             keeper->keep(reply);
                             keeper->keep(reply);
                         });
        keeper = &server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("GET /longpoll HTTP/1.1\r\n\r\n"));
        QTRY_COMPARE(server.requestCount(), std::size_t{1});
        // No limit of the connection runs while the handler thinks.
        QVERIFY(!QTest::qWaitFor([&] { return server.connectionCount() == 0; }, 200));
        server.answer({.status = 200, .contentType = "", .headers = {}, .body = "tip"});
        server.answer({.status = 500, .contentType = "", .headers = {}, .body = "twice"});
        const std::string answer = receiveAll(client); // ends at the idle deadline
        QVERIFY(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        QVERIFY(answer.ends_with("\r\n\r\ntip"));
    }

    void unusedReplyAnswers500()
    {
        WebServer* keeper = nullptr;
        WebServer server({}, [&](const HttpServerRequest&, const WebServer::Reply& reply) {
            keeper->keep(reply);
        });
        keeper = &server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
        QTRY_COMPARE(server.requestCount(), std::size_t{1});
        server.dropReplies();
        QVERIFY(receiveAll(client).starts_with("HTTP/1.1 500 "));
    }

    void handlerThatThrowsAnswers500()
    {
        std::atomic<int> failures{0};
        WebServer server(
            {},
            [](const HttpServerRequest&, const WebServer::Reply&) {
                throw std::runtime_error("broken handler");
            },
            0, [&](std::string_view) { ++failures; });
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
        QVERIFY(receiveAll(client).starts_with("HTTP/1.1 500 "));
        QCOMPARE(failures.load(), 1);
    }

    void noticesAClientThatGaveUp()
    {
        WebServer* keeper = nullptr;
        WebServer server({}, [&](const HttpServerRequest&, const WebServer::Reply& reply) {
            keeper->keep(reply);
        });
        keeper = &server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("GET /longpoll HTTP/1.1\r\n\r\n"));
        QTRY_COMPARE(server.requestCount(), std::size_t{1});
        client.close();
        QTRY_COMPARE(server.connectionCount(), std::size_t{0});
        server.answer({}); // to nobody
    }

    void refusesWhatBreaksItsLimits_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QByteArray>("status");
        const QByteArray head = "POST / HTTP/1.1\r\n";
        QTest::newRow("body, announced")
            << head + "Content-Length: 1001\r\n\r\n" + QByteArray(1001, 'x') << QByteArray("413");
        QTest::newRow("body, chunked")
            << head + "Transfer-Encoding: chunked\r\n\r\n1000\r\n" + QByteArray(4096, 'x') + "\r\n"
            << QByteArray("413");
        QTest::newRow("body of 100 MB, announced")
            << head + "Content-Length: 104857600\r\n\r\n" + QByteArray(500000, 'x')
            << QByteArray("413");
        QTest::newRow("one long header line")
            << head + "X: " + QByteArray(300000, 'x') << QByteArray("431");
        QByteArray many = head;
        for (int i = 0; i < 500; ++i) {
            many += "X-" + QByteArray::number(i) + ": y\r\n";
        }
        QTest::newRow("many headers") << many + "\r\n" << QByteArray("431");
        QTest::newRow("long target") << "GET /" + QByteArray(5000, 'a') + " HTTP/1.1\r\n\r\n"
                                     << QByteArray("414");
        QTest::newRow("no HTTP") << QByteArray("{\"id\":1,\"method\":\"mining.subscribe\"}\n\r\n")
                                 << QByteArray("400");
        QTest::newRow("bad header")
            << QByteArray("GET / HTTP/1.1\r\nno colon\r\n\r\n") << QByteArray("400");
        QTest::newRow("two lengths")
            << head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab" << QByteArray("400");
    }
    void refusesWhatBreaksItsLimits()
    {
        QFETCH(const QByteArray, request);
        QFETCH(const QByteArray, status);
        WebServer server({.head = {.maxBytes = 2000}, .maxBodyBytes = 1000});
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send(request.toStdString()));
        // The whole answer arrives although the request was not read to its end.
        const std::string answer = receiveAll(client);
        QVERIFY2(answer.starts_with("HTTP/1.1 " + status.toStdString() + " "), answer.c_str());
        QVERIFY(answer.find("Connection: close\r\n") != std::string::npos);
        QVERIFY(client.hasEnded());
        client.close();
        QTRY_COMPARE(server.connectionCount(), std::size_t{0});
        QCOMPARE(server.requestCount(), std::size_t{0});
    }

    void refusalSurvivesTheInputThatFollowsIt()
    {
        WebServer server({.maxBodyBytes = 1000});
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("POST / HTTP/1.1\r\nContent-Length: 104857600\r\n\r\n"));
        QTRY_VERIFY(hasInput(client));
        for (int i = 0; i < 5; ++i) {
            QVERIFY(client.send(std::string(200000, 'x'))); // a reset would end this
        }
        client.endSending();
        QVERIFY(receiveAll(client).starts_with("HTTP/1.1 413 "));
        QVERIFY(client.hasEnded());
        QTRY_COMPARE(server.connectionCount(), std::size_t{0});
    }

    void takesRequestsOfExactlyItsLimits()
    {
        WebServer server({.maxBodyBytes = 1000});
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n" +
                            std::string(1000, 'x')));
        QVERIFY(receiveAll(client).starts_with("HTTP/1.1 200 "));
        QCOMPARE(server.requests().at(0).body.size(), std::size_t{1000});
    }

    void refusesConnectionsBeyondItsCap()
    {
        WebServer server({.maxConnections = 2});
        RawClient first;
        RawClient second;
        RawClient third;
        QVERIFY(first.connect(server.port()));
        QVERIFY(second.connect(server.port()));
        QTRY_COMPARE(server.connectionCount(), std::size_t{2});
        QVERIFY(third.connect(server.port()));
        QVERIFY(receiveAll(third).starts_with("HTTP/1.1 503 "));
        QVERIFY(second.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
        QVERIFY(receiveAll(second).starts_with("HTTP/1.1 200 "));
        second.close();
        QTRY_COMPARE(server.connectionCount(), std::size_t{1});
        RawClient fourth;
        QVERIFY(fourth.connect(server.port()));
        QVERIFY(fourth.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
        QVERIFY(receiveAll(fourth).starts_with("HTTP/1.1 200 "));
    }

    void closesARequestThatTricklesInWhileOthersAreServed_data()
    {
        QTest::addColumn<QByteArray>("start");
        QTest::newRow("header") << QByteArray("GET / HTTP/1.1\r\nX-Slow: ");
        QTest::newRow("body") << QByteArray("POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n");
    }
    void closesARequestThatTricklesInWhileOthersAreServed()
    {
        QFETCH(const QByteArray, start);
        WebServer server({.headDeadline = 150ms, .bodyDeadline = 150ms, .idleDeadline = 10s});
        RawClient slow;
        RawClient good;
        QVERIFY(slow.connect(server.port()));
        QVERIFY(good.connect(server.port()));
        const auto begin = std::chrono::steady_clock::now();
        QVERIFY(slow.send(start.toStdString()));
        int served = 0;
        // Each byte comes well before the deadline counted from the byte before.
        while (!hasInput(slow) && std::chrono::steady_clock::now() - begin < 20s) {
            if (served < 5000 && !slow.send("x")) {
                break;
            }
            QVERIFY(good.send("GET / HTTP/1.1\r\n\r\n"));
            QVERIFY(good.receive(15).starts_with("HTTP/1.1 200 OK"));
            const std::string rest = good.receive(1); // the remainder is read with the next one
            QVERIFY(!rest.empty());
            while (hasInput(good)) {
                static_cast<void>(good.receive(1));
            }
            ++served;
        }
        const auto took = std::chrono::steady_clock::now() - begin;
        QVERIFY(took >= 150ms);
        QVERIFY(took < 10s);
        QVERIFY(served > 0);
        // It lingers until the other side has had the answer.
        QTRY_COMPARE(server.connectionCount(), std::size_t{1});
    }

    void closesIdleConnections()
    {
        WebServer server({.idleDeadline = 60ms});
        RawClient silent;
        QVERIFY(silent.connect(server.port()));
        QCOMPARE(receiveAll(silent), std::string());
        QVERIFY(silent.hasEnded());
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("GET / HTTP/1.1\r\n\r\n"));
        QVERIFY(receiveAll(client).ends_with("GET /"));
        QVERIFY(client.hasEnded());
    }

    void answersHeadWithoutABody()
    {
        WebServer server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("HEAD /abc HTTP/1.1\r\nConnection: close\r\n\r\n"));
        const std::string answer = receiveAll(client);
        QVERIFY(answer.find("Content-Length: 9\r\n") != std::string::npos);
        QVERIFY(answer.ends_with("\r\n\r\n"));
    }

    void leavesOutHeadersWithALineBreak()
    {
        WebServer server({}, [](const HttpServerRequest&, const WebServer::Reply& reply) {
            reply({.status = 200,
                   .contentType = "text/plain",
                   .headers = {{"X-Good", "1"}, {"X-Bad", "1\r\nSet-Cookie: stolen"}},
                   .body = "x"});
        });
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
        const std::string answer = receiveAll(client);
        QVERIFY(answer.find("X-Good: 1\r\n") != std::string::npos);
        QVERIFY(answer.find("stolen") == std::string::npos);
    }

    void mayBeDestroyedInItsHandler()
    {
        std::unique_ptr<warp::net::HttpServer> inner;
        warp::test::LoopThread loop;
        std::uint16_t port = 0;
        loop.call([&] {
            inner = warp::net::HttpServer::create(
                        loop.executor(), {.host = "127.0.0.1", .port = 0}, {},
                        [&](const HttpServerRequest&, const WebServer::Reply& reply) {
                            inner.reset();
                            reply({}); // to nobody
                        })
                        .value();
            port = inner->local().port;
        });
        RawClient client;
        QVERIFY(client.connect(port));
        QVERIFY(client.send("GET / HTTP/1.1\r\n\r\n"));
        QCOMPARE(receiveAll(client), std::string());
        QVERIFY(loop.call([&] { return inner == nullptr; }));
    }

    void saysWhyItCannotListen()
    {
        WebServer server;
        warp::test::LoopThread loop;
        const auto error = loop.call([&] {
            return warp::net::HttpServer::create(
                       loop.executor(), {.host = "127.0.0.1", .port = server.port()}, {}, {})
                .error();
        });
        QCOMPARE(error, warp::net::NetError::AddressInUse);
    }
};

WARP_TEST_CLASS(HttpServerTest);

} // namespace

#include "http_server_test.moc"
