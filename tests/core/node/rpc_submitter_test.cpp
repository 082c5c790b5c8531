#include "core/node/rpc_submitter.h"

#include "tests/core/node/fake_world.h"
#include "tests/core/node/quoted.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace warp::node;
using warp::test::quoted;
using namespace std::chrono_literals;

struct Bench
{
    Bench()
    {
        world.network.server = [this](const test::Exchange& exchange) {
            seen = exchange;
            if (answer) {
                exchange.respond(*answer);
            }
        };
    }

    SubmitOutcome submit(BlockBytes block)
    {
        std::optional<SubmitOutcome> outcome;
        util::RequestHandle handle;
        handle = submitter.submit(std::make_shared<const BlockBytes>(std::move(block)), 30s,
                                  [&](SubmitOutcome told) {
                                      handle.reset();
                                      outcome = std::move(told);
                                  });
        world.executor.runFor(60s);
        return outcome.value_or(
            SubmitOutcome{.verdict = SubmitVerdict::Unknown, .reason = "no answer"});
    }

    test::FakeWorld world;
    RpcSubmitter submitter{world.executor, world.network, world.clock, world.files,
                           NodeOptions{.url = "http://node", .user = "u", .password = "p"}};
    std::optional<test::HttpResult> answer;
    test::Exchange seen;
};

std::shared_ptr<const std::string> text(std::string value)
{
    return std::make_shared<const std::string>(std::move(value));
}

/// A block's tail in these parts.
template <class... Parts>
std::shared_ptr<const warp::mining::HexText> tailOf(Parts... parts)
{
    return std::make_shared<const warp::mining::HexText>(warp::mining::HexText{parts...});
}

class RpcSubmitterTest final : public QObject
{
    Q_OBJECT

private slots:
    void sendsExactlyTheBlock()
    {
        Bench bench;
        const auto first = text("cc");
        const auto second = text(std::string(100, '0'));
        static_cast<void>(
            bench.submit({.headHex = text("aabb"), .tailHex = tailOf(first, second)}));
        const std::string call =
            quoted("{'jsonrpc':'1.0','id':1,'method':'submitblock','params':[");
        QCOMPARE(bench.seen.body, call + "\"aabbcc" + std::string(100, '0') + "\"]}");
        // The very texts of the template, not copies of them.
        for (const auto& part : {first, second}) {
            QVERIFY(std::ranges::find(bench.seen.request.body, part) !=
                    bench.seen.request.body.end());
        }
    }

    void sendsABlockWithoutOtherTransactions()
    {
        Bench bench;
        static_cast<void>(bench.submit({.headHex = text("aabb"), .tailHex = nullptr}));
        QVERIFY(bench.seen.body.ends_with(quoted(":['aabb']}")));
        static_cast<void>(bench.submit({.headHex = text("aabb"), .tailHex = tailOf()}));
        QVERIFY(bench.seen.body.ends_with(quoted(":['aabb']}")));
    }

    void givesTheWorkIdBack()
    {
        Bench bench;
        static_cast<void>(
            bench.submit({.headHex = text("aa"), .tailHex = tailOf(text("bb")), .workId = "w\"1"}));
        const std::string params = quoted("['aabb',{'workid':'w\\'1'}]}");
        QVERIFY(bench.seen.body.ends_with(params));
    }

