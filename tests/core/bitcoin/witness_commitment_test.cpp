#include "core/bitcoin/witness_commitment.h"

#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <optional>
#include <vector>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

Transaction coinbaseWith(const std::vector<util::Bytes>& scripts)
{
    Transaction coinbase;
    coinbase.vin.resize(1);
    for (const util::Bytes& script : scripts) {
        coinbase.vout.push_back({util::Satoshi(0), script});
    }
    return coinbase;
}

class WitnessCommitmentTest final : public QObject
{
    Q_OBJECT

private slots:
    // R015: template and wtxids of block 247 of core-regtest-segwit-block.json, by Bitcoin Core.
    void equalsTheNodesCommitment()
    {
        const std::vector<Hash256> wtxids{
            hashOf("dbb19cd899aa0cb2c4574e00615b37fc87f7a180c13a5bdb70a57d35d1661bb6"),
            hashOf("c1b18d8b542beffa9077693a825b8a2eaa16178ef1621c441240d4350aa1ca50"),
            hashOf("1c3e6c358a3143e72b822f900b8b4bb61d29f1567a466c878b86e1aab952c572"),
            hashOf("f60151d1910aa354496365e47c557a67d9e361988beb75aa8c20af8dfa928c34"),
            hashOf("0c850fd12c9a48f52a1ec9b82b1dc83f8bf1c98d7379cc7f0ff4f845fe2e6ade"),
            hashOf("44585a4111a6d8569e7e5851891c28a39417f0ee195b048d24093060e7a79098"),
            hashOf("86db6b841902e44658fa29c7f17dab5a880060b2a69a7e21d4a1ab1f069906f9"),
        };
        const auto script =
            witnessCommitmentScript(witnessCommitment(witnessRootFromTxids(wtxids), Hash256()));
        QCOMPARE(hexText(script), text("6a24aa21a9ed025e4d8d72d3d5efb7b82b7e81a73be77648"
                                       "bd2fd31866d5e287cf2aa9385879"));
        QCOMPARE(script.size(), WITNESS_COMMITMENT_SCRIPT_SIZE);
    }

    // The commitment of every block that holds its coinbase alone.
    void knowsTheCommitmentOfAnEmptyBlock()
    {
        QCOMPARE(witnessRootFromTxids({}), Hash256());
        QCOMPARE(hexText(witnessCommitmentScript(witnessCommitment(Hash256(), Hash256()))),
                 text("6a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48beb"
                      "d836974e8cf9"));
    }

    void reservedValueMatters()
    {
        Hash256 reserved;
        reserved.bytes[0] = std::byte{1};
        QVERIFY(witnessCommitment(Hash256(), reserved) != witnessCommitment(Hash256(), Hash256()));
    }

    // BIP 141: where several outputs match, the one with the highest index counts.
    void findsTheLastMatch()
    {
        const util::Bytes commitment = witnessCommitmentScript(Hash256());
        util::Bytes longer = commitment;
        longer.resize(WITNESS_COMMITMENT_SCRIPT_SIZE + 1);
        util::Bytes shorter = commitment;
        shorter.resize(WITNESS_COMMITMENT_SCRIPT_SIZE - 1);
        util::Bytes otherHeader = commitment;
        otherHeader[5] = std::byte{0xEE};
        const util::Bytes payment = bytesOf("51");
        QCOMPARE(findWitnessCommitment(coinbaseWith({payment, commitment})),
                 std::optional<std::size_t>(1));
        QCOMPARE(findWitnessCommitment(coinbaseWith({commitment, commitment, payment})),
                 std::optional<std::size_t>(1));
        QCOMPARE(findWitnessCommitment(coinbaseWith({commitment, longer})),
                 std::optional<std::size_t>(1));
        QVERIFY(!findWitnessCommitment(coinbaseWith({payment, shorter, otherHeader, {}})));
        QVERIFY(!findWitnessCommitment(coinbaseWith({})));
    }
};

WARP_TEST_CLASS(WitnessCommitmentTest);

} // namespace

#include "witness_commitment_test.moc"
