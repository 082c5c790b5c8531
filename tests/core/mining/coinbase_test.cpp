#include "core/mining/coinbase.h"

#include "core/bitcoin/script.h"
#include "core/bitcoin/sha256d.h"
#include "core/bitcoin/transaction.h"
#include "core/bitcoin/witness_commitment.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;

constexpr mining::Extranonce1 EXTRANONCE1{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
constexpr mining::Extranonce2 EXTRANONCE2{std::byte{9}};

mining::CoinbasePlan makePlan(std::int64_t height)
{
    return {.height = height,
            .tag = "/WarpPool/",
            .salt = {std::byte{0xAA}},
            .payouts = {{util::Satoshi(50'0000'0000), test::payoutScript()}},
            .witnessCommitmentScript = bitcoin::witnessCommitmentScript(test::hashOf("c"))};
}

bitcoin::Transaction decode(const mining::Coinbase& coinbase)
{
    const auto parsed = bitcoin::Transaction::parse(
        util::ByteView(mining::completeCoinbase(coinbase, EXTRANONCE1, EXTRANONCE2)));
    return parsed ? *parsed : bitcoin::Transaction{};
}

class CoinbaseTest final : public QObject
{
    Q_OBJECT

private slots:
    // R010 R011: one output pays everything, the commitment carries no value.
    void paysTheWholeValueToOneOutput()
    {
        const auto coinbase = mining::buildCoinbase(makePlan(200));
        QVERIFY(coinbase.hasValue());
        const bitcoin::Transaction decoded = decode(*coinbase);
        QVERIFY(decoded.isCoinbase());
        QCOMPARE(decoded.vout.size(), std::size_t{2});
        QCOMPARE(decoded.vout[0].value.value(), std::int64_t{50'0000'0000});
        QVERIFY(decoded.vout[0].script == test::payoutScript());
        QCOMPARE(decoded.vout[1].value.value(), std::int64_t{0});
        QCOMPARE(bitcoin::findWitnessCommitment(decoded), std::optional<std::size_t>(1));
        QCOMPARE(decoded.vin[0].witness.size(), std::size_t{1});
        QVERIFY(decoded.vin[0].witness[0] == util::Bytes(32));
    }

    // R014
    void beginsWithTheHeightAndHoldsTagAndExtranonce_data()
    {
        QTest::addColumn<qint64>("height");
        QTest::addColumn<QByteArray>("push");
        // CScript() << height of Bitcoin Core: OP_0, OP_1..OP_16, then minimal numbers.
        QTest::newRow("0") << qint64{0} << QByteArray("00");
        QTest::newRow("1") << qint64{1} << QByteArray("51");
        QTest::newRow("16") << qint64{16} << QByteArray("60");
        QTest::newRow("17") << qint64{17} << QByteArray("0111");
        QTest::newRow("127") << qint64{127} << QByteArray("017f");
        QTest::newRow("128") << qint64{128} << QByteArray("028000");
        QTest::newRow("255") << qint64{255} << QByteArray("02ff00");
        QTest::newRow("256") << qint64{256} << QByteArray("020001");
        QTest::newRow("32768") << qint64{32768} << QByteArray("03008000");
        QTest::newRow("900000") << qint64{900000} << QByteArray("03a0bb0d");
        QTest::newRow("8388608") << qint64{8388608} << QByteArray("0400008000");
        QTest::newRow("4294967296") << qint64{4294967296} << QByteArray("050000000001");
    }
    void beginsWithTheHeightAndHoldsTagAndExtranonce()
    {
        QFETCH(const qint64, height);
        QFETCH(const QByteArray, push);
        const auto coinbase = mining::buildCoinbase(makePlan(height));
        QVERIFY(coinbase.hasValue());
        const std::string script = util::toHex(decode(*coinbase).vin[0].scriptSig);
        QVERIFY(script.starts_with(push.toStdString()));
        QVERIFY(script.find("0c01020304"
                            "0900000000000000") != std::string::npos);
        QVERIFY(script.find(util::toHex(util::asBytes("/WarpPool/"))) != std::string::npos);
        QVERIFY(script.size() <= 2 * mining::MAX_SCRIPT_SIG_SIZE);
    }

    // R014: the longest tag still fits at the greatest height.
    void acceptsTheLongestTagAndRefusesALongerOne()
    {
        mining::CoinbasePlan plan = makePlan(0x7FFFFFFFFF);
        plan.tag = std::string(mining::MAX_TAG_SIZE, 'x');
        const auto coinbase = mining::buildCoinbase(plan);
        QVERIFY(coinbase.hasValue());
        QVERIFY(decode(*coinbase).vin[0].scriptSig.size() <= mining::MAX_SCRIPT_SIG_SIZE);
        plan.tag += 'x';
        QCOMPARE(mining::buildCoinbase(plan).error(), mining::CoinbaseError::TagTooLong);
    }

    void hashesWithoutItsWitness()
    {
        const auto coinbase = mining::buildCoinbase(makePlan(5));
        util::Bytes stripped = coinbase->prefix;
        util::append(stripped, EXTRANONCE1);
        util::append(stripped, EXTRANONCE2);
        util::append(stripped, coinbase->suffix);
        const bitcoin::Transaction decoded = decode(*coinbase);
        QVERIFY(decoded.txid() == bitcoin::sha256d(stripped));
        QCOMPARE(decoded.weight(), static_cast<std::int64_t>(coinbase->weight));
        QCOMPARE(decoded.lockTime, 4U);
        QCOMPARE(decoded.vin[0].sequence, 0xFFFFFFFEU);
    }

    void leavesOutTheWitnessWhereTheBlockHasNone()
    {
        mining::CoinbasePlan plan = makePlan(300);
        plan.witnessCommitmentScript.reset();
        const auto coinbase = mining::buildCoinbase(plan);
        const bitcoin::Transaction decoded = decode(*coinbase);
        QVERIFY(!decoded.hasWitness());
        QCOMPARE(decoded.vout.size(), std::size_t{1});
        QCOMPARE(decoded.weight(), static_cast<std::int64_t>(coinbase->weight));
    }

    void refusesAPayoutThatWouldHideTheCommitment()
    {
        mining::CoinbasePlan plan = makePlan(300);
        plan.payouts.push_back(
            {util::Satoshi(1), bitcoin::witnessCommitmentScript(test::hashOf("other"))});
        QCOMPARE(mining::buildCoinbase(plan).error(),
                 mining::CoinbaseError::PayoutLooksLikeCommitment);
        plan.payouts.clear();
        QCOMPARE(mining::buildCoinbase(plan).error(), mining::CoinbaseError::NoPayout);
        plan.height = -1;
        QCOMPARE(mining::buildCoinbase(plan).error(), mining::CoinbaseError::NegativeHeight);
    }
};

WARP_TEST_CLASS(CoinbaseTest);

} // namespace

#include "coinbase_test.moc"
