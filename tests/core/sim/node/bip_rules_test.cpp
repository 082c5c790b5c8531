#include "core/sim/node/bip_rules.h"

#include "core/sim/node/block_check.h"
#include "core/util/hex.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <fstream>
#include <optional>
#include <string>

namespace {

using namespace warp;

util::Bytes bytes(std::string_view hex)
{
    return util::fromHex(hex).value();
}

bitcoin::Hash256 hashOf(std::string_view displayHex)
{
    return bitcoin::fromDisplayHex(displayHex).value();
}

// A block that Bitcoin Core made on regtest; nothing where the shared vectors are not there.
std::optional<boost::json::object> coreBlock()
{
    std::ifstream file(WARP_SHARED_VECTORS "/core-regtest-segwit-block.json");
    if (!file) {
        return std::nullopt;
    }
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    return boost::json::parse(text).as_object();
}

class BipRulesTest final : public QObject
{
    Q_OBJECT

private slots:
    void agreesWithABlockOfBitcoinCore() // R265
    {
        const auto vector = coreBlock();
        if (!vector) {
            QSKIP("shared vectors are not here: core-regtest-segwit-block.json");
        }
        const auto hex = std::string_view(vector->at("block").as_string());
        const auto data = sim::BlockData::parse(std::make_shared<const util::Bytes>(bytes(hex)));
        QVERIFY(data.hasValue());
        QCOMPARE(toDisplayHex(data->hash), std::string(vector->at("hash").as_string()));
        const auto& transactions = data->block.transactions;
        const sim::MerkleRoot merkle = sim::computeMerkleRoot(data->txids);
        QCOMPARE(toDisplayHex(merkle.root), std::string(vector->at("merkle_root").as_string()));
        QVERIFY(!merkle.isAmbiguous);
        const auto committed = sim::findCommittedHash(transactions[0]);
        QVERIFY(committed.has_value());
        QCOMPARE(sim::computeCommittedHash(transactions, transactions[0].vin[0].witness[0]),
                 *committed);
        QCOMPARE(sim::heightInCoinbase(transactions[0].vin[0].scriptSig), std::optional(247L));
        QVERIFY(sim::meetsCompactTarget(data->hash, data->block.header.bits));
        QCOMPARE(data->block.weight(), vector->at("weight").as_int64());
        QVERIFY(sim::checkBlock(*data, {}, sim::ProofOfWork::Required));
        QVERIFY(sim::checkBlockInContext(*data, {}, {.height = 247}));
    }

    void computesMerkleRootsOfEachShape()
    {
        // Mainnet block 100,000 (four transactions), from any block explorer.
        const std::vector<bitcoin::Hash256> leaves{
            hashOf("8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87"),
            hashOf("fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4"),
            hashOf("6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4"),
            hashOf("e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d"),
        };
        QCOMPARE(toDisplayHex(sim::computeMerkleRoot(leaves).root),
                 std::string("f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766"));
        QCOMPARE(sim::computeMerkleRoot({}).root, bitcoin::Hash256{});
        QCOMPARE(sim::computeMerkleRoot(std::span(leaves).first(1)).root, leaves[0]);
    }

    void seesTwoListsWithOneRoot()
    {
        const bitcoin::Hash256 a = hashOf(std::string(64, '1'));
        const bitcoin::Hash256 b = hashOf(std::string(64, '2'));
        const bitcoin::Hash256 c = hashOf(std::string(64, '3'));
        const auto three = sim::computeMerkleRoot(std::vector{a, b, c});
        const auto four = sim::computeMerkleRoot(std::vector{a, b, c, c});
        QCOMPARE(three.root, four.root);
        QVERIFY(!three.isAmbiguous);
        QVERIFY(four.isAmbiguous);
    }

    void readsHeights_data()
    {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<qint64>("height");
        const std::pair<const char*, qint64> good[] = {
            {"00", 0},         {"51", 1},           {"60", 16},          {"0111", 17},
            {"017f", 127},     {"028000", 128},     {"02ff00", 255},     {"020001", 256},
            {"02ff7f", 32767}, {"03008000", 32768}, {"03ffff00", 65535}, {"03000001", 65536},
        };
        for (const auto& [hex, height] : good) {
            QTest::addRow("%lld", static_cast<long long>(height)) << QByteArray(hex) << height;
        }
    }

