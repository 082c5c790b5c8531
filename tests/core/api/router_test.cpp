#include "core/api/router.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <optional>
#include <string>

namespace {

using namespace warp;
using api::Access;
using api::ApiRequest;
using api::Router;
using Answer = net::HttpServerResponse;

api::Handler echo(std::string name)
{
    return [name = std::move(name)](const ApiRequest& request, const util::Reply<Answer>& reply) {
        std::string body = name;
        for (const std::string& parameter : request.parameters) {
            body += "," + parameter;
        }
        reply({.status = 200, .contentType = "text/plain", .headers = {}, .body = body});
    };
}

const Router& router()
{
    static const Router ROUTER({
        {.method = "GET", .pattern = "/open", .access = Access::Anywhere, .handler = echo("open")},
        {.method = "GET", .pattern = "/inside", .handler = echo("inside")},
        {.method = "POST", .pattern = "/inside", .handler = echo("change")},
        {.method = "GET",
         .pattern = "/workers/{name}/shares",
         .cacheControl = "max-age=1",
         .handler = echo("shares")},
    });
    return ROUTER;
}

Answer ask(std::string method, std::string target, std::string host = "127.0.0.1")
{
    std::optional<Answer> answer;
    router().handle({.method = std::move(method),
                     .target = std::move(target),
                     .headers = {},
                     .body = {},
                     .peer = {.host = std::move(host), .port = 1}},
                    [&](Answer given) { answer = std::move(given); });
    return answer.value();
}

std::string header(const Answer& answer, const std::string& name)
{
    for (const auto& [key, value] : answer.headers) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

class RouterTest final : public QObject
{
    Q_OBJECT

private slots:
    void findsTheHandlerOfAPath_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("body"); // empty: 404
        const auto add = [](const char* target, const char* body) {
            QTest::newRow(target) << QString::fromLatin1(target) << QString::fromLatin1(body);
        };
        add("/open", "open");
        add("/open?x=1", "open");
        add("/x/../open", "open");
        add("/op%65n", "open");
        add("/workers/rig%201/shares", "shares,rig 1");
        add("/workers//shares", "");
        add("/workers/a/b/shares", "");
        add("/open/", "");
        add("/Open", "");
        add("/", "");
    }
    void findsTheHandlerOfAPath()
    {
        QFETCH(const QString, target);
        QFETCH(const QString, body);
        const Answer answer = ask("GET", target.toStdString());
        QCOMPARE(answer.status, body.isEmpty() ? 404 : 200);
        if (!body.isEmpty()) {
            QCOMPARE(answer.body, body.toStdString());
        }
    }

    void tellsWhichMethodsAPathKnows()
    {
        const Answer answer = ask("DELETE", "/inside");
        QCOMPARE(answer.status, 405);
        QCOMPARE(header(answer, "Allow"), std::string("GET, HEAD, POST"));
        QCOMPARE(ask("POST", "/inside").body, std::string("change"));
        QCOMPARE(ask("HEAD", "/inside").body, std::string("inside"));
        QCOMPARE(ask("get", "/inside").status, 405);
    }

    void refusesWhatCannotBeRead()
    {
        const Answer answer = ask("GET", "/a%2fb<script>");
        QCOMPARE(answer.status, 400);
        QCOMPARE(answer.contentType, std::string("application/problem+json"));
        QVERIFY(answer.body.find("\"code\":\"bad_request\"") != std::string::npos);
        QVERIFY(answer.body.find("script") == std::string::npos);
    }

    void keepsWhatNeedsALoginOnThisMachine()
    {
        QCOMPARE(ask("GET", "/open", "192.168.1.7").status, 200);
        for (const char* host : {"192.168.1.7", "fd00::7", "", "localhost.example"}) {
            const Answer answer = ask("GET", "/inside", host);
            QCOMPARE(answer.status, 403);
            QVERIFY(answer.body.find("this_machine_only") != std::string::npos);
        }
        for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
            QCOMPARE(ask("GET", "/inside", host).status, 200);
        }
    }

    void saysHowLongAnAnswerMayBeKept()
    {
        QCOMPARE(header(ask("GET", "/open"), "Cache-Control"), std::string("no-store"));
        QCOMPARE(header(ask("GET", "/workers/a/shares"), "Cache-Control"),
                 std::string("max-age=1"));
        QCOMPARE(header(ask("GET", "/nothing"), "Cache-Control"), std::string("no-store"));
    }
};

WARP_TEST_CLASS(RouterTest);

} // namespace

#include "router_test.moc"
