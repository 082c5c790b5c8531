#include "core/node/node_types.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <set>

namespace {

using namespace warp::node;

class NodeTypesTest final : public QObject
{
    Q_OBJECT

private slots:
    void everyStateHasItsOwnCode()
    {
        std::set<std::string_view> codes;
        for (int i = 0; i <= static_cast<int>(NodeState::Ready); ++i) {
            const std::string_view text = code(static_cast<NodeState>(i));
            QVERIFY(text.starts_with("node_") || text == "signet_signature_needed");
            QVERIFY(codes.insert(text).second);
        }
        QCOMPARE(code(NodeState::Unauthorized), std::string_view("node_unauthorized"));
        QCOMPARE(code(NodeState::CookieMissing), std::string_view("node_cookie_missing"));
        QCOMPARE(code(NodeState::WrongChain), std::string_view("node_wrong_chain"));
    }

    void verdictOfEachNodesAnswer_data()
    {
        QTest::addColumn<QByteArray>("result");
        QTest::addColumn<int>("verdict");
        QTest::addColumn<QByteArray>("reason");
        const auto row = [](const char* result, SubmitVerdict verdict, const char* reason) {
            QTest::newRow(result) << QByteArray(result) << static_cast<int>(verdict)
                                  << QByteArray(reason);
        };
        // Bitcoin Core: rpc/mining.cpp (submitblock, BIP22ValidationResult).
        row("duplicate", SubmitVerdict::AlreadyThere, "duplicate");
        row("duplicate-invalid", SubmitVerdict::Rejected, "duplicate-invalid");
        row("duplicate-inconclusive", SubmitVerdict::Inconclusive, "duplicate-inconclusive");
        row("inconclusive", SubmitVerdict::Inconclusive, "inconclusive");
        row("inconclusive-not-best-prevblk", SubmitVerdict::Inconclusive,
            "inconclusive-not-best-prevblk");
        row("high-hash", SubmitVerdict::Rejected, "high-hash");
        row("bad-cb-amount", SubmitVerdict::Rejected, "bad-cb-amount");
        row("rejected", SubmitVerdict::Rejected, "rejected");
        row("", SubmitVerdict::Rejected, "");
        // btcd 0.26.0, as it answers on regtest.
        row("rejected: already have block "
            "07390962b85d799d370ee0ca981c7fbaca5302a193d12646bb50805bc73d98d0",
            SubmitVerdict::AlreadyThere,
            "already have block 07390962b85d799d370ee0ca981c7fbaca5302a193d12646bb50805bc73d98d0");
        row("rejected: already have block (orphan) 07", SubmitVerdict::Inconclusive,
            "already have block (orphan) 07");
        row("rejected: block hash of e1 is higher than expected max of 7f", SubmitVerdict::Rejected,
            "block hash of e1 is higher than expected max of 7f");
        // bcoin: lib/node/rpc.js.
        row("rejected: duplicate", SubmitVerdict::AlreadyThere, "duplicate");
        row("rejected: inconclusive-not-best-prevblk", SubmitVerdict::Inconclusive,
            "inconclusive-not-best-prevblk");
        row("rejected: bad-prevblk", SubmitVerdict::Rejected, "bad-prevblk");
    }
    void verdictOfEachNodesAnswer()
    {
        QFETCH(const QByteArray, result);
        QFETCH(const int, verdict);
        QFETCH(const QByteArray, reason);
        const SubmitOutcome outcome = classifySubmitResult(result.toStdString());
        QCOMPARE(static_cast<int>(outcome.verdict), verdict);
        QCOMPARE(outcome.reason, reason.toStdString());
    }

    // R027: null is the only answer that says accepted.
    void nullIsAccepted()
    {
        QCOMPARE(classifySubmitResult(std::nullopt).verdict, SubmitVerdict::Accepted);
    }
};

WARP_TEST_CLASS(NodeTypesTest);

} // namespace

#include "node_types_test.moc"
