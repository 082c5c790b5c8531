#include "core/node/rpc_client.h"

#include "tests/core/node/fake_world.h"
#include "tests/core/node/quoted.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace warp::node;
using warp::test::quoted;
using namespace std::chrono_literals;

const std::string CALL = quoted("{'jsonrpc':'1.0','id':1,'method':'uptime','params':[]}");
const std::string OK = quoted("{'result':'fine','error':null,'id':1}");

NodeOptions withCookie()
{
    return {.cookieFile = "/node/.cookie"};
}

/// A client with a server that answers with `status` unless the login is the accepted one.
struct Bench
{
    explicit Bench(const NodeOptions& options)
        : credentials(world.files, options)
        , client(world.executor, world.clock, credentials,
                 world.network.createHttpTransport(world.executor, {}))
    {
        world.network.server = [this](const test::Exchange& exchange) {
            seen.push_back(exchange);
            if (fault) {
                exchange.respond(util::Unexpected(*fault));
            } else if (!isHung) {
                const bool isWelcome =
                    accepted.empty() || exchange.header("Authorization") == accepted;
                exchange.respond(net::HttpResponse{.status = isWelcome ? 200 : 401,
                                                   .body = isWelcome ? body : "",
                                                   .contentType = {}});
            }
        };
    }

    void call(util::Duration timeout = 10s)
    {
        reply.reset();
        handle = client.call({.method = "uptime", .params = toBody("[]")}, timeout,
                             [this](RpcReply answer) {
                                 handle.reset();
                                 reply.emplace(std::move(answer));
                             });
    }
    /// The outcome of one call.
    std::optional<NodeErrorCode> failure()
    {
        call();
        world.executor.runFor(20s);
        return reply.has_value() && !reply->hasValue() ? std::optional(reply->error().code)
                                                       : std::nullopt;
    }

    test::FakeWorld world;
    RpcCredentials credentials;
    RpcClient client;
    std::string accepted;
    std::string body = OK;
    std::optional<net::HttpError> fault;
    bool isHung = false;
    std::vector<test::Exchange> seen;
    util::RequestHandle handle;
    std::optional<RpcReply> reply;
};

