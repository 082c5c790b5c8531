#include "core/stratum/v1/json_text.h"

#include "core/util/random.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <simdjson.h>

#include <array>
#include <string>
#include <vector>

namespace {

using namespace warp::stratum::v1;

bool isJson(std::string_view text)
{
    JsonScanner scanner(text);
    return scanner.value(0).has_value() && scanner.isAtEnd();
}

QString shown(std::string_view text)
{
    return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

/// Texts to start from when changing bytes at random.
const std::array SEEDS{
    R"({"id":1,"method":"mining.submit","params":["a.b","00000001","0000000000000000","5f","1"]})",
    R"({"id":null,"method":"x","params":[[1,2.5e-3,-0],{"k":{"l":[true,false,null]}},"\u00e9\n\/"]})",
    R"( [ ] )",
    "[{},[],\"\",0,-1.25E+10,\"\\\\\\\"\",{\"\":[[[[]]]]}]",
};

std::string mutated(std::string text, warp::util::Random& random)
{
    constexpr std::string_view BYTES = "{}[]\",:\\0123456789.eE+-truefalsn \t/u\x01\x7f";
    const auto changes = 1 + random.below(3);
    for (std::uint64_t i = 0; i < changes && !text.empty(); ++i) {
        const std::size_t place = random.below(text.size());
        const char byte = BYTES[random.below(BYTES.size())];
        switch (random.below(3)) {
        case 0:
            text[place] = byte;
            break;
        case 1:
            text.erase(place, 1);
            break;
        default:
            text.insert(place, 1, byte);
        }
    }
    return text;
}

class JsonTextTest final : public QObject
{
    Q_OBJECT

private slots:
    void knowsJson_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("isValid");
        const auto row = [](const char* text, bool isValid) {
            QTest::newRow(text) << QByteArray(text) << isValid;
        };
        for (const char* text :
             {"0", "-0", "12", "1.5", "1e5", "1E-05", "-0.0e+1", "123456789012345678901234567890",
              "true", "false", "null", R"("")", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u12aF\"", "[]", "{}",
              " [1 , 2 ] ", R"({"a":{"b":[1,{}]}})", "\"\xff latin\""}) {
            row(text, true);
        }
        for (const char* text :
             {"",         " ",         "01",       "-",           "+1",          ".5",
              "1.",       "1e",        "1e+",      "0x1",         "tru",         "truex",
              "nul",      "\"",        R"("\x")",  R"("\u12g4")", "\"\\u12",     "\"\t\"",
              "[",        "]",         "[1,]",     "[,1]",        "[1 2]",       "{",
              R"({"a"})", R"({"a":})", R"({a:1})", R"({"a":1,})", R"({"a":1]})", "[1}",
              "1 2",      "NaN"}) {
            row(text, false);
        }
    }

    void knowsJson()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, isValid);
        QCOMPARE(isJson({text.data(), static_cast<std::size_t>(text.size())}), isValid);
    }

    // simdjson is the judge: whatever it accepts or refuses, so do we, but for what it checks
    // beside the grammar (UTF-8, lone surrogates, the range of numbers).
    void agreesWithSimdjsonOnChangedTexts()
    {
        warp::util::SeededRandom random(20);
        simdjson::dom::parser parser;
        int valid = 0;
        for (int i = 0; i < 60'000; ++i) {
            const std::string text = mutated(SEEDS[random.below(SEEDS.size())], random);
            const auto error = parser.parse(text).error();
            if (error == simdjson::UTF8_ERROR || error == simdjson::NUMBER_ERROR ||
                error == simdjson::STRING_ERROR) {
                continue;
            }
            QVERIFY2(isJson(text) == (error == simdjson::SUCCESS), text.c_str());
            valid += error == simdjson::SUCCESS ? 1 : 0;
        }
        QVERIFY(valid > 5000);
    }

    void boundsDepthAndKeys()
    {
        QVERIFY(isJson("[[[[[[[[]]]]]]]]"));
        QVERIFY(!isJson("[[[[[[[[[]]]]]]]]]"));
        QVERIFY(!isJson(std::string(100'000, '[')));
        QVERIFY(!JsonScanner("[[[[[[[[]]]]]]]]").value(1));
        const auto object = [](unsigned keys) {
            std::string text = "{";
            for (unsigned i = 0; i < keys; ++i) {
                text += (i == 0 ? "" : ",") + std::string("\"a\":[{}]");
            }
            return text + "}";
        };
        QVERIFY(isJson(object(MAX_JSON_KEYS)));
        QVERIFY(!isJson(object(MAX_JSON_KEYS + 1)));
    }

    void readsArraysAndObjects()
    {
        JsonArrayReader array(R"( [ 1 , [2,3], {"a": "b"} ] )");
        QCOMPARE(*array.next(), std::string_view("1"));
        QCOMPARE(*array.next(), std::string_view("[2,3]"));
        QCOMPARE(*array.next(), std::string_view(R"({"a": "b"})"));
        QVERIFY(!array.next());
        QVERIFY(!array.next());
        JsonObjectReader object(R"({ "a" : 1, "b":[ ] })");
        const auto first = object.next();
        QCOMPARE(first->key, std::string_view("a"));
        QCOMPARE(first->value, std::string_view("1"));
        QCOMPARE(object.next()->value, std::string_view("[ ]"));
        QVERIFY(!object.next());
        QVERIFY(!JsonArrayReader("5").next());
        QVERIFY(!JsonArrayReader("[]").next());
        QVERIFY(!JsonObjectReader("[1]").next());
        QVERIFY(!JsonObjectReader("{}").next());
    }

    void decodesStrings_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* text, const char* expected) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(expected);
        };
        row(R"("plain")", "plain");
        row(R"("bc1q\/rig\u0031")", "bc1q/rig1");
        row("\"\\\"\\\\\\b\\f\\n\\r\\t\"", "\"\\\b\f\n\r\t");
        row(R"("\u00e9 \u20ac")", "\xC3\xA9 \xE2\x82\xAC");
        row(R"("\ud83d\ude00!")", "\xF0\x9F\x98\x80!");
        row(R"("\ud83d x")", "\xEF\xBF\xBD x");
        row(R"("\ude00\ud83d")", "\xEF\xBF\xBD\xEF\xBF\xBD");
    }

    void decodesStrings()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        std::string buffer;
        const std::string raw = text.toStdString();
        const auto decoded = jsonString(raw, buffer);
        QVERIFY(decoded.has_value());
        QCOMPARE(shown(std::string(*decoded)), shown(expected.toStdString()));
        QVERIFY(!jsonString("12", buffer));
        QVERIFY(!jsonString("", buffer));
        QVERIFY(!jsonString("\"", buffer));
    }
};

WARP_TEST_CLASS(JsonTextTest);

} // namespace

#include "json_text_test.moc"
