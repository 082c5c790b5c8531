#include "core/bitcoin/block.h"

#include "core/bitcoin/merkle.h"
#include "core/bitcoin/script.h"
#include "core/bitcoin/target.h"
#include "core/bitcoin/witness_commitment.h"
#include "core/util/random.h"
#include "tests/core/bitcoin/chain_headers.h"
#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QFile>
#include <QTest>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

namespace json = boost::json;

/// A block of eight transactions that Bitcoin Core made on regtest, with what it says of it;
/// nothing where the shared vectors are not beside the source.
std::optional<json::object> coreBlock()
{
    QFile file(QStringLiteral(WARP_SHARED_VECTORS "/core-regtest-segwit-block.json"));
    if (!file.open(QIODevice::ReadOnly)) {
        return std::nullopt;
    }
    return json::parse(file.readAll().toStdString()).as_object();
}

QString jsonText(const json::value& value)
{
    return text(std::string_view(value.as_string()));
}

util::Bytes jsonBytes(const json::value& value)
{
    return bytesOf(value.as_string());
}

Block randomBlock(util::Random& random)
{
    Block block;
    block.header = CHAIN_HEADERS[0].header();
    block.transactions.resize(static_cast<std::size_t>(random.below(4)));
    std::ranges::generate(block.transactions, [&random] { return randomTransaction(random); });
    return block;
}

class BlockTest final : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_core = coreBlock();
        const QByteArray function(QTest::currentTestFunction());
        if (function.startsWith("core") && !m_core) {
            QSKIP("shared vectors absent: core-regtest-segwit-block.json");
        }
    }

    // R016
    void coreBlockHasTheNodesHashes()
    {
        const auto block = Block::parse(jsonBytes(m_core->at("block")));
        QVERIFY(block);
        QCOMPARE(displayText(block->header.hash()), jsonText(m_core->at("hash")));
        const auto txids = block->txids();
        const auto wtxids = block->wtxidsAfterCoinbase();
        const json::array& expectedTxids = m_core->at("txids").as_array();
        const json::array& expectedWtxids = m_core->at("wtxids").as_array();
        QCOMPARE(txids.size(), expectedTxids.size());
        QCOMPARE(wtxids.size() + 1, expectedWtxids.size());
        for (std::size_t i = 0; i < txids.size(); ++i) {
            QCOMPARE(displayText(txids[i]), jsonText(expectedTxids[i]));
            QCOMPARE(displayText(block->transactions[i].wtxid()), jsonText(expectedWtxids[i]));
        }
        QCOMPARE(displayText(merkleRoot(txids)), jsonText(m_core->at("merkle_root")));
        QCOMPARE(merkleRoot(txids), block->header.merkleRoot);
        const auto branch = merkleBranchOfFirst(std::span(txids).subspan(1));
        QCOMPARE(foldBranch(txids[0], branch), block->header.merkleRoot);
    }

    void coreBlockHasTheNodesWeightAndBytes()
    {
        const util::Bytes bytes = jsonBytes(m_core->at("block"));
        const auto block = Block::parse(bytes);
        QVERIFY(block);
        QCOMPARE(block->weight(), m_core->at("weight").as_int64());
        QCOMPARE(hexText(block->serialize(WitnessMode::Include)), hexText(bytes));
        for (std::size_t i = 1; i < block->transactions.size(); ++i) {
            const json::value& expected =
                m_core->at("template_before").at("transactions").at(i - 1);
            const Transaction& transaction = block->transactions[i];
            QCOMPARE(hexText(transaction.serialize(WitnessMode::Include)),
                     jsonText(expected.at("data")));
            QCOMPARE(transaction.weight(), expected.at("weight").as_int64());
        }
    }

    // R014, R015
    void coreBlockHasOurHeightAndCommitment()
    {
        const auto block = Block::parse(jsonBytes(m_core->at("block")));
        QVERIFY(block);
        const Transaction& coinbase = block->transactions.front();
        QVERIFY(coinbase.isCoinbase());
        const util::Bytes height = heightPush(m_core->at("height").as_int64());
        QCOMPARE(hexText(util::ByteView(coinbase.vin[0].scriptSig).first(height.size())),
                 hexText(height));
        const auto index = findWitnessCommitment(coinbase);
        QVERIFY(index);
        const Hash256 root = witnessRootFromTxids(block->wtxidsAfterCoinbase());
        const util::Bytes script = witnessCommitmentScript(witnessCommitment(root, Hash256()));
        QCOMPARE(hexText(script), hexText(coinbase.vout[*index].script));
        QCOMPARE(hexText(script),
                 jsonText(m_core->at("template_before").at("default_witness_commitment")));
    }

    // R021
    void coreBlockMeetsItsTargetAndTheTemplatesTarget()
    {
        const auto block = Block::parse(jsonBytes(m_core->at("block")));
        QVERIFY(block);
        const auto target = Target::fromCompact(block->header.bits);
        QVERIFY(target);
        QVERIFY(target->isMetBy(block->header.hash()));
        QCOMPARE(text(target->value().toHex()),
                 jsonText(m_core->at("template_before").at("target")));
    }

    void coreBlockCutShortIsRefused()
    {
        const util::Bytes bytes = jsonBytes(m_core->at("block"));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            QVERIFY(!Block::parse(util::ByteView(bytes).first(size)));
        }
    }

    void randomBlocksSurviveARoundTrip()
    {
        constexpr std::uint64_t SEED = 30;
        util::SeededRandom random(SEED);
        for (int round = 0; round < 200; ++round) {
            const Block block = randomBlock(random);
            const util::Bytes bytes = block.serialize(WitnessMode::Include);
            const auto read = Block::parse(bytes);
            const auto stripped =
                static_cast<std::int64_t>(block.serialize(WitnessMode::Strip).size());
            const bool survives =
                read && *read == block &&
                bytes.size() == block.serializedSize(WitnessMode::Include) &&
                block.weight() == 3 * stripped + static_cast<std::int64_t>(bytes.size());
            QVERIFY2(survives, qPrintable(QStringLiteral("seed %1 round %2").arg(SEED).arg(round)));
        }
    }

    void refusesCountsThatCannotFollow()
    {
        util::Bytes bytes;
        util::append(bytes, CHAIN_HEADERS[0].header().serialize());
        util::append(bytes, bytesOf("feffffff00"));
        QCOMPARE(Block::parse(bytes).error(), ParseError::Truncated);
    }

    void refusesTrailingBytes()
    {
        Block block;
        util::Bytes bytes = block.serialize(WitnessMode::Include);
        QVERIFY(Block::parse(bytes));
        bytes.push_back(std::byte{0});
        QCOMPARE(Block::parse(bytes).error(), ParseError::TrailingBytes);
    }

private:
    std::optional<json::object> m_core;
};

WARP_TEST_CLASS(BlockTest);

} // namespace

#include "block_test.moc"
