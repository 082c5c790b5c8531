#include "core/mining/empty_template.h"

#include "core/bitcoin/subsidy.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using bitcoin::Network;

class EmptyTemplateTest final : public QObject
{
    Q_OBJECT

private slots:
    // B10
    void isABlockWithoutTransactionsOnThatTip()
    {
        const auto last = test::makeTemplate({.height = 200, .transactions = 5});
        const auto tip = test::hashOf("next");
        const auto made = mining::makeEmptyTemplate(last, tip, 200, Network::Regtest,
                                                    test::at(std::chrono::seconds(7)));
        QVERIFY(made != nullptr);
        QCOMPARE(made->height, std::int64_t{201});
        QVERIFY(made->previous == tip);
        QCOMPARE(made->coinbaseValue, bitcoin::blockSubsidy(201, Network::Regtest));
        QCOMPARE(made->bits, last.bits);
        QCOMPARE(made->currentTime, last.currentTime + 7);
        QVERIFY(made->origin == mining::TemplateOrigin::Provisional);
        QVERIFY(made->transactions.empty());
        mining::JobFactory factory = test::makeFactory();
        const auto job = factory.make(made, 1, test::at(std::chrono::seconds(7)));
        QVERIFY(job.hasValue());
        QCOMPARE((*job)->transactionCount, std::size_t{0});
        QVERIFY((*job)->coinbase.hasWitness);
    }

    void hasNoCommitmentWhereTheNodeGivesNone()
    {
        const auto last = test::makeTemplate({.height = 200, .hasWitness = false});
        const auto made = mining::makeEmptyTemplate(last, test::hashOf("next"), 200,
                                                    Network::Regtest, test::at({}));
        QVERIFY(made != nullptr);
        QVERIFY(!made->witnessCommitmentScript);
    }

    // B10: nothing is made where a field of it would be a guess.
    void isNotMadeWhereItCouldBeWrong_data()
    {
        QTest::addColumn<int>("network");
        QTest::addColumn<qint64>("lastHeight");
        QTest::addColumn<qint64>("tipHeight");
        QTest::addColumn<bool>("isMade");
        const auto row = [](const char* name, Network network, qint64 last, qint64 tip,
                            bool isMade) {
            QTest::newRow(name) << static_cast<int>(network) << last << tip << isMade;
        };
        row("the next block", Network::Main, 850'000, 850'000, true);
        row("last block of a period", Network::Main, 2016 * 400 - 2, 2016 * 400 - 2, true);
        row("first block of a period", Network::Main, 2016 * 400 - 1, 2016 * 400 - 1, false);
        row("regtest never retargets", Network::Regtest, 2015, 2015, true);
        row("testnet3", Network::Test, 100, 100, false);
        row("testnet4", Network::Testnet4, 100, 100, false);
        row("signet", Network::Signet, 100, 100, false);
        row("same height again", Network::Main, 850'000, 849'999, false);
        row("two blocks at once", Network::Main, 850'000, 850'001, false);
    }
    void isNotMadeWhereItCouldBeWrong()
    {
        QFETCH(const int, network);
        QFETCH(const qint64, lastHeight);
        QFETCH(const qint64, tipHeight);
        QFETCH(const bool, isMade);
        const auto last = test::makeTemplate({.height = lastHeight});
        const auto made = mining::makeEmptyTemplate(last, test::hashOf("next"), tipHeight,
                                                    static_cast<Network>(network), test::at({}));
        QCOMPARE(made != nullptr, isMade);
    }
};

WARP_TEST_CLASS(EmptyTemplateTest);

} // namespace

#include "empty_template_test.moc"