    // R027: what is a verdict, and what has to be tried again.
    void tellsAVerdictFromAFailure_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("verdict");
        QTest::addColumn<QByteArray>("reason");
        const auto row = [](int status, const std::string& body, SubmitVerdict verdict,
                            const std::string& reason) {
            QTest::addRow("%d %s", status, body.c_str())
                << status << QByteArray::fromStdString(body) << static_cast<int>(verdict)
                << QByteArray::fromStdString(reason);
        };
        row(200, quoted("{'result':null,'error':null,'id':1}"), SubmitVerdict::Accepted, "");
        row(200, quoted("{'jsonrpc':'2.0','result':null,'id':1}"), SubmitVerdict::Accepted, "");
        row(200, quoted("{'result':'duplicate','error':null}"), SubmitVerdict::AlreadyThere,
            "duplicate");
        row(200, quoted("{'result':'inconclusive','error':null}"), SubmitVerdict::Inconclusive,
            "inconclusive");
        row(200, quoted("{'result':'bad-txnmrklroot','error':null}"), SubmitVerdict::Rejected,
            "bad-txnmrklroot");
        row(200, quoted("{'result':true,'error':null}"), SubmitVerdict::Unknown,
            "submitblock: neither null nor text");
        // Errors are no verdicts, but for a block that the node cannot read.
        row(500, quoted("{'result':null,'error':{'code':-22,'message':'Block decode failed'}}"),
            SubmitVerdict::Rejected, "Block decode failed");
        row(500, quoted("{'result':null,'error':{'code':-28,'message':'Loading'}}"),
            SubmitVerdict::Unknown, "Loading");
        row(500, quoted("{'result':null,'error':{'code':-1,'message':'boom'}}"),
            SubmitVerdict::Unknown, "boom");
        row(401, "", SubmitVerdict::Unknown, "HTTP 401");
        row(503, "Work queue depth exceeded", SubmitVerdict::Unknown,
            "HTTP 503: Work queue depth exceeded");
        row(200, "nonsense", SubmitVerdict::Unknown, "HTTP 200: nonsense");
    }
    void tellsAVerdictFromAFailure()
    {
        QFETCH(const int, status);
        QFETCH(const QByteArray, body);
        QFETCH(const int, verdict);
        QFETCH(const QByteArray, reason);
        Bench bench;
        bench.answer =
            net::HttpResponse{.status = status, .body = body.toStdString(), .contentType = {}};
        const SubmitOutcome outcome =
            bench.submit({.headHex = text("aa"), .tailHex = tailOf(text("bb"))});
        QCOMPARE(static_cast<int>(outcome.verdict), verdict);
        QCOMPARE(outcome.reason, reason.toStdString());
    }

    // B42: a block is not held up by another one's answer, up to a number of them.
    void aHungBlockHoldsUpNoOther()
    {
        Bench bench;
        std::set<std::size_t> connections;
        std::vector<util::RequestHandle> handles;
        for (std::size_t i = 0; i < RpcSubmitter::MAX_CONNECTIONS; ++i) {
            handles.push_back(bench.submitter.submit(
                std::make_shared<const BlockBytes>(BlockBytes{.headHex = text("aa")}), 30s,
                [](const SubmitOutcome&) {}));
            bench.world.executor.runFor(1s);
            connections.insert(bench.seen.connection);
        }
        QCOMPARE(connections.size(), RpcSubmitter::MAX_CONNECTIONS);
        // One given up leaves its connection to the next.
        handles.erase(handles.begin());
        bench.answer =
            net::HttpResponse{.status = 200, .body = quoted("{'result':null}"), .contentType = {}};
        QCOMPARE(bench.submit({.headHex = text("bb")}).verdict, SubmitVerdict::Accepted);
        QCOMPARE(bench.world.network.transports.size(), RpcSubmitter::MAX_CONNECTIONS);
    }

    void aNodeThatDoesNotAnswerGivesNoVerdict()
    {
        Bench bench;
        QCOMPARE(bench.submit({.headHex = text("aa")}).reason, std::string("no answer in time"));
        bench.answer = test::HttpResult(util::Unexpected(net::HttpError::Refused));
        const SubmitOutcome outcome = bench.submit({.headHex = text("aa")});
        QCOMPARE(outcome.verdict, SubmitVerdict::Unknown);
        QCOMPARE(outcome.reason, std::string("connection refused"));
    }
};

WARP_TEST_CLASS(RpcSubmitterTest);

} // namespace

#include "rpc_submitter_test.moc"
