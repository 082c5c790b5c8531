// Jobs and shares of the reference implementation with their constants (SRI channels_sv2,
// server/extended.rs and server/standard.rs). Its extranonces have 32 bytes, so that what is
// checked here is how a client builds its header, not a channel of ours.

#include "core/bitcoin/header.h"
#include "core/bitcoin/merkle.h"
#include "core/bitcoin/sha256d.h"
#include "core/bitcoin/target.h"
#include "core/bitcoin/uint256.h"
#include "core/util/hex.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp;

const std::string NOTHING(64, '0');
const std::string OUTPUTS =
    "0200f2052a01000000160014ebe1b7dcc293ccaa0ee743a86f89df8258c208fc0000000000000000266a24aa21a9"
    "ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9";

bitcoin::Hash256 rawHash(std::string_view hex)
{
    bitcoin::Hash256 hash;
    if (!util::decodeHex(hex, hash.bytes)) {
        qFatal("no hash");
    }
    return hash;
}

bitcoin::Hash256 hashOf(std::string_view previous, const bitcoin::Hash256& root,
                        std::uint32_t nonce)
{
    return bitcoin::sha256d(bitcoin::BlockHeader{.version = 0x20000000,
                                                 .previous = rawHash(previous),
                                                 .merkleRoot = root,
                                                 .time = 1745611105,
                                                 .bits = 453040064,
                                                 .nonce = nonce}
                                .serialize());
}

class V2VectorsTest final : public QObject
{
    Q_OBJECT

private slots:
    // share_validation_valid_share of an extended channel. SV2-52, SV2-60, R064
    void rebuildsTheExtendedShare()
    {
        const auto coinbase = *util::fromHex(
            "0200000001" + NOTHING + "ffffffff2a5200065376322f2f2f20" + std::string(46, '0') +
            "01" + "0100000000000000" + "ffffffff" + OUTPUTS + "00000000");
        const auto root = bitcoin::foldBranch(bitcoin::sha256d(coinbase), {});
        QCOMPARE(util::toHex(root.bytes),
                 std::string("cae378f9a9dc0d816aa282f36506f209ece36dd90eb50781a25798a509763a05"));
        const auto hash =
            hashOf("17cd48869956dc99e01cd892e478e39dd563a0a3803b8bbe9e3e000000000000", root, 16647);
        QCOMPARE(bitcoin::toDisplayHex(hash),
                 std::string("000054cc966c174fc21b056b994c0aa265c40126222040984f571230b9adde1f"));
        const bitcoin::Target target(*bitcoin::Uint256::fromBigEndianHex(
            "0001179d9861a761ffdadd11c307c4fc04eea3a418f7d687584e4434af158205"));
        QVERIFY(target.isMetBy(hash));
        QVERIFY(!bitcoin::Target::fromCompact(453040064)->isMetBy(hash));
    }

    // share_validation_valid_share of a standard channel. SV2-54, R064
    void rebuildsTheStandardShare()
    {
        const auto coinbase =
            *util::fromHex("0200000001" + NOTHING + "ffffffff2c029f0000065376322f2f2f20" +
                           "5374726174756d2056322053524920506f6f6c00000000000000000000000001" +
                           "feffffff" + OUTPUTS + "9e000000");
        const auto root = bitcoin::foldBranch(bitcoin::sha256d(coinbase), {});
        QCOMPARE(util::toHex(root.bytes),
                 std::string("f4affb67aa6f596ff5fda7637ee7aa99ae45fbf30577914c136bd79ba624e4d2"));
        const auto hash =
            hashOf("9a7cefe7dd7aa0ada4af57214ad6bf6b492200a2e3102c282149000000000000", root, 92092);
        QCOMPARE(bitcoin::toDisplayHex(hash),
                 std::string("0000545efd44aa70bc49d037df93ba3e51ec5937f72a28f9d3c15d8f17c1194e"));
    }
};

WARP_TEST_CLASS(V2VectorsTest);

} // namespace

#include "v2_vectors_test.moc"
