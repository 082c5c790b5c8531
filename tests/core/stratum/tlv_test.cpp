#include "core/stratum/v2/tlv.h"

#include "core/util/hex.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp;
using namespace warp::stratum::v2;

util::Bytes bytesOf(std::string_view hex)
{
    return util::fromHex(hex).value_or(util::Bytes());
}

class TlvTest final : public QObject
{
    Q_OBJECT

private slots:
    // SV2-80
    void writesLittleEndian()
    {
        util::Bytes out;
        appendTlv(out, WORKER_NAME, util::asBytes("test"));
        QCOMPARE(util::toHex(out), std::string("0200010400") + "74657374");
    }

    // SV2-79 (the codec's part), SV2-80
    void findsTheWorkerName_data()
    {
        QTest::addColumn<QByteArray>("trailing");
        QTest::addColumn<QByteArray>("name"); // null: none
        QTest::newRow("little-endian") << QByteArray("020001040074657374") << QByteArray("test");
        // The example of specification 3.4.3.
        QTest::newRow("big-endian")
            << QByteArray("000201000a576f726b65725f303031") << QByteArray("Worker_001");
        QTest::newRow("big-endian, bytes left") << QByteArray("0002010001610000") << QByteArray();
        QTest::newRow("empty") << QByteArray("0200010000") << QByteArray("");
        QTest::newRow("after another") << QByteArray("0140020100ff"
                                                     "0200010100"
                                                     "61")
                                       << QByteArray("a");
        QTest::newRow("another before it, big-endian") << QByteArray("4001020001ff"
                                                                     "0002010001"
                                                                     "61")
                                                       << QByteArray("a");
        QTest::newRow("before rubbish") << QByteArray("020001010061"
                                                      "ffff")
                                        << QByteArray("a");
        QTest::newRow("the first of two") << QByteArray("020001010061"
                                                        "020001010062")
                                          << QByteArray("a");
        QTest::newRow("another field") << QByteArray("020002010061") << QByteArray();
        QTest::newRow("cut short") << QByteArray("02000105006100") << QByteArray();
        QTest::newRow("nothing") << QByteArray("") << QByteArray();
        QTest::newRow("rubbish") << QByteArray("ffffffffffffff") << QByteArray();
    }
    void findsTheWorkerName()
    {
        QFETCH(QByteArray, trailing);
        QFETCH(QByteArray, name);
        const util::Bytes bytes = bytesOf(trailing.toStdString());
        const auto found = workerName(bytes);
        QVERIFY(found);
        QCOMPARE(found->has_value(), !name.isNull());
        QCOMPARE(std::string(found->value_or("")), name.toStdString());
    }

    // SV2-79 (the codec's part)
    void refusesALongWorkerName()
    {
        util::Bytes out;
        appendTlv(out, WORKER_NAME, util::Bytes(MAX_WORKER_NAME, std::byte{'a'}));
        QVERIFY(workerName(out));
        out.clear();
        appendTlv(out, WORKER_NAME, util::Bytes(MAX_WORKER_NAME + 1, std::byte{'a'}));
        const auto refused = workerName(out);
        QVERIFY(!refused);
        QVERIFY(refused.error() == WireFault::TooLong);
    }
};

WARP_TEST_CLASS(TlvTest);

} // namespace

#include "tlv_test.moc"
