#include "core/node/rpc_proposer.h"

#include "tests/core/node/fake_world.h"
#include "tests/core/node/quoted.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <optional>
#include <string>

namespace {

using namespace warp;
using namespace warp::node;
using warp::test::quoted;
using namespace std::chrono_literals;

std::shared_ptr<const std::string> text(std::string value)
{
    return std::make_shared<const std::string>(std::move(value));
}

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

    std::optional<ProposalOutcome> propose()
    {
        std::optional<ProposalOutcome> outcome;
        util::RequestHandle handle;
        handle = proposer.propose(
            {.headHex = text("aabb"),
             .tailHex = std::make_shared<const mining::HexText>(mining::HexText{text("cc")})},
            30s, [&](ProposalOutcome told) {
                handle.reset();
                outcome = std::move(told);
            });
        world.executor.runFor(60s);
        return outcome;
    }

    test::FakeWorld world;
    RpcProposer proposer{world.executor, world.network, world.clock, world.files,
                         NodeOptions{.url = "http://node", .user = "u", .password = "p"}};
    std::optional<test::HttpResult> answer;
    test::Exchange seen;
};

class RpcProposerTest final : public QObject
{
    Q_OBJECT

private slots:
    // B04: BIP 23, with the rules without which Core gives no answer at all.
    void sendsTheWholeBlock()
    {
        Bench bench;
        static_cast<void>(bench.propose());
        QVERIFY(bench.seen.body.ends_with(
            quoted("'method':'getblocktemplate','params':[{'mode':'proposal','rules':"
                   "['segwit','signet'],'data':'aabbcc'}]}")));
    }

    // B04: a missing capability is no error, and an answer that came too late no verdict.
    void tellsAVerdictFromItsAbsence_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<std::string>("body");
        QTest::addColumn<int>("verdict");
        const auto row = [](int status, const std::string& body, ProposalVerdict verdict) {
            QTest::addRow("%d %s", status, body.c_str())
                << status << body << static_cast<int>(verdict);
        };
        row(200, quoted("{'result':null,'error':null}"), ProposalVerdict::Valid);
        row(200, quoted("{'result':'duplicate','error':null}"), ProposalVerdict::Valid);
        row(200, quoted("{'result':'bad-cb-amount','error':null}"), ProposalVerdict::Refused);
        row(200, quoted("{'result':'inconclusive-not-best-prevblk','error':null}"),
            ProposalVerdict::Unknown);
        row(200, quoted("{'result':'bad-prevblk','error':null}"), ProposalVerdict::Unknown);
        row(200, quoted("{'result':{'version':4},'error':null}"), ProposalVerdict::Unsupported);
        row(500, quoted("{'result':null,'error':{'code':-8,'message':'Invalid mode'}}"),
            ProposalVerdict::Unsupported);
        row(404, quoted("{'result':null,'error':{'code':-32601,'message':'Method not found'}}"),
            ProposalVerdict::Unsupported);
        row(500, quoted("{'result':null,'error':{'code':-22,'message':'Block decode failed'}}"),
            ProposalVerdict::Refused);
        row(500, quoted("{'result':null,'error':{'code':-28,'message':'Loading'}}"),
            ProposalVerdict::Unknown);
        row(500, quoted("{'result':null,'error':{'code':-10,'message':'syncing'}}"),
            ProposalVerdict::Unknown);
        row(401, "", ProposalVerdict::Unknown);
        row(503, "Work queue depth exceeded", ProposalVerdict::Unknown);
    }
    void tellsAVerdictFromItsAbsence()
    {
        QFETCH(const int, status);
        QFETCH(const std::string, body);
        QFETCH(const int, verdict);
        Bench bench;
        bench.answer = net::HttpResponse{.status = status, .body = body, .contentType = {}};
        const auto outcome = bench.propose();
        QVERIFY(outcome.has_value());
        QCOMPARE(static_cast<int>(outcome->verdict), verdict);
    }

    // B42 B04: a node that never answers gives no verdict, and the time it took is told.
    void aHungNodeGivesNoVerdict()
    {
        Bench bench;
        const auto outcome = bench.propose();
        QVERIFY(outcome.has_value());
        QCOMPARE(outcome->verdict, ProposalVerdict::Unknown);
        QVERIFY(outcome->duration >= 30s);
    }
};

WARP_TEST_CLASS(RpcProposerTest);

} // namespace

#include "rpc_proposer_test.moc"
