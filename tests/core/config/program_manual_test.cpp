#include "core/config/program_manual.h"

#include "tests/support/test_registry.h"

#include <QString>
#include <QTest>

namespace {

using namespace warp::config;

ProgramManual sample()
{
    return {.name = "warp-x",
            .summary = "does x",
            .text = "First words.\n\n.Second \\ words.",
            .options = {{.name = "set-it",
                         .valueName = "KEY",
                         .help = "Sets a very long thing that "
                                 "needs more than one line of help."}},
            .commands = {{.name = "go",
                          .operands = "WHERE",
                          .summary = "Goes there",
                          .text = "",
                          .options = {{.name = "fast", .valueName = "", .help = "Runs."}}}},
            .exitCodes = {{.term = "0", .text = "Good."}},
            .files = {{.term = "/etc/x", .text = "Its file."}},
            .examples = {{.term = "warp-x go up", .text = "Goes up."}},
            .seeAlso = {"warp-y(1)", "warp-z(5)"}};
}

bool has(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

class ProgramManualTest final : public QObject
{
    Q_OBJECT

private slots:
    void helpNamesEverything()
    {
        const std::string help = renderHelp(sample());
        for (const char* part :
             {"Usage: warp-x COMMAND [OPTIONS]", "First words.", "go WHERE", "Goes there",
              "--set-it KEY", "--help", "--version", "0", "Good."}) {
            QVERIFY2(has(help, part), part);
        }
        const std::string command = renderCommandHelp("warp-x", sample().commands.front());
        for (const char* part : {"Usage: warp-x go WHERE [OPTIONS]", "Goes there.", "--fast"}) {
            QVERIFY2(has(command, part), part);
        }
    }

    void helpFitsATerminal()
    {
        const QStringList lines =
            QString::fromStdString(renderHelp(sample())).split(QLatin1Char('\n'));
        for (const QString& line : lines) {
            QVERIFY2(line.size() <= 80, qPrintable(line));
        }
    }

    void manualPageHasItsSectionsInOrder()
    {
        const std::string page = renderManualPage(sample());
        std::size_t place = 0;
        for (const char* part :
             {".TH WARP\\-X 1", ".SH NAME\nwarp\\-x \\- does x", ".SH SYNOPSIS", ".SH DESCRIPTION",
              "First words.", ".SH OPTIONS", "\\fB\\-\\-set\\-it\\fR \\fIKEY\\fR", ".SH COMMANDS",
              ".SS go WHERE [OPTIONS]", "\\-\\-fast", ".SH EXIT STATUS", ".SH FILES",
              ".SH EXAMPLES", ".SH SEE ALSO\nwarp\\-y(1), warp\\-z(5)"}) {
            const std::size_t found = page.find(part, place);
            QVERIFY2(found != std::string::npos, part);
            place = found;
        }
    }

    void nothingOfATextIsReadAsARequest()
    {
        QCOMPARE(troffText(".TH\n'x -a\\"), std::string("\\&.TH\n\\&'x \\-a\\e"));
        QVERIFY(has(renderManualPage(sample()), "\\&.Second \\e words."));
    }
};

WARP_TEST_CLASS(ProgramManualTest);

} // namespace

#include "program_manual_test.moc"
