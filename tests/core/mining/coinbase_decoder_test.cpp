#include "core/mining/coinbase_decoder.h"

#include "core/mining/coinbase.h"
#include "core/util/random.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using mining::CoinbaseFault;
using mining::OutputKind;

// The coinbase of block 0 of the main network (Bitcoin Core kernel/chainparams.cpp).
constexpr auto GENESIS =
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d"
    "0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66"
    "207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe55"
    "48271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba"
    "0b8d578a4c702b6bf11d5fac00000000";

mining::CoinbasePlan makePlan(std::int64_t height)
{
    return {.height = height,
            .tag = "/WarpPool/",
            .salt = {std::byte{0xAA}},
            .payouts = {{util::Satoshi(49'0000'0000), test::payoutScript()},
                        {util::Satoshi(1'0000'0000),
                         *util::fromHex("a914" + std::string(40, '5') + "87")}},
            .witnessCommitmentScript = bitcoin::witnessCommitmentScript(test::hashOf("c"))};
}

/// The bytes without witness and where the extranonce lies in them.
std::pair<util::Bytes, mining::ExtranonceSpace> strippedOf(const mining::Coinbase& coinbase)
{
    util::Bytes bytes = coinbase.prefix;
    bytes.resize(bytes.size() + 12);
    util::append(bytes, coinbase.suffix);
    return {bytes, {.offset = coinbase.prefix.size(), .size = 12}};
}

auto decode(util::ByteView bytes, mining::ExtranonceSpace space = {})
{
    return mining::decodeCoinbase(bytes, bitcoin::Network::Regtest, space);
}

