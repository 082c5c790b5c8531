#include "core/config/program_arguments.h"

#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp::config;

using Words = std::vector<std::string>;

const std::vector<ManualOption> OPTIONS{{.name = "json", .valueName = "", .help = ""},
                                        {.name = "file", .valueName = "FILE", .help = ""}};

class ProgramArgumentsTest final : public QObject
{
    Q_OBJECT

private slots:
    void takesValuesFlagsAndOperands()
    {
        const Words words{"--file", "a", "one", "--json", "--file=b=c", "--", "--json", "two"};
        const auto parsed = ProgramArguments::parse(OPTIONS, words);
        QVERIFY(parsed);
        QVERIFY(parsed->isSet("json"));
        QCOMPARE(parsed->value("json"), std::string());
        QCOMPARE(parsed->value("file"), std::string("b=c"));
        QCOMPARE(parsed->values("file"), (Words{"a", "b=c"}));
        QCOMPARE(parsed->operands(), (Words{"one", "--json", "two"}));
        QVERIFY(!parsed->isSet("other"));
        QVERIFY(parsed->values("other").empty());
    }

    void namesTheWordAtFault()
    {
        const auto faultOf = [](const Words& words) {
            const auto parsed = ProgramArguments::parse(OPTIONS, words);
            return parsed ? std::string() : parsed.error();
        };
        QCOMPARE(faultOf({"--other"}), std::string("unknown option --other"));
        QCOMPARE(faultOf({"-x"}), std::string("unknown option -x"));
        QCOMPARE(faultOf({"--other=secret"}), std::string("unknown option --other"));
        QCOMPARE(faultOf({"--file"}), std::string("--file needs a value: FILE"));
        QCOMPARE(faultOf({"--json=1"}), std::string("--json takes no value"));
        QCOMPARE(faultOf({"-"}), std::string());
    }

    void helpIsAskedForBeforeOperandsAlone()
    {
        QVERIFY(ProgramArguments::asksForHelp(Words{"--wrong", "-h"}));
        QVERIFY(ProgramArguments::asksForHelp(Words{"--help"}));
        QVERIFY(!ProgramArguments::asksForHelp(Words{"--", "--help"}));
    }
};

WARP_TEST_CLASS(ProgramArgumentsTest);

} // namespace

#include "program_arguments_test.moc"
