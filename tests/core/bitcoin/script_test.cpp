#include "core/bitcoin/script.h"

#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <limits>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

class ScriptTest final : public QObject
{
    Q_OBJECT

private slots:
    // R014: what Bitcoin Core's `CScript() << height` gives (BIP 34).
    void pushesHeights_data()
    {
        QTest::addColumn<qint64>("height");
        QTest::addColumn<QString>("expected");
        const auto row = [](qint64 height, const char* expected) {
            QTest::newRow(qPrintable(QString::number(height)))
                << height << QString::fromLatin1(expected);
        };
        row(0, "00");
        row(1, "51");
        row(2, "52");
        row(15, "5f");
        row(16, "60");
        row(17, "0111");
        row(127, "017f");
        row(128, "028000");
        row(247, "02f700");
        row(255, "02ff00");
        row(256, "020001");
        row(32767, "02ff7f");
        row(32768, "03008000");
        row(65535, "03ffff00");
        row(65536, "03000001");
        row(227931, "035b7a03"); // where BIP 34 became binding
        row(840000, "0340d10c");
        row(8388607, "03ffff7f");
        row(8388608, "0400008000");
        row(2147483647, "04ffffff7f");
    }

    void pushesHeights()
    {
        QFETCH(qint64, height);
        QFETCH(QString, expected);
        QCOMPARE(hexText(heightPush(height)), expected);
    }

    void pushesNegativeNumbers()
    {
        QCOMPARE(hexText(pushNumber(-1)), text("4f"));
        QCOMPARE(hexText(pushNumber(-2)), text("0182"));
        QCOMPARE(hexText(pushNumber(-127)), text("01ff"));
        QCOMPARE(hexText(pushNumber(-128)), text("028080"));
        QCOMPARE(hexText(pushNumber(-255)), text("02ff80"));
        QCOMPARE(hexText(pushNumber(std::numeric_limits<std::int64_t>::max())),
                 text("08ffffffffffffff7f"));
        QCOMPARE(hexText(pushNumber(std::numeric_limits<std::int64_t>::min())),
                 text("09000000000000008080"));
    }

    void pushesDataWithTheShortestPrefix_data()
    {
        QTest::addColumn<int>("size");
        QTest::addColumn<QString>("prefix");
        QTest::newRow("0") << 0 << "00";
        QTest::newRow("1") << 1 << "01";
        QTest::newRow("75") << 75 << "4b";
        QTest::newRow("76") << 76 << "4c4c";
        QTest::newRow("255") << 255 << "4cff";
        QTest::newRow("256") << 256 << "4d0001";
        QTest::newRow("65535") << 65535 << "4dffff";
        QTest::newRow("65536") << 65536 << "4e00000100";
    }

    void pushesDataWithTheShortestPrefix()
    {
        QFETCH(int, size);
        QFETCH(QString, prefix);
        const util::Bytes data(static_cast<std::size_t>(size), std::byte{0xAB});
        QCOMPARE(hexText(pushData(data)), prefix + hexText(data));
    }

    void buildsOutputScripts()
    {
        const util::Bytes hash = bytesOf("751e76e8199196d454941c45d1b3a323f1433bd6");
        const auto fixed = util::ByteView(hash).first<20>();
        QCOMPARE(hexText(p2pkhScript(fixed)),
                 text("76a914751e76e8199196d454941c45d1b3a323f1433bd688ac"));
        QCOMPARE(hexText(p2shScript(fixed)),
                 text("a914751e76e8199196d454941c45d1b3a323f1433bd687"));
        QCOMPARE(hexText(witnessProgramScript(0, hash)),
                 text("0014751e76e8199196d454941c45d1b3a323f1433bd6"));
        QCOMPARE(hexText(witnessProgramScript(1, bytesOf("4e73"))), text("51024e73"));
        QCOMPARE(hexText(witnessProgramScript(16, bytesOf("751e"))), text("6002751e"));
    }

    void countsSigops_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<int>("count");
        QTest::newRow("empty") << "" << 0;
        QTest::newRow("P2PKH") << "76a914751e76e8199196d454941c45d1b3a323f1433bd688ac" << 1;
        QTest::newRow("P2SH") << "a914751e76e8199196d454941c45d1b3a323f1433bd687" << 0;
        QTest::newRow("P2WPKH") << "0014751e76e8199196d454941c45d1b3a323f1433bd6" << 0;
        QTest::newRow("checksig verify") << "ad" << 1;
        QTest::newRow("multisig") << "ae" << 20;
        QTest::newRow("multisig after its number of keys") << "52ae" << 20;
        QTest::newRow("multisig verify") << "af" << 20;
        QTest::newRow("several") << "acacae" << 22;
        QTest::newRow("inside a push") << "02acac" << 0;
        QTest::newRow("inside PUSHDATA1") << "4c02acacac" << 1;
        QTest::newRow("inside PUSHDATA2") << "4d0200acacac" << 1;
        QTest::newRow("inside PUSHDATA4") << "4e02000000acacac" << 1;
        QTest::newRow("before a cut push") << "ac05acac" << 1;
        QTest::newRow("before a cut length") << "ac4dac" << 1;
        QTest::newRow("before a huge length") << "ac4effffffffac" << 1;
        QTest::newRow("commitment") << "6a24aa21a9edacacacac" << 0;
    }

    void countsSigops()
    {
        QFETCH(QString, script);
        QFETCH(int, count);
        const util::Bytes bytes = bytesOf(script.toStdString());
        QCOMPARE(legacySigopCount(bytes), std::int64_t{count});
        QCOMPARE(sigopCost(bytes), std::int64_t{count} * 4);
    }
};

WARP_TEST_CLASS(ScriptTest);

} // namespace

#include "script_test.moc"
