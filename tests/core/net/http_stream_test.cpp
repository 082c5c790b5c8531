// Answers in parts over real sockets, and the limits that hostile clients meet.
#include "core/net/http_stream.h"

#include "tests/core/net/http_fixture.h"
#include "tests/core/net/raw_client.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <string>

namespace {

using namespace std::chrono_literals;
using warp::net::HttpServerOptions;
using warp::net::HttpServerRequest;
using warp::net::HttpStream;
using warp::test::RawClient;
using warp::test::WebServer;

std::shared_ptr<const std::string> part(std::string text)
{
    return std::make_shared<const std::string>(std::move(text));
}

/// A server whose every answer is one stream.
class Streamer final
{
public:
    explicit Streamer(warp::net::HttpStreamOptions options = {})
        : stream(std::make_shared<HttpStream>(options))
        , server({}, [this](const HttpServerRequest&, const WebServer::Reply& reply) {
            reply({.status = 200,
                   .contentType = "text/event-stream",
                   .headers = {},
                   .body = {},
                   .stream = stream});
        })
    {
        stream->setOnClosed([this] { isClosed = true; });
    }

    bool send(std::string text)
    {
        return server.loop().call([&] { return stream->send(part(std::move(text))); });
    }
    void end()
    {
        server.loop().call([&] { stream->end(); });
    }
    bool hasClosed()
    {
        return server.loop().call([&] { return isClosed; });
    }

