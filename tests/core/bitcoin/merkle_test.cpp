#include "core/bitcoin/merkle.h"

#include "core/bitcoin/sha256d.h"
#include "core/util/random.h"
#include "tests/core/bitcoin/chain_headers.h"
#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <span>
#include <vector>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

/// The definition, word by word: the root of a level is the root of the level above it.
Hash256 naiveRoot(const std::vector<Hash256>& level)
{
    if (level.size() == 1) {
        return level[0];
    }
    std::vector<Hash256> above;
    for (std::size_t i = 0; i < level.size(); i += 2) {
        util::Bytes both;
        util::append(both, level[i].bytes);
        util::append(both, (i + 1 == level.size() ? level[i] : level[i + 1]).bytes);
        above.push_back(sha256d(both));
    }
    return naiveRoot(above);
}

class MerkleTest final : public QObject
{
    Q_OBJECT

private slots:
    // R016
    void rootAndBranchAgreeWithTheReference()
    {
        constexpr std::uint64_t SEED = 24;
        util::SeededRandom random(SEED);
        std::vector<std::size_t> counts{127, 128, 129, 255, 1000, 1023, 1024, 1025, 4095, 5001};
        for (std::size_t count = 0; count <= 70; ++count) {
            counts.push_back(count);
        }
        for (const std::size_t others : counts) {
            std::vector<Hash256> leaves = randomHashes(random, others + 1);
            const Hash256 expected = naiveRoot(leaves);
            const auto branch = merkleBranchOfFirst(std::span(leaves).subspan(1));
            const bool agrees =
                merkleRoot(leaves) == expected && foldBranch(leaves[0], branch) == expected;
            QVERIFY2(
                agrees,
                qPrintable(QStringLiteral("seed %1, %2 after the coinbase").arg(SEED).arg(others)));
        }
    }

    // R016
    void branchHoldsForAnyCoinbase()
    {
        util::SeededRandom random(25);
        std::vector<Hash256> leaves = randomHashes(random, 12);
        const auto branch = merkleBranchOfFirst(std::span(leaves).subspan(1));
        for (int i = 0; i < 20; ++i) {
            leaves[0] = randomHash(random);
            QCOMPARE(displayText(foldBranch(leaves[0], branch)), displayText(naiveRoot(leaves)));
        }
    }

    // R016
    void branchHasOneNodeALevel_data()
    {
        QTest::addColumn<int>("others");
        QTest::addColumn<int>("levels");
        QTest::newRow("none") << 0 << 0;
        QTest::newRow("one") << 1 << 1;
        QTest::newRow("two") << 2 << 2;
        QTest::newRow("three") << 3 << 2;
        QTest::newRow("four") << 4 << 3;
        QTest::newRow("4095") << 4095 << 12;
        QTest::newRow("4096") << 4096 << 13;
    }

    void branchHasOneNodeALevel()
    {
        QFETCH(int, others);
        QFETCH(int, levels);
        util::SeededRandom random(26);
        const auto leaves = randomHashes(random, static_cast<std::size_t>(others));
        QCOMPARE(merkleBranchOfFirst(leaves).size(), static_cast<std::size_t>(levels));
    }

    void noLeavesGiveTheZeroHash() { QCOMPARE(merkleRoot({}), Hash256()); }

    // The two transactions of main chain block 170 and the four of block 100,000. R016
    void knowsRootsOfTheChain()
    {
        const std::vector<Hash256> two{
            hashOf("b1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082"),
            hashOf("f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"),
        };
        QCOMPARE(displayText(merkleRoot(two)), text(CHAIN_HEADERS[2].merkleRoot));
        const std::vector<Hash256> four{
            hashOf("8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87"),
            hashOf("fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4"),
            hashOf("6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4"),
            hashOf("e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d"),
        };
        QCOMPARE(displayText(merkleRoot(four)), text(CHAIN_HEADERS[3].merkleRoot));
    }
};

WARP_TEST_CLASS(MerkleTest);

} // namespace

#include "merkle_test.moc"