class CoinbaseDecoderTest final : public QObject
{
    Q_OBJECT

private slots:
    // R019: every field of a coinbase of ours, with and without witness.
    void readsOurOwnCoinbaseFieldByField()
    {
        const auto built = mining::buildCoinbase(makePlan(840'000));
        const auto [stripped, space] = strippedOf(*built);
        for (const util::Bytes& bytes : {stripped, mining::completeCoinbase(*built, {}, {})}) {
            const auto decoded = decode(bytes, space);
            QVERIFY(decoded.hasValue());
            QCOMPARE(decoded->height, std::optional<std::int64_t>(840'000));
            QCOMPARE(decoded->tag, std::string("/WarpPool/"));
            QCOMPARE(decoded->extranonce.size, std::size_t{12});
            QCOMPARE(decoded->sequence, 0xfffffffeU);
            QCOMPARE(decoded->lockTime, 839'999U);
            QCOMPARE(decoded->outputs.size(), std::size_t{3});
            QCOMPARE(decoded->outputs[0].address,
                     std::string("bcrt1qzyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3lgth6c"));
            QCOMPARE(decoded->outputs[0].kind, OutputKind::WitnessPublicKeyHash);
            QCOMPARE(decoded->outputs[0].value.value(), std::int64_t{49'0000'0000});
            QCOMPARE(decoded->outputs[1].kind, OutputKind::ScriptHash);
            QCOMPARE(decoded->outputs[2].kind, OutputKind::WitnessCommitment);
            QVERIFY(decoded->outputs[2].address.empty());
            QCOMPARE(decoded->total.value(), std::int64_t{50'0000'0000});
            QVERIFY(decoded->commitment == test::hashOf("c"));
            QCOMPARE(decoded->weight, built->weight);
        }
        QVERIFY(decode(mining::completeCoinbase(*built, {}, {}))->hasWitness);
        QVERIFY(!decode(stripped)->hasWitness);
    }

    void readsTheGenesisCoinbase()
    {
        const auto decoded = decode(*util::fromHex(GENESIS));
        QVERIFY(decoded.hasValue());
        QCOMPARE(decoded->scriptSize, std::size_t{77});
        QVERIFY(decoded->tag.ends_with("The Times 03/Jan/2009 Chancellor on brink of second "
                                       "bailout for banks"));
        QCOMPARE(decoded->outputs.at(0).kind, OutputKind::Other);
        QCOMPARE(decoded->total.value(), std::int64_t{50'0000'0000});
        QCOMPARE(decoded->weight, std::size_t{4 * 204});
        QVERIFY(!decoded->commitment);
    }

    // B06: the heights where the form of the number changes.
    void readsEveryFormOfHeight()
    {
        for (const std::int64_t height :
             {0, 1, 2, 15, 16, 17, 127, 128, 255, 256, 32'767, 32'768, 65'535, 65'536, 8'388'607,
              8'388'608, 16'777'216, 500'000'000}) {
            const auto built = mining::buildCoinbase(makePlan(height));
            const auto [bytes, space] = strippedOf(*built);
            QCOMPARE(decode(bytes, space)->height, std::optional(height));
        }
    }

    void knowsEveryKindOfOutput_data()
    {
        QTest::addColumn<std::string>("script");
        QTest::addColumn<std::string>("kind");
        const std::string hash(40, '1');
        const std::string program(64, '1');
        QTest::newRow("P2PKH") << "76a914" + hash + "88ac" << std::string("p2pkh");
        QTest::newRow("P2SH") << "a914" + hash + "87" << std::string("p2sh");
        QTest::newRow("P2WPKH") << "0014" + hash << std::string("p2wpkh");
        QTest::newRow("P2WSH") << "0020" + program << std::string("p2wsh");
        QTest::newRow("P2TR") << "5120" + program << std::string("p2tr");
        QTest::newRow("version 2") << "5220" + program << std::string("witness");
        QTest::newRow("data") << std::string("6a0401020304") << std::string("op_return");
        QTest::newRow("commitment")
            << "6a24aa21a9ed" + program << std::string("witness_commitment");
        QTest::newRow("public key") << "21" + program + "11ac" << std::string("other");
        QTest::newRow("empty") << std::string() << std::string("other");
    }
    void knowsEveryKindOfOutput()
    {
        QFETCH(const std::string, script);
        QFETCH(const std::string, kind);
        mining::CoinbasePlan plan = makePlan(7);
        plan.witnessCommitmentScript = *util::fromHex(script);
        const auto built = mining::buildCoinbase(plan);
        const auto decoded = decode(strippedOf(*built).first);
        QCOMPARE(std::string(name(decoded->outputs.at(2).kind)), kind);
    }

    void refusesWhatIsNoCoinbase_data()
    {
        QTest::addColumn<std::string>("from");
        QTest::addColumn<std::string>("to");
        QTest::addColumn<std::string>("fault");
        const auto row = [](const char* name, std::string from, std::string to, std::string fault) {
            QTest::newRow(name) << std::move(from) << std::move(to) << std::move(fault);
        };
        row("two inputs", "0100000001", "0100000002", "not_a_coinbase");
        row("spends something", "010000000100", "010000000101", "not_a_coinbase");
        row("index", "ffffffff4d", "fffffffe4d", "not_a_coinbase");
        row("more than all money", "00f2052a01000000", "00f2052a01000080", "bad_amount");
        row("more outputs than bytes", "ffffffff0100f2", "ffffffffff00f2", "truncated");
        row("trailing byte", "5fac00000000", "5fac0000000000", "trailing_bytes");
        row("lock time missing", "5fac00000000", "5fac000000", "truncated");
    }
    void refusesWhatIsNoCoinbase()
    {
        QFETCH(const std::string, from);
        QFETCH(const std::string, to);
        QFETCH(const std::string, fault);
        std::string text = GENESIS;
        const std::size_t place = text.find(from);
        QVERIFY(place != std::string::npos);
        text.replace(place, from.size(), to);
        const auto decoded = decode(*util::fromHex(text));
        QVERIFY(!decoded.hasValue());
        QCOMPARE(std::string(name(decoded.error())), fault);
    }

    void refusesAnExtranonceOutsideOfTheScript()
    {
        const auto built = mining::buildCoinbase(makePlan(7));
        const auto [bytes, space] = strippedOf(*built);
        QVERIFY(decode(bytes, space).hasValue());
        QCOMPARE(decode(bytes, {.offset = 10, .size = 12}).error(), CoinbaseFault::BadExtranonce);
        QCOMPARE(decode(bytes, {.offset = space.offset + 20, .size = 12}).error(),
                 CoinbaseFault::BadExtranonce);
        QCOMPARE(decode(bytes, {.offset = space.offset, .size = 200}).error(),
                 CoinbaseFault::BadExtranonce);
    }

    // Hostile bytes: cut anywhere, with any byte changed, it neither crashes nor makes up money.
    void survivesHostileBytes()
    {
        util::SeededRandom random(5);
        const util::Bytes good =
            mining::completeCoinbase(*mining::buildCoinbase(makePlan(840'000)), {}, {});
        for (std::size_t size = 0; size < good.size(); ++size) {
            QVERIFY(!decode(util::ByteView(good).first(size)).hasValue());
        }
        for (int i = 0; i < 50'000; ++i) {
            util::Bytes bytes = good;
            for (std::uint64_t changes = random.below(4) + 1; changes > 0; --changes) {
                bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
            }
            const auto decoded = decode(bytes, {.offset = random.below(120), .size = 12});
            if (decoded) {
                QVERIFY(decoded->total.value() >= 0);
                QVERIFY(decoded->total <= bitcoin::MAX_MONEY);
                QVERIFY(decoded->scriptSize <= 100);
            }
        }
    }
};

WARP_TEST_CLASS(CoinbaseDecoderTest);

} // namespace

#include "coinbase_decoder_test.moc"
