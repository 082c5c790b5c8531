#include "core/bitcoin/header.h"

#include "tests/core/bitcoin/chain_headers.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

class HeaderTest final : public QObject
{
    Q_OBJECT

private slots:
    // R021
    void hashesChainHeaders()
    {
        for (const ChainHeader& known : CHAIN_HEADERS) {
            QCOMPARE(displayText(known.header().hash()), text(known.hash));
        }
    }

    void writesTheGenesisHeader()
    {
        QCOMPARE(hexText(CHAIN_HEADERS[0].header().serialize()),
                 text("0100000000000000000000000000000000000000000000000000000000000000"
                      "000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa"
                      "4b1e5e4a29ab5f49ffff001d1dac2b7c"));
    }

    void readsWhatItWrites()
    {
        for (const ChainHeader& known : CHAIN_HEADERS) {
            QCOMPARE(BlockHeader::parse(known.header().serialize()), known.header());
        }
    }

    void everyFieldChangesTheHash()
    {
        const BlockHeader original = CHAIN_HEADERS[4].header();
        BlockHeader changed = original;
        changed.version ^= 0x2000;
        QVERIFY(changed.hash() != original.hash());
        changed = original;
        ++changed.time;
        QVERIFY(changed.hash() != original.hash());
        changed = original;
        ++changed.bits;
        QVERIFY(changed.hash() != original.hash());
        changed = original;
        ++changed.nonce;
        QVERIFY(changed.hash() != original.hash());
    }
};

WARP_TEST_CLASS(HeaderTest);

} // namespace

#include "header_test.moc"
