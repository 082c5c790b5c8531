#include "core/mining/payout_split.h"

#include "core/bitcoin/address.h"
#include "core/util/hex.h"
#include "core/util/random.h"

#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <limits>

namespace {

using namespace warp;
using mining::PartState;
using mining::PayoutRole;
using util::Satoshi;

util::Bytes scriptOf(const char* hex)
{
    return *util::fromHex(hex);
}

const util::Bytes FEE_SCRIPT = scriptOf("00142222222222222222222222222222222222222222");
const util::Bytes DONATION_SCRIPT =
    scriptOf("51203333333333333333333333333333333333333333333333333333333333333333");

mining::PayoutSplit split(std::int64_t value, std::int64_t fee, std::int64_t donation)
{
    return mining::splitValue(
        Satoshi(value), test::payoutScript(),
        {{.role = PayoutRole::PoolFee, .basisPoints = fee, .script = FEE_SCRIPT},
         {.role = PayoutRole::Donation, .basisPoints = donation, .script = DONATION_SCRIPT}});
}

std::int64_t sumOf(const mining::PayoutSplit& made)
{
    std::int64_t sum = 0;
    for (const bitcoin::TxOut& output : made.outputs) {
        sum += output.value.value();
    }
    return sum;
}

class PayoutSplitTest final : public QObject
{
    Q_OBJECT

private slots:
    // R011: without cuts there is one output with everything.
    void paysEverythingToThePayoutWithoutCuts()
    {
        const auto made = split(25'0000'0000, 0, 0);
        QCOMPARE(made.outputs.size(), std::size_t{1});
        QCOMPARE(made.outputs[0].value, Satoshi(25'0000'0000));
        QVERIFY(made.outputs[0].script == test::payoutScript());
        QCOMPARE(made.parts.size(), std::size_t{1});
    }

    // R012 R013: each part is an output of its own, right to the satoshi; all add up.
    void cutsAreFlooredAndTheRemainderIsThePayouts()
    {
        const auto made = split(12'3456'7899, 150, 33);
        QCOMPARE(made.outputs.size(), std::size_t{3});
        QCOMPARE(made.outputs[1].value, Satoshi(18518518)); // 1.5 % are 18518518.485
        QVERIFY(made.outputs[1].script == FEE_SCRIPT);
        QCOMPARE(made.outputs[2].value, Satoshi(4074074)); // 0.33 % are 4074074.0667
        QVERIFY(made.outputs[2].script == DONATION_SCRIPT);
        QCOMPARE(made.outputs[0].value, Satoshi(12'3456'7899 - 18518518 - 4074074));
        QCOMPARE(made.parts[1].role, PayoutRole::PoolFee);
        QCOMPARE(made.parts[2].paid, Satoshi(4074074));
    }

    // R012 R013: whatever the value and the percentages, nothing is lost or made.
    void outputsAlwaysSumToTheValue()
    {
        util::SeededRandom random(11);
        for (int i = 0; i < 20'000; ++i) {
            const auto bits = random.below(52);
            const auto value = static_cast<std::int64_t>(random.below((std::uint64_t{1} << bits)));
            const auto fee = static_cast<std::int64_t>(random.below(10'001));
            const auto donation =
                static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(10'001 - fee)));
            const auto made = split(value, fee, donation);
            QCOMPARE(sumOf(made), value);
            QVERIFY(!made.outputs.empty());
            for (const bitcoin::TxOut& output : made.outputs) {
                QVERIFY(output.value.value() > 0 || value == 0);
            }
        }
    }

    // All the money there is, times 10,000, is more than 64 bits hold.
    void partsOfLargeValuesDoNotOverflow()
    {
        QCOMPARE(mining::partOf(bitcoin::MAX_MONEY, 10'000), bitcoin::MAX_MONEY);
        QCOMPARE(mining::partOf(bitcoin::MAX_MONEY, 1), Satoshi(210'000'000'000));
        constexpr auto MOST = std::numeric_limits<std::int64_t>::max();
        QCOMPARE(mining::partOf(Satoshi(MOST), 10'000), Satoshi(MOST));
        QCOMPARE(mining::partOf(Satoshi(9'999), 9'999), Satoshi(9'998)); // 9998.0001
        QCOMPARE(mining::partOf(Satoshi(9'999), 1), Satoshi(0));
    }

    void dustLimitIsThatOfTheScript_data()
    {
        QTest::addColumn<std::string>("script");
        QTest::addColumn<qint64>("limit");
        const std::string hash = std::string(40, '1');
        const std::string program = std::string(64, '1');
        // The figures of Bitcoin Core's documentation of -dustrelayfee's default.
        QTest::newRow("P2PKH") << "76a914" + hash + "88ac" << qint64{546};
        QTest::newRow("P2SH") << "a914" + hash + "87" << qint64{540};
        QTest::newRow("P2WPKH") << "0014" + hash << qint64{294};
        QTest::newRow("P2WSH") << "0020" + program << qint64{330};
        QTest::newRow("P2TR") << "5120" + program << qint64{330};
        QTest::newRow("OP_RETURN") << std::string("6a0401020304") << qint64{0};
    }
    void dustLimitIsThatOfTheScript()
    {
        QFETCH(const std::string, script);
        QFETCH(const qint64, limit);
        QCOMPARE(mining::dustLimit(*util::fromHex(script)), Satoshi(limit));
    }

    // R012: an output that nobody could spend with profit goes to the payout, and is shown.
    void foldsDustIntoThePayoutAndShowsIt()
    {
        // 1 % of 29,399 is 293, one below the limit of P2WPKH; of 29,400 it is 294.
        const auto folded = split(29'399, 100, 0);
        QCOMPARE(folded.outputs.size(), std::size_t{1});
        QCOMPARE(folded.outputs[0].value, Satoshi(29'399));
        QCOMPARE(folded.parts[1].state, PartState::FoldedDust);
        QCOMPARE(folded.parts[1].due, Satoshi(293));
        QCOMPARE(folded.parts[1].paid, Satoshi(0));
        QCOMPARE(mining::code(folded.parts[1].state), std::string_view("folded_dust"));
        const auto paid = split(29'400, 100, 0);
        QCOMPARE(paid.outputs.size(), std::size_t{2});
        QCOMPARE(paid.outputs[1].value, Satoshi(294));
        QCOMPARE(paid.parts[1].state, PartState::Paid);
    }

    void aCutOfEverythingLeavesNoPayout()
    {
        const auto made = split(50'0000'0000, 10'000, 0);
        QCOMPARE(made.outputs.size(), std::size_t{1});
        QVERIFY(made.outputs[0].script == FEE_SCRIPT);
        QCOMPARE(made.parts[0].state, PartState::NothingLeft);
        // What is left for the payout may be dust: it has nowhere else to go.
        const auto most = split(10'000, 9'999, 0);
        QCOMPARE(most.outputs.size(), std::size_t{2});
        QCOMPARE(most.parts[0].state, PartState::PaidDust);
        QCOMPARE(sumOf(most), std::int64_t{10'000});
    }

    // The subsidy ends with the 64th halving, on a regtest chain after 9,600 blocks.
    void nothingIsStillAnOutput()
    {
        const auto made = split(0, 100, 100);
        QCOMPARE(made.outputs.size(), std::size_t{1});
        QCOMPARE(made.outputs[0].value, Satoshi(0));
        QVERIFY(made.outputs[0].script == test::payoutScript());
        QCOMPARE(made.parts[0].state, PartState::NothingLeft);
    }
};

WARP_TEST_CLASS(PayoutSplitTest);

} // namespace

#include "payout_split_test.moc"
