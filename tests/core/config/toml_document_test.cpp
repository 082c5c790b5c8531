#include "core/config/toml_document.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <string>
#include <string_view>

namespace {

using namespace warp::config;

const RawEntry* find(const TomlDocument& document, std::string_view section, std::string_view key)
{
    for (const RawSection& one : document.sections) {
        for (const RawEntry& entry : one.entries) {
            if (one.name == section && entry.key == key) {
                return &entry;
            }
        }
    }
    return nullptr;
}

std::string spelling(std::string_view text, const RawEntry& entry)
{
    return std::string(text.substr(entry.value.begin, entry.value.end - entry.value.begin));
}

class TomlDocumentTest final : public QObject
{
    Q_OBJECT

private slots:
    void knowsThePlaceOfEveryValue()
    {
        const std::string text = "\xEF\xBB\xBFtop = 1 # \xC3\xBC\r\n"
                                 "[\"\xC3\xA4\"]  # c\r\n"
                                 "  \"\xC3\xB6\" = \"\xC3\xBC\\n\" # c\r\n"
                                 "f = 1_0.50 \r\n"
                                 "h = 0x1F\r\n"
                                 "m = \"\"\"a\r\nb\"\"\"\r\n"
                                 "l = [ 'x',\r\n 'y' ]\r\n"
                                 "i = { a = true, b.c = 2 }";
        const TomlDocument document = parseToml(text);
        QVERIFY(document.faults.empty());
        const auto expect = [&](std::string_view section, std::string_view key, const char* spelled,
                                const char* value, int line) {
            const RawEntry* const entry = find(document, section, key);
            QVERIFY(entry != nullptr);
            QCOMPARE(spelling(text, *entry), std::string(spelled));
            QCOMPARE(entry->value.text, std::string(value));
            QCOMPARE(entry->line, line);
        };
        expect("", "top", "1", "1", 1);
        expect("\xC3\xA4", "\xC3\xB6", "\"\xC3\xBC\\n\"", "\xC3\xBC\n", 3);
        expect("\xC3\xA4", "f", "1_0.50", "10.50", 4);
        expect("\xC3\xA4", "h", "0x1F", "31", 5);
        expect("\xC3\xA4", "m", "\"\"\"a\r\nb\"\"\"", "a\nb", 6); // TOML 1.0: may be normalised
        expect("\xC3\xA4", "l", "[ 'x',\r\n 'y' ]", "x,y", 8);
        expect("\xC3\xA4.i", "a", "true", "true", 10);
        expect("\xC3\xA4.i.b", "c", "2", "2", 10);
    }

    void keepsTheOrderAndFormOfSections()
    {
        const TomlDocument document = parseToml("[[node.backup]]\n[node]\nx = 1\n[[node.backup]]\n"
                                                "[a]\n[z.y]\nb.c = 1\n");
        std::string order;
        for (const RawSection& section : document.sections) {
            order += section.name;
            order += section.form == SectionForm::Header      ? "H "
                     : section.form == SectionForm::ListEntry ? "L "
                                                              : "O ";
        }
        QCOMPARE(order, std::string("node.backupL nodeH node.backupL aH z.yH z.y.bO "));
    }

    void tellsTheKindsApart()
    {
        const TomlDocument document =
            parseToml("s = ''\ni = 1\nf = 1.5\nb = true\nd = 2025-01-01\nt = ['a']\ne = []\n"
                      "o = [1]\nm = ['a', 1]\n");
        const auto kind = [&document](const char* key) {
            return find(document, "", key)->value.kind;
        };
        QCOMPARE(kind("s"), RawKind::String);
        QCOMPARE(kind("i"), RawKind::Integer);
        QCOMPARE(kind("f"), RawKind::Float);
        QCOMPARE(kind("b"), RawKind::Boolean);
        QCOMPARE(kind("d"), RawKind::DateTime);
        QCOMPARE(kind("t"), RawKind::TextArray);
        QCOMPARE(kind("e"), RawKind::TextArray);
        QCOMPARE(kind("o"), RawKind::OtherArray);
        QCOMPARE(kind("m"), RawKind::OtherArray);
    }

    void survivesWhatIsNoToml_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("line"); ///< of the first fault
        QTest::newRow("invalid UTF-8") << QByteArray("a = 1\nb = \"\xFF\"\n") << 2;
        QTest::newRow("zero byte") << QByteArray("a = 1\nb\0 = 1\n", 13) << 2;
        QTest::newRow("open text") << QByteArray("a = \"\"\"x\ny\n") << 2;
        QTest::newRow("deep arrays") << QByteArray("a = ") + QByteArray(5000, '[') << 1;
        QTest::newRow("deep tables") << "[" + QByteArray("a.").repeated(50000) + "a]\n" << 1;
        QTest::newRow("long line") << "\na = '" + QByteArray(17000, 'x') + "'\n" << 2;
        QTest::newRow("number too large") << QByteArray("\na = 99999999999999999999\n") << 2;
        QTest::newRow("float too large") << QByteArray("\na = 1e999\n") << 2;
        QTest::newRow("lone carriage return") << QByteArray("a = 1\rb = 2\n") << 1;
    }
    void survivesWhatIsNoToml()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, line);
        const TomlDocument document =
            parseToml({text.constData(), static_cast<std::size_t>(text.size())});
        QVERIFY(!document.faults.empty());
        QCOMPARE(document.faults.front().line, line);
    }

    void allowsDotsInComments()
    {
        QVERIFY(parseToml("  # " + std::string(100, '.') + "\na = 1\n").faults.empty());
    }

    void reportsAtMostFiftyFaults()
    {
        std::string text;
        for (int i = 0; i < 1000; ++i) {
            text += "= 1\n";
        }
        QCOMPARE(parseToml(text).faults.size(), std::size_t(50));
    }

    void quotesTexts()
    {
        for (const std::string text : {"", "plain", "a\"b\\c", "\xC3\xBC"}) {
            const TomlDocument document = parseToml("a = " + quoteToml(text));
            QCOMPARE(find(document, "", "a")->value.text, text);
        }
    }
};

WARP_TEST_CLASS(TomlDocumentTest);

} // namespace

#include "toml_document_test.moc"
