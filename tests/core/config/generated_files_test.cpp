#include "core/config/reference_text.h"

#include "core/config/field_table.h"
#include "core/config/profiles.h"
#include "tests/core/config/loading.h"
#include "tests/support/test_registry.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <string>

namespace {

using namespace warp::config;
using namespace warp::config::test;

QString pathOf(const char* name)
{
    return QStringLiteral(WARP_SOURCE_DIR "/") + QString::fromLatin1(name);
}

/// Compares a committed file with its generator; WARP_UPDATE_GENERATED=1 writes it instead.
void compareWithFile(const char* name, const std::string& generated)
{
    QFile file(pathOf(name));
    if (qEnvironmentVariableIntValue("WARP_UPDATE_GENERATED") == 1) {
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(file.write(QByteArray::fromStdString(generated)) > 0);
        return;
    }
    QVERIFY2(file.open(QIODevice::ReadOnly), name);
    QVERIFY2(file.readAll().toStdString() == generated,
             "run the test with WARP_UPDATE_GENERATED=1 after a change of the field table");
}

std::string exampleText()
{
    return renderExampleToml(sectionTable(), fieldTable());
}

class GeneratedFilesTest final : public QObject
{
    Q_OBJECT

private slots:
    void committedFilesAreThoseOfTheTable()
    {
        compareWithFile("docs/configuration.md", renderMarkdown(sectionTable(), fieldTable()));
        compareWithFile("config/example.toml", exampleText());
        compareWithFile("docs/man/warppool.toml.5",
                        renderSettingsPage(sectionTable(), fieldTable()));
        compareWithFile("docs/profiles.md", renderProfiles(profileTable()));
    }

    void exampleStartsAsItStandsOnRegtest()
    {
        // R258
        const LoadedSettings loaded = Loading().file(exampleText()).loaded();
        for (const ConfigWarning& warning : loaded.warnings) {
            qWarning("%s", warning.describe().c_str());
        }
        QVERIFY(loaded.warnings.empty());
        const Settings& settings = loaded.settings;
        QCOMPARE(settings.node.chain, ChainChoice::Regtest);
        QCOMPARE(settings.node.rpcUrl, std::string("http://127.0.0.1:18443"));
        QCOMPARE(settings.node.rpcCookie.string(),
                 std::string("/home/miner/.bitcoin/regtest/.cookie"));
        QCOMPARE(settings.mining.payoutAddress, std::string(REGTEST_ADDRESS));
        QCOMPARE(settings.server.dataDirectory.string(),
                 std::string("/home/miner/.local/share/warppool"));
    }

    void exampleHasEveryKeyWithItsExplanation()
    {
        // R258
        const std::string example = exampleText();
        for (const Field& field : fieldTable()) {
            const std::string assignment = "\n#" + std::string(field.key) + " = ";
            const std::string active = "\n" + std::string(field.key) + " = ";
            const bool isThere = example.find(assignment) != std::string::npos ||
                                 example.find(active) != std::string::npos;
            QVERIFY2(isThere != field.isSecret(), field.path().c_str());
        }
        // With every comment sign before a key removed it is still a good file, but for the lists
        // whose defaults are empty.
        std::string all;
        for (std::size_t begin = 0; begin < example.size();) {
            const std::size_t end = example.find('\n', begin);
            const std::string line = example.substr(begin, end - begin);
            const bool isKey =
                line.starts_with('#') && line.size() > 1 && line[1] != ' ' && line[1] != '[';
            const bool isOfList = all.ends_with("[[listener]]\n");
            all += (isKey && !isOfList ? line.substr(1) : line) + "\n";
            begin = end + 1;
        }
        const std::size_t list = all.find("#[[listener]]");
        const std::size_t next = all.find("[vardiff]");
        QVERIFY(list != std::string::npos && next != std::string::npos);
        const LoadedSettings loaded =
            Loading().file(all.substr(0, list) + "\n" + all.substr(next)).loaded();
        QCOMPARE(loaded.settings.server.maxConnections, 1000);
    }

    void referenceNamesEveryKey()
    {
        const std::string reference = renderMarkdown(sectionTable(), fieldTable());
        for (const Field& field : fieldTable()) {
            const std::string row = "| `" + std::string(field.key) + "` |";
            QVERIFY2(reference.find(row) != std::string::npos, field.path().c_str());
            QVERIFY2(reference.find(field.help) != std::string::npos, field.path().c_str());
        }
    }
};

WARP_TEST_CLASS(GeneratedFilesTest);

} // namespace

#include "generated_files_test.moc"
