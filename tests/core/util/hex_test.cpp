#include "core/util/hex.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <array>
#include <limits>
#include <string>

namespace {

using namespace warp::util;

class HexTest final : public QObject
{
    Q_OBJECT

private slots:
    void writesLowerCaseDigitsInOrder()
    {
        QCOMPARE(toHex({}), std::string());
        QCOMPARE(toHex(asBytes("\x01\xAB\xFF")), std::string("01abff"));
        std::string out = "0x";
        appendHex(out, asBytes("\x7F"));
        QCOMPARE(out, std::string("0x7f"));
    }

    void readsBackEveryByteInEitherCase()
    {
        Bytes all;
        for (unsigned value = 0; value < 256; ++value) {
            all.push_back(static_cast<std::byte>(value));
        }
        std::string text = toHex(all);
        QVERIFY(fromHex(text) == all);
        for (char& character : text) {
            character = static_cast<char>(std::toupper(character));
        }
        QVERIFY(fromHex(text) == all);
        QVERIFY(fromHex("") == Bytes());
    }

    void refusesWhatIsNotWholeHex_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("odd") << QByteArray("abc");
        QTest::newRow("letter") << QByteArray("0g");
        QTest::newRow("prefix") << QByteArray("0x01");
        QTest::newRow("space") << QByteArray(" 1");
        QTest::newRow("trailing space") << QByteArray("01 ");
        QTest::newRow("sign") << QByteArray("-1");
        QTest::newRow("zero byte") << QByteArray("0\0", 2);
        QTest::newRow("full-width digit") << QByteArray("\xEF\xBC\x91");
        QTest::newRow("neighbours of the digits") << QByteArray("/:@G`g");
    }

    void refusesWhatIsNotWholeHex()
    {
        QFETCH(const QByteArray, text);
        QVERIFY(!fromHex(std::string_view(text.data(), static_cast<std::size_t>(text.size()))));
    }

    void decodesExactlyTheSizeAskedFor()
    {
        std::array<std::byte, 2> out{};
        QVERIFY(decodeHex("0aF0", out));
        QCOMPARE(toHex(out), std::string("0af0"));
        QVERIFY(!decodeHex("0a", out));
        QVERIFY(!decodeHex("0af000", out));
        QVERIFY(!decodeHex("", out));
        QVERIFY(decodeHex("", std::span<std::byte>()));
    }

    void readsUpToEightDigitsAsANumber()
    {
        QCOMPARE(parseHexUint32("1a").value(), 26U);
        QCOMPARE(parseHexUint32("0").value(), 0U);
        QCOMPARE(parseHexUint32("00000001").value(), 1U);
        QCOMPARE(parseHexUint32("FFFFffff").value(), std::numeric_limits<std::uint32_t>::max());
        for (const char* text : {"", "000000001", "0x1", "1 ", "-1", "g", "1.0"}) {
            QVERIFY2(!parseHexUint32(text), text);
        }
    }
};

WARP_TEST_CLASS(HexTest);

} // namespace

#include "hex_test.moc"
