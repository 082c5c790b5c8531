#include "core/util/bytes.h"

#include "core/util/hex.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <array>
#include <string>

namespace {

using namespace warp::util;

class BytesTest final : public QObject
{
    Q_OBJECT

private slots:
    void viewsTextAsBytesAndBack()
    {
        const std::string_view text("a\0\xFF", 3);
        const ByteView bytes = asBytes(text);
        QCOMPARE(bytes.size(), std::size_t{3});
        QCOMPARE(bytes[2], std::byte{0xFF});
        QCOMPARE(asText(bytes), text);
    }

    void appendsBytesAndLittleEndianNumbers()
    {
        Bytes out;
        append(out, asBytes("\x01"));
        append(out, {});
        appendLittleEndian<std::uint8_t>(out, 0xAB);
        appendLittleEndian<std::uint16_t>(out, 0x1234);
        appendLittleEndian<std::uint32_t>(out, 0x89ABCDEFU);
        appendLittleEndian<std::uint64_t>(out, 0x0102030405060708ULL);
        QCOMPARE(toHex(out), std::string("01ab3412efcdab890807060504030201"));
    }

    void storesAndLoadsInBothOrders()
    {
        std::array<std::byte, 4> out{};
        storeLittleEndian<std::uint32_t>(out, 0x80FF0001U);
        QCOMPARE(toHex(out), std::string("0100ff80"));
        QCOMPARE(loadLittleEndian<std::uint32_t>(out), 0x80FF0001U);
        QCOMPARE(loadBigEndian<std::uint32_t>(out), 0x0100FF80U);
        storeBigEndian<std::uint32_t>(out, 0x80FF0001U);
        QCOMPARE(toHex(out), std::string("80ff0001"));
        QCOMPARE(loadBigEndian<std::uint32_t>(out), 0x80FF0001U);
    }

    void keepsTheHighestBitsOfEveryWidth()
    {
        roundTrip<std::uint8_t>(0xFE);
        roundTrip<std::uint16_t>(0xFEDC);
        roundTrip<std::uint32_t>(0xFEDCBA98U);
        roundTrip<std::uint64_t>(0xFEDCBA9876543210ULL);
    }

private:
    template <class T>
    static void roundTrip(T value)
    {
        std::array<std::byte, sizeof(T)> out{};
        storeLittleEndian<T>(out, value);
        QCOMPARE(loadLittleEndian<T>(out), value);
        storeBigEndian<T>(out, value);
        QCOMPARE(loadBigEndian<T>(out), value);
    }
};

WARP_TEST_CLASS(BytesTest);

} // namespace

#include "bytes_test.moc"