class RpcClientTest final : public QObject
{
    Q_OBJECT

private slots:
    void sendsOneCallAsJson()
    {
        Bench bench({.user = "Aladdin", .password = "open sesame"});
        QCOMPARE(bench.failure(), std::nullopt);
        QCOMPARE((*bench.reply)->string(), std::optional<std::string>("fine"));
        QCOMPARE(bench.seen.size(), std::size_t{1});
        QCOMPARE(bench.seen[0].request.method, std::string("POST"));
        QCOMPARE(bench.seen[0].body, CALL);
        QCOMPARE(bench.seen[0].header("Content-Type"), std::string("application/json"));
        // RFC 7617, section 2.
        QCOMPARE(bench.seen[0].header("Authorization"),
                 std::string("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
        QCOMPARE(bench.world.files.readCount, 0);
    }

    void answersNeverInsideTheCall()
    {
        Bench bench(withCookie());
        bench.call();
        QVERIFY(!bench.reply.has_value());
        bench.world.executor.runFor(0s);
        QCOMPARE(bench.reply->error().code, NodeErrorCode::CookieMissing);
    }

    // R002
    void logsInWithTheCookie()
    {
        Bench bench(withCookie());
        bench.world.files.contents["/node/.cookie"] = "__cookie__:a1\n";
        QCOMPARE(bench.failure(), std::nullopt);
        // base64 of "__cookie__:a1".
        QCOMPARE(bench.seen[0].header("Authorization"), std::string("Basic X19jb29raWVfXzphMQ=="));
        QCOMPARE(bench.failure(), std::nullopt);
        QCOMPARE(bench.world.files.readCount, 1);
    }

    // R002: a restarted node has a new cookie; the very call that meets it succeeds.
    void readsTheCookieAgainWhenItIsRefused()
    {
        Bench bench(withCookie());
        bench.world.files.contents["/node/.cookie"] = "__cookie__:a1";
        QCOMPARE(bench.failure(), std::nullopt);
        bench.accepted = "Basic X19jb29raWVfXzpiMg=="; // "__cookie__:b2"
        bench.world.files.contents["/node/.cookie"] = "__cookie__:b2";
        QCOMPARE(bench.failure(), std::nullopt);
        QCOMPARE(bench.seen.size(), std::size_t{3});
    }

    void aWrongLoginIsTriedOnceACall()
    {
        Bench bench(withCookie());
        bench.world.files.contents["/node/.cookie"] = "__cookie__:a1";
        bench.accepted = "another";
        QCOMPARE(bench.failure(), std::optional(NodeErrorCode::Unauthorized));
        QCOMPARE(bench.seen.size(), std::size_t{1});

        Bench withPassword({.user = "u", .password = "wrong"});
        withPassword.accepted = "another";
        QCOMPARE(withPassword.failure(), std::optional(NodeErrorCode::Unauthorized));
        QCOMPARE(withPassword.seen.size(), std::size_t{1});
    }

    // R002
    void readsTheCookieAgainAfterTheNodeWasAway()
    {
        Bench bench(withCookie());
        bench.world.files.contents["/node/.cookie"] = "__cookie__:a1";
        bench.fault = net::HttpError::Refused;
        QCOMPARE(bench.failure(), std::optional(NodeErrorCode::Transport));
        bench.fault.reset();
        bench.accepted = "Basic X19jb29raWVfXzpiMg==";
        bench.world.files.contents["/node/.cookie"] = "__cookie__:b2";
        QCOMPARE(bench.failure(), std::nullopt);
        QCOMPARE(bench.seen.size(), std::size_t{2});
    }

    void namesTheCookieFileAndTheCause()
    {
        Bench bench(withCookie());
        QCOMPARE(bench.failure(), std::optional(NodeErrorCode::CookieMissing));
        QCOMPARE(bench.reply->error().message, std::string("/node/.cookie: not found"));
        bench.world.files.contents["/node/.cookie"] = "";
        QCOMPARE(bench.failure(), std::optional(NodeErrorCode::CookieMissing));
        bench.world.files.contents["/node/.cookie"] = std::string(5000, ':');
        QCOMPARE(bench.failure(), std::optional(NodeErrorCode::CookieMissing));
        bench.world.files.contents["/node/.cookie"] = "__cookie__:a1";
        QCOMPARE(bench.failure(), std::nullopt);
        QCOMPARE(bench.seen.size(), std::size_t{1});
    }

    void aUserGoesBeforeTheCookie()
    {
        Bench bench({.cookieFile = "/node/.cookie", .user = "u", .password = "p"});
        QCOMPARE(bench.failure(), std::nullopt);
        QCOMPARE(bench.seen[0].header("Authorization"), std::string("Basic dTpw"));
        Bench without({});
        QCOMPARE(without.failure(), std::nullopt);
        QCOMPARE(without.seen[0].header("Authorization"), std::string());
    }

    // B42: a call has a deadline, also where its login is repeated.
    void keepsTheDeadline()
    {
        Bench bench({.user = "u"});
        bench.isHung = true;
        bench.call(3s);
        bench.world.executor.runFor(2999ms);
        QVERIFY(!bench.reply.has_value());
        bench.world.executor.runFor(1ms);
        QCOMPARE(bench.reply->error().code, NodeErrorCode::Abandoned);
        QCOMPARE(bench.world.network.open, std::size_t{0});
    }

    void nothingFollowsTheHandle()
    {
        Bench bench(withCookie());
        bench.call();
        bench.handle.reset();
        bench.world.files.contents["/node/.cookie"] = "__cookie__:a1";
        bench.call();
        bench.handle.reset();
        bench.world.executor.runFor(60s);
        QVERIFY(!bench.reply.has_value());
        QCOMPARE(bench.world.network.open, std::size_t{0});
    }

    void namesTheTransportsFailure()
    {
        Bench bench({.user = "u"});
        for (const auto error : {net::HttpError::Refused, net::HttpError::NameNotFound,
                                 net::HttpError::Closed, net::HttpError::TooLarge}) {
            bench.fault = error;
            QCOMPARE(bench.failure(), std::optional(NodeErrorCode::Transport));
            QCOMPARE(bench.reply->error().message, std::string(net::describe(error)));
        }
    }
};

WARP_TEST_CLASS(RpcClientTest);

} // namespace

#include "rpc_client_test.moc"
