// The API over real sockets: headers, refusals and the listener's life.
#include "core/api/api_server.h"

#include "tests/core/api/still_pool.h"
#include "tests/core/net/loop_thread.h"
#include "tests/core/net/raw_client.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace warp;
using test::RawClient;

class ApiServerTest final : public QObject
{
    Q_OBJECT

private:
    class Bench
    {
    public:
        explicit Bench(std::uint16_t port = 0)
        {
            m_loop.call([&] {
                server = std::make_unique<api::ApiServer>(
                    m_loop.executor(), m_clock, m_pool,
                    api::ApiOptions{.listen = {.host = "127.0.0.1", .port = port},
                                    .hostNames = {"pool.local"},
                                    .facts = {.version = "1.2.3", .profile = "small"}},
                    api::ApiIssues{
                        .raise = [this](const std::string& code,
                                        const std::string&) { m_issues.push_back(code); },
                        .clear =
                            [this](const std::string& code) { m_issues.push_back("-" + code); }});
            });
        }
        ~Bench()
        {
            close();
            m_loop.stop();
        }
        Bench(const Bench&) = delete;
        Bench& operator=(const Bench&) = delete;

        void close()
        {
            m_loop.call([this] { server.reset(); });
        }
        std::uint16_t port()
        {
            return m_loop.call([this] {
                return server->local() == nullptr ? std::uint16_t{0} : server->local()->port;
            });
        }
        std::vector<std::string> issues()
        {
            return m_loop.call([this] { return m_issues; });
        }
        std::string ask(const std::string& request)
        {
            RawClient client;
            return client.connect(port()) && client.send(request) ? client.receive(1'000'000)
                                                                  : std::string();
        }
        std::string get(const std::string& target, const std::string& host = "localhost")
        {
            return ask("GET " + target + " HTTP/1.1\r\nHost: " + host +
                       "\r\nConnection: close\r\n\r\n");
        }

        std::unique_ptr<api::ApiServer> server;

    private:
        test::LoopThread m_loop;
        test::HandClock m_clock;
        test::StillPool m_pool;
        std::vector<std::string> m_issues;
    };

private slots:
    void servesItsRoutes()
    {
        Bench bench;
        for (const char* target :
             {"/healthz", "/readyz", "/metrics", "/api/overview", "/api/version"}) {
            const std::string answer = bench.get(target);
            QVERIFY2(answer.starts_with("HTTP/1.1 200 OK\r\n"), answer.c_str());
            QVERIFY(answer.find("Cache-Control: no-store\r\n") != std::string::npos);
        }
        // R204
        QVERIFY(bench.get("/metrics")
                    .find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n") !=
                std::string::npos);
    }

    void everyAnswerCarriesTheSecurityHeaders_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QByteArray>("status");
        const QByteArray host = "Host: localhost\r\nConnection: close\r\n";
        QTest::newRow("answer") << "GET /metrics HTTP/1.1\r\n" + host + "\r\n" << QByteArray("200");
        QTest::newRow("head") << "HEAD /healthz HTTP/1.1\r\n" + host + "\r\n" << QByteArray("200");
        QTest::newRow("unknown") << "GET /admin HTTP/1.1\r\n" + host + "\r\n" << QByteArray("404");
        QTest::newRow("method") << "POST /healthz HTTP/1.1\r\n" + host + "\r\n"
                                << QByteArray("405");
        QTest::newRow("trace") << "TRACE /healthz HTTP/1.1\r\n" + host + "\r\n"
                               << QByteArray("405");
        QTest::newRow("traversal") << "GET /%2e%2e%2fetc HTTP/1.1\r\n" + host + "\r\n"
                                   << QByteArray("400");
        QTest::newRow("rebinding")
            << QByteArray("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n")
            << QByteArray("421");
        QTest::newRow("no host") << QByteArray("GET /metrics HTTP/1.1\r\n\r\n")
                                 << QByteArray("400");
        QTest::newRow("garbage") << QByteArray("\x16\x03\x01\x02\n") << QByteArray("400");
        QTest::newRow("large body")
            << "POST /healthz HTTP/1.1\r\nContent-Length: 99999999\r\n" + host + "\r\n"
            << QByteArray("413");
    }
    void everyAnswerCarriesTheSecurityHeaders()
    {
        QFETCH(const QByteArray, request);
        QFETCH(const QByteArray, status);
        Bench bench;
        const std::string answer = bench.ask(request.toStdString());
        QVERIFY2(answer.starts_with("HTTP/1.1 " + status.toStdString() + " "), answer.c_str());
        for (const char* header :
             {"X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer\r\n",
              "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"}) {
            QVERIFY2(answer.find(header) != std::string::npos, answer.c_str());
        }
        if (status != "200") {
            QVERIFY(answer.find("Content-Type: application/problem+json\r\n") != std::string::npos);
            QVERIFY(answer.find("\"code\":") != std::string::npos);
            QVERIFY(answer.find("evil") == std::string::npos);
        }
    }

    void aTakenPortIsAnIssueThatEndsByItself()
    {
        auto first = std::make_unique<Bench>();
        Bench second(first->port());
        QCOMPARE(second.port(), std::uint16_t{0});
        QCOMPARE(second.issues(), std::vector<std::string>{"status_port_in_use"});
        const std::uint16_t port = first->port();
        first.reset();
        QTRY_COMPARE_WITH_TIMEOUT(second.port(), port, 15'000);
        QCOMPARE(second.issues().back(), std::string("-status_port_in_use"));
        QVERIFY(second.get("/healthz").starts_with("HTTP/1.1 200 "));
    }
};

WARP_TEST_CLASS(ApiServerTest);

} // namespace

#include "api_server_test.moc"