    void readsHeights()
    {
        QFETCH(QByteArray, hex);
        QFETCH(qint64, height);
        QCOMPARE(sim::encodeHeight(height), bytes(hex.toStdString()));
        // What follows the height is the miner's.
        QCOMPARE(sim::heightInCoinbase(bytes(hex.toStdString() + "04deadbeef")),
                 std::optional<std::int64_t>(height));
        QCOMPARE(sim::heightInCoinbase(bytes(hex.toStdString())),
                 std::optional<std::int64_t>(height));
    }

    void refusesHeightsInAnotherForm_data()
    {
        QTest::addColumn<QByteArray>("hex");
        QTest::newRow("nothing") << QByteArray("");
        QTest::newRow("1 as a push") << QByteArray("0101");
        QTest::newRow("16 as a push") << QByteArray("0110");
        QTest::newRow("0 as a push") << QByteArray("0100");
        QTest::newRow("128 without its sign byte: -0") << QByteArray("0180");
        QTest::newRow("17 with a byte too many") << QByteArray("021100");
        QTest::newRow("truncated") << QByteArray("0212");
        QTest::newRow("OP_PUSHDATA1") << QByteArray("4c0111");
        QTest::newRow("OP_1NEGATE") << QByteArray("4f");
        QTest::newRow("OP_RESERVED") << QByteArray("50");
    }

    void refusesHeightsInAnotherForm()
    {
        QFETCH(QByteArray, hex);
        QCOMPARE(sim::heightInCoinbase(bytes(hex.toStdString())), std::nullopt);
    }

    void comparesHashesWithCompactTargets_data()
    {
        QTest::addColumn<QByteArray>("hash");
        QTest::addColumn<quint32>("bits");
        QTest::addColumn<bool>("meets");
        const QByteArray one = "0000000000000000000000000000000000000000000000000000000000000001";
        const QByteArray limit = "7fffff0000000000000000000000000000000000000000000000000000000000";
        const QByteArray above = "7fffff0000000000000000000000000000000000000000000000000000000001";
        QTest::newRow("at the limit") << limit << 0x207fffffU << true;
        QTest::newRow("one above it") << above << 0x207fffffU << false;
        QTest::newRow("exponent 1") << one << 0x01010000U << true;
        QTest::newRow("shifted to zero") << one << 0x00010000U << false;
        QTest::newRow("negative") << one << 0x01810000U << false;
        QTest::newRow("zero") << QByteArray(64, '0') << 0x20000000U << false;
        QTest::newRow("overflow") << one << 0x21010000U << false;
        QTest::newRow("highest that fits") << above << 0x2100ffffU << true;
        QTest::newRow("genesis of mainnet")
            << QByteArray("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f")
            << 0x1d00ffffU << true;
        QTest::newRow("genesis of mainnet, harder")
            << QByteArray("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f")
            << 0x1b00ffffU << false;
    }

    void comparesHashesWithCompactTargets()
    {
        QFETCH(QByteArray, hash);
        QFETCH(quint32, bits);
        QFETCH(bool, meets);
        QCOMPARE(sim::meetsCompactTarget(hashOf(hash.toStdString()), bits), meets);
    }

    void countsSigops()
    {
        QCOMPARE(sim::countSigops(bytes("76a914" + std::string(40, '0') + "88ac")), 1L);
        QCOMPARE(sim::countSigops(bytes("acadaeaf")), 42L);
        QCOMPARE(sim::countSigops(bytes("02acac")), 0L);
        QCOMPARE(sim::countSigops(bytes("4c02acacac")), 1L);
        QCOMPARE(sim::countSigops(bytes("4d0200acacac")), 1L);
        QCOMPARE(sim::countSigops(bytes("4e02000000acacac")), 1L);
        // A push past the end hides what is behind it, not what was before.
        QCOMPARE(sim::countSigops(bytes("ac05acacac")), 1L);
        QCOMPARE(sim::countSigops(bytes("ac4dff")), 1L);
    }

    void takesTheLastCommitment()
    {
        const std::string prefix = "6a24aa21a9ed";
        bitcoin::Transaction coinbase;
        coinbase.vout.push_back({util::Satoshi(0), bytes(prefix + std::string(64, '1'))});
        coinbase.vout.push_back({util::Satoshi(0), bytes(prefix + std::string(64, '2') + "00")});
        coinbase.vout.push_back({util::Satoshi(0), bytes(prefix + std::string(62, '3'))});
        QCOMPARE(sim::findCommittedHash(coinbase), std::optional(hashOf(std::string(64, '2'))));
    }
};

WARP_TEST_CLASS(BipRulesTest);

} // namespace

#include "bip_rules_test.moc"
