#include "core/bitcoin/bech32.h"

#include "core/util/random.h"
#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <string>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

class Bech32Test final : public QObject
{
    Q_OBJECT

private slots:
    // The valid strings of BIP 173 and BIP 350.
    void acceptsValidTexts_data()
    {
        QTest::addColumn<QString>("input");
        QTest::addColumn<bool>("isBech32m");
        const auto row = [](const char* input, bool isBech32m) {
            QTest::newRow(input) << QString::fromLatin1(input) << isBech32m;
        };
        row("A12UEL5L", false);
        row("a12uel5l", false);
        row("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1"
            "tt5tgs",
            false);
        row("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", false);
        row("11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
            "c8247j",
            false);
        row("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", false);
        row("?1ezyfcl", false);
        row("A1LQFN3A", true);
        row("a1lqfn3a", true);
        row("an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11"
            "sg7hg6",
            true);
        row("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", true);
        row("11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll"
            "ludsr8",
            true);
        row("split1checkupstagehandshakeupstreamerranterredcaperredlc445v", true);
        row("?1v759aa", true);
    }

    void acceptsValidTexts()
    {
        QFETCH(QString, input);
        QFETCH(bool, isBech32m);
        const auto decoded = decodeBech32(input.toStdString());
        QVERIFY(decoded);
        QCOMPARE(decoded->variant == Bech32Variant::Bech32m, isBech32m);
        QCOMPARE(text(encodeBech32(*decoded)), input.toLower());
    }

    void refusesInvalidTexts_data()
    {
        QTest::addColumn<QString>("input");
        QTest::addColumn<int>("fault");
        QTest::addColumn<int>("position");
        const auto row = [](const char* name, const QString& input, Bech32ErrorCode fault,
                            int position = 0) {
            QTest::newRow(name) << input << static_cast<int>(fault) << position;
        };
        const auto latin = [](const char* input) { return QString::fromLatin1(input); };
        row("blank in prefix", latin(" 1nwldj5"), Bech32ErrorCode::InvalidCharacter, 0);
        row("delete in prefix",
            latin("\x7F"
                  "1axkwrx"),
            Bech32ErrorCode::InvalidCharacter, 0);
        row("no separator", latin("pzry9x0s0muk"), Bech32ErrorCode::NoPrefix);
        row("empty prefix", latin("1pzry9x0s0muk"), Bech32ErrorCode::NoPrefix);
        row("data character", latin("x1b4n0q5v"), Bech32ErrorCode::InvalidCharacter, 2);
        row("short checksum", latin("li1dgmt3"), Bech32ErrorCode::TooShort);
        row("checksum of upper case prefix", latin("A1G7SGD8"), Bech32ErrorCode::BadChecksum);
        row("empty prefix, short", latin("10a06t8"), Bech32ErrorCode::NoPrefix);
        row("empty prefix, long", latin("1qzzfhee"), Bech32ErrorCode::NoPrefix);
        row("mixed case", latin("A12uEL5L"), Bech32ErrorCode::MixedCase);
        row("nothing", {}, Bech32ErrorCode::NoPrefix);
        row("91 characters",
            latin("an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharacte"
                  "rsbio1569pvx"),
            Bech32ErrorCode::TooLong);
    }

    void refusesInvalidTexts()
    {
        QFETCH(QString, input);
        QFETCH(int, fault);
        QFETCH(int, position);
        const auto decoded = decodeBech32(input.toStdString());
        QVERIFY(!decoded);
        QCOMPARE(static_cast<int>(decoded.error().code), fault);
        QCOMPARE(decoded.error().position, static_cast<std::size_t>(position));
    }

    void notFittingBytesAreNeverRead()
    {
        std::string input = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
        input[5] = static_cast<char>(0xC3);
        const auto decoded = decodeBech32(input);
        QVERIFY(!decoded);
        QCOMPARE(decoded.error().position, std::size_t{5});
    }

    // The code finds every error in up to four characters; one is tried everywhere.
    void findsEverySingleError()
    {
        const std::string valid = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
        const std::string_view charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
        for (std::size_t i = 3; i < valid.size(); ++i) {
            for (const char character : charset) {
                std::string changed = valid;
                changed[i] = character;
                QCOMPARE(decodeBech32(changed).hasValue(), changed == valid);
            }
        }
    }

    void groupsSurviveARoundTrip()
    {
        util::SeededRandom random(31);
        for (int round = 0; round < 500; ++round) {
            const util::Bytes bytes = randomBytes(random, 60);
            const auto groups = toFiveBitGroups(bytes);
            QVERIFY(std::ranges::all_of(groups, [](std::uint8_t group) { return group < 32; }));
            QCOMPARE(fromFiveBitGroups(groups), std::optional(bytes));
        }
    }

    void refusesWrongPadding()
    {
        using Groups = std::vector<std::uint8_t>;
        QCOMPARE(fromFiveBitGroups(Groups{}), std::optional(util::Bytes()));
        QVERIFY(!fromFiveBitGroups(Groups{0}));       // five bits of padding
        QVERIFY(!fromFiveBitGroups(Groups{0, 1}));    // padding that is not zero
        QVERIFY(!fromFiveBitGroups(Groups{0, 0, 0})); // seven bits of padding
        QVERIFY(fromFiveBitGroups(Groups{31, 28}));
    }
};

WARP_TEST_CLASS(Bech32Test);

} // namespace

#include "bech32_test.moc"
