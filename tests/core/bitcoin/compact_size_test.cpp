#include "core/bitcoin/compact_size.h"

#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <limits>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

class CompactSizeTest final : public QObject
{
    Q_OBJECT

private slots:
    void writesAndReadsEveryLength_data()
    {
        QTest::addColumn<quint64>("value");
        QTest::addColumn<QString>("encoded");
        QTest::newRow("0") << quint64{0} << "00";
        QTest::newRow("252") << quint64{252} << "fc";
        QTest::newRow("253") << quint64{253} << "fdfd00";
        QTest::newRow("65535") << quint64{65535} << "fdffff";
        QTest::newRow("65536") << quint64{65536} << "fe00000100";
        QTest::newRow("2^32-1") << quint64{0xFFFFFFFF} << "feffffffff";
        QTest::newRow("2^32") << quint64{0x100000000} << "ff0000000001000000";
        QTest::newRow("2^64-1") << std::numeric_limits<quint64>::max() << "ffffffffffffffffff";
    }

    void writesAndReadsEveryLength()
    {
        QFETCH(quint64, value);
        QFETCH(QString, encoded);
        util::Bytes bytes;
        appendCompactSize(bytes, value);
        QCOMPARE(hexText(bytes), encoded);
        QCOMPARE(compactSizeLength(value), bytes.size());
        ByteReader reader(bytes);
        QCOMPARE(*readCompactSize(reader), std::uint64_t{value});
        QVERIFY(reader.isAtEnd());
    }

    void refusesLongerFormsThanNeeded()
    {
        for (const char* const digits : {"fd0000", "fdfc00", "fe00000000", "feffff0000",
                                         "ff0000000000000000", "ffffffffff00000000"}) {
            const util::Bytes bytes = bytesOf(digits);
            ByteReader reader(bytes);
            const auto read = readCompactSize(reader);
            QVERIFY2(!read && read.error() == ParseError::NonCanonicalSize, digits);
        }
    }

    void refusesTruncatedSizes()
    {
        for (const char* const digits : {"", "fd", "fdff", "fe", "feffffff", "ff", "ffffffff"}) {
            const util::Bytes bytes = bytesOf(digits);
            ByteReader reader(bytes);
            const auto read = readCompactSize(reader);
            QVERIFY2(!read && read.error() == ParseError::Truncated, digits);
        }
    }

    void refusesCountsThatCannotFollow()
    {
        const util::Bytes bytes = bytesOf("03aabbccddee");
        ByteReader fits(bytes);
        QCOMPARE(*readItemCount(fits, 1), std::size_t{3});
        ByteReader lies(bytes);
        QCOMPARE(readItemCount(lies, 2).error(), ParseError::Truncated);
    }

    void readsSizedBytesAsAView()
    {
        const util::Bytes bytes = bytesOf("02aabbcc");
        ByteReader reader(bytes);
        const auto view = readSizedBytes(reader);
        QVERIFY(view);
        QCOMPARE(hexText(*view), text("aabb"));
        QCOMPARE(view->data(), bytes.data() + 1);
        QCOMPARE(reader.remaining(), std::size_t{1});
        QCOMPARE(*reader.readUint8(), std::uint8_t{0xCC});
        QCOMPARE(reader.readUint8().error(), ParseError::Truncated);
    }

    void readsLittleEndianNumbers()
    {
        const util::Bytes bytes = bytesOf("0102030405060708090a0b0c0d0e");
        ByteReader reader(bytes);
        QCOMPARE(*reader.readUint16(), std::uint16_t{0x0201});
        QCOMPARE(*reader.readUint32(), std::uint32_t{0x06050403});
        QCOMPARE(*reader.readUint64(), std::uint64_t{0x0E0D0C0B0A090807});
        QVERIFY(reader.isAtEnd());
        QVERIFY(!reader.readHash());
    }
};

WARP_TEST_CLASS(CompactSizeTest);

} // namespace

#include "compact_size_test.moc"