    std::shared_ptr<HttpStream> stream;
    bool isClosed = false;
    WebServer server;
};

class HttpStreamTest final : public QObject
{
    Q_OBJECT

private slots:
    void sendsPartsAsTheyComeAndThenTheNextAnswer()
    {
        Streamer streamer;
        RawClient client;
        QVERIFY(streamer.send("before ")); // before anybody asks
        QVERIFY(client.connect(streamer.server.port()));
        QVERIFY(client.send("GET /events HTTP/1.1\r\n\r\n"));
        QTRY_COMPARE(streamer.server.requestCount(), std::size_t{1});
        QVERIFY(streamer.send("after"));
        const std::string wanted = "\r\n\r\n7\r\nbefore \r\n5\r\nafter\r\n";
        std::string answer;
        while (answer.find("after\r\n") == std::string::npos) {
            const std::string more = client.receive(1);
            QVERIFY(!more.empty());
            answer += more;
        }
        QVERIFY(answer.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
        QVERIFY2(answer.ends_with(wanted), answer.c_str());
        streamer.end();
        QCOMPARE(client.receive(5), std::string("0\r\n\r\n"));
        QTRY_VERIFY(streamer.hasClosed());
        QVERIFY(client.send("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n"));
        QVERIFY(client.receive(10000).starts_with("HTTP/1.1 200 "));
    }

    void endsWithTheConnectionForAClientOfHttp10()
    {
        Streamer streamer;
        QVERIFY(streamer.send("all"));
        streamer.end();
        RawClient client;
        QVERIFY(client.connect(streamer.server.port()));
        QVERIFY(client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
        const std::string answer = client.receive(10000);
        QVERIFY(client.hasEnded());
        QVERIFY(answer.ends_with("\r\n\r\nall"));
        QVERIFY(answer.find("chunked") == std::string::npos);
    }

    void noticesThatTheClientIsGone()
    {
        Streamer streamer;
        RawClient client;
        QVERIFY(client.connect(streamer.server.port()));
        QVERIFY(client.send("GET / HTTP/1.1\r\n\r\n"));
        QTRY_COMPARE(streamer.server.requestCount(), std::size_t{1});
        client.close();
        QTRY_VERIFY(streamer.hasClosed());
        QVERIFY(!streamer.send("to nobody"));
        QCOMPARE(streamer.server.connectionCount(), std::size_t{0});
    }

    void dropsAReaderWhoseQueueIsFull()
    {
        Streamer streamer({.maxQueuedBytes = 100'000});
        RawClient client(warp::test::ReceiveBuffer::Small);
        QVERIFY(client.connect(streamer.server.port()));
        QVERIFY(client.send("GET / HTTP/1.1\r\n\r\n"));
        QTRY_COMPARE(streamer.server.requestCount(), std::size_t{1});
        // The kernel takes some megabytes before it makes anybody wait.
        bool isTaken = true;
        for (int i = 0; i < 2000 && isTaken; ++i) {
            isTaken = streamer.send(std::string(50'000, 'x'));
        }
        QVERIFY(!isTaken);
        QVERIFY(streamer.hasClosed());
        QTRY_COMPARE(streamer.server.connectionCount(), std::size_t{0});
    }

    void dropsAReaderWhoTakesNothing()
    {
        Streamer streamer({.maxQueuedBytes = 64U << 20U, .stallDeadline = 100ms});
        RawClient client(warp::test::ReceiveBuffer::Small);
        QVERIFY(client.connect(streamer.server.port()));
        QVERIFY(client.send("GET / HTTP/1.1\r\n\r\n"));
        QTRY_COMPARE(streamer.server.requestCount(), std::size_t{1});
        QVERIFY(streamer.send(std::string(32U << 20U, 'x')));
        QTRY_VERIFY(streamer.hasClosed());
    }

    void asksForTheBodyOfAClientThatWaits()
    {
        WebServer server({.maxBodyBytes = 10});
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(
            client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
        QCOMPARE(client.receive(25), std::string("HTTP/1.1 100 Continue\r\n\r\n"));
        QVERIFY(client.send("abc"));
        QVERIFY(client.receive(15).starts_with("HTTP/1.1 200 OK"));
        QCOMPARE(server.requests().at(0).body, std::string("abc"));
        RawClient greedy;
        QVERIFY(greedy.connect(server.port()));
        QVERIFY(
            greedy.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n"));
        QVERIFY(greedy.receive(10000).starts_with("HTTP/1.1 413 "));
    }

    void whatFollowsAChunkedBodyIsNoHeader()
    {
        WebServer server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
                            "Connection: close\r\n\r\n"
                            "3\r\nabc\r\n0\r\nX-Admin: yes\r\n\r\n"));
        QVERIFY(client.receive(10000).starts_with("HTTP/1.1 200 "));
        QCOMPARE(server.requests().at(0).body, std::string("abc"));
        QVERIFY(server.requests().at(0).header("X-Admin").empty());
    }

    void neverServesASmuggledRequest()
    {
        WebServer server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("POST / HTTP/1.1\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n"
                            "\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n"));
        QVERIFY(client.receive(10000).starts_with("HTTP/1.1 400 "));
        QVERIFY(client.hasEnded());
        QCOMPARE(server.requestCount(), std::size_t{0});
    }

    void answersOnlyToItsNames()
    {
        HttpServerOptions options;
        options.hostNames = std::vector<std::string>{"pool.local"};
        options.headers = {{"X-Content-Type-Options", "nosniff"}};
        WebServer server(options);
        const auto ask = [&](const std::string& header) {
            RawClient client;
            if (!client.connect(server.port()) ||
                !client.send("GET / HTTP/1.1\r\n" + header + "Connection: close\r\n\r\n")) {
                return std::string();
            }
            return client.receive(10000);
        };
        QVERIFY(ask("Host: pool.local:1\r\n").starts_with("HTTP/1.1 200 "));
        QVERIFY(ask("Host: 127.0.0.1\r\n").starts_with("HTTP/1.1 200 "));
        const std::string refusal = ask("Host: attacker.example\r\n");
        QVERIFY(refusal.starts_with("HTTP/1.1 421 "));
        QVERIFY(refusal.find("X-Content-Type-Options: nosniff\r\n") != std::string::npos);
        QVERIFY(refusal.find("attacker") == std::string::npos);
        QVERIFY(ask("").starts_with("HTTP/1.1 400 "));
        QCOMPARE(server.requestCount(), std::size_t{2});
    }

    void closesAClientThatDoesNotTakeItsAnswer()
    {
        HttpServerOptions options;
        options.writeDeadline = 50ms;
        options.minWriteRate = 1U << 30U;
        WebServer server(options, [](const HttpServerRequest&, const WebServer::Reply& reply) {
            reply({.status = 200,
                   .contentType = "text/plain",
                   .headers = {},
                   .body = std::string(32U << 20U, 'x')});
        });
        RawClient client(warp::test::ReceiveBuffer::Small);
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("GET / HTTP/1.1\r\n\r\n"));
        QTRY_COMPARE(server.requestCount(), std::size_t{1});
        QTRY_COMPARE(server.connectionCount(), std::size_t{0});
    }

    void refusesMoreConnectionsOfOneAddress()
    {
        WebServer server({.maxConnectionsFromLoopback = 2});
        RawClient first;
        QVERIFY(first.connect(server.port()));
        {
            RawClient second;
            QVERIFY(second.connect(server.port()));
            QTRY_COMPARE(server.connectionCount(), std::size_t{2});
            RawClient third;
            QVERIFY(third.connect(server.port()));
            QVERIFY(third.receive(10000).starts_with("HTTP/1.1 429 "));
        }
        QTRY_COMPARE(server.connectionCount(), std::size_t{1});
        RawClient fourth;
        QVERIFY(fourth.connect(server.port()));
        QVERIFY(fourth.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
        QVERIFY(fourth.receive(10000).starts_with("HTTP/1.1 200 "));
    }
};

WARP_TEST_CLASS(HttpStreamTest);

} // namespace

#include "http_stream_test.moc"
