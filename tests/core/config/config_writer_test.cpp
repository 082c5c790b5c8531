#include "core/config/config_writer.h"

#include "core/config/field_table.h"
#include "tests/core/config/field_samples.h"
#include "tests/mock/memory_files.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <string>
#include <vector>

namespace {

using namespace warp::config;
using warp::test::MemoryFiles;
using warp::util::FileAccess;
using warp::util::FileError;

using Changes = std::vector<SettingChange>;

const std::string TEXT = "# My pool.\r\n"
                         "[node]   # the node\r\n"
                         "rpc_url = 'http://127.0.0.1:8332'   # keep\r\n"
                         "\r\n"
                         "[[node.backup]]\r\n"
                         "rpc_url = \"http://10.0.0.1:8332\"\r\n"
                         "\r\n"
                         "[server]\r\n"
                         "max_connections = 0x10 # hex\r\n"
                         "  # trailing\r\n"
                         "\r\n"
                         "[vardiff]";

std::string edited(const std::string& text, const Changes& changes)
{
    const auto result = editConfig(text, changes);
    return result ? *result : "<" + result.error().name + ": " + result.error().detail + ">";
}

/// TEXT with one part replaced.
std::string with(const std::string& before, const std::string& after)
{
    std::string text = TEXT;
    const std::size_t at = text.find(before);
    return at == std::string::npos ? std::string("<not there>")
                                   : text.replace(at, before.size(), after);
}

WriteFaultCode refusal(const std::string& text, const SettingChange& change)
{
    const auto result = editConfig(text, Changes{change});
    if (result) {
        QTest::qFail("this change should be refused", __FILE__, __LINE__);
        return {};
    }
    return result.error().code;
}

class ConfigWriterTest final : public QObject
{
    Q_OBJECT

private slots:
    void changesNothingButTheValue()
    {
        QCOMPARE(edited(TEXT, {{"node.rpc_url", "http://h:1"}}),
                 with("'http://127.0.0.1:8332'", "\"http://h:1\""));
        QCOMPARE(edited(TEXT, {{"server.max_connections", "17"}}), with("0x10", "17"));
    }

    void keepsTheSpellingOfAValueThatIsAlreadyMeant()
    {
        QCOMPARE(edited(TEXT, {{"server.max_connections", "16"}}), TEXT);
        QCOMPARE(edited(TEXT, {}), TEXT);
    }

    void addsAMissingKeyToItsSection()
    {
        QCOMPARE(edited(TEXT, {{"node.chain", "main"}}),
                 with("# keep\r\n", "# keep\r\nchain = \"main\"\r\n"));
        QCOMPARE(edited(TEXT, {{"server.lan_access", "true"}}),
                 with("# hex\r\n", "# hex\r\nlan_access = true\r\n"));
        QCOMPARE(edited(TEXT, {{"vardiff.min_diff", "0.5"}}),
                 with("[vardiff]", "[vardiff]\r\nmin_diff = 0.5\r\n"));
    }

    void addsAMissingSectionAtTheEnd()
    {
        QCOMPARE(
            edited(TEXT, {{"mining.pooltag_prefix", "a\"b"}, {"mining.pool_fee_percent", "1.5"}}),
            TEXT + "\r\n\r\n[mining]\r\npooltag_prefix = \"a\\\"b\"\r\npool_fee_percent = 1.5\r\n");
        QCOMPARE(edited("", {{"node.chain", "main"}}), std::string("[node]\nchain = \"main\"\n"));
    }

    void editsInlineTablesAndDottedKeys()
    {
        QCOMPARE(edited("node = { chain = 'main', rpc_user = 'u' }\n", {{"node.chain", "test"}}),
                 std::string("node = { chain = \"test\", rpc_user = 'u' }\n"));
        QCOMPARE(edited("node.chain = 'main'\n", {{"node.chain", "test"}}),
                 std::string("node.chain = \"test\"\n"));
        // A header beside an inline table would not be TOML.
        QCOMPARE(refusal("node = { chain = 'main' }\n", {"node.rpc_user", "u"}),
                 WriteFaultCode::NotEditable);
    }

    void replacesAValueOfSeveralLines()
    {
        QCOMPARE(edited("[mining]\npooltag_prefix = \"\"\"\nab\\\n  c\"\"\" # c\nx = 1\n",
                        {{"mining.pooltag_prefix", "d"}}),
                 std::string("[mining]\npooltag_prefix = \"d\" # c\nx = 1\n"));
    }

    void writesEverySettingSoThatItReadsBack()
    {
        for (const Field& field : fieldTable()) {
            if (field.isSecret() || findSection(field.section)->kind == SectionKind::List) {
                continue;
            }
            std::string text = TEXT;
            for (const std::string& sample : warp::config::test::samplesOf(field)) {
                const auto result = editConfig(text, Changes{{field.path(), sample}});
                QVERIFY2(result.hasValue(), field.path().c_str());
                QVERIFY2(result->find(std::string(field.key) + " = " +
                                      warp::config::test::spelled(field, sample)) !=
                             std::string::npos,
                         result->c_str());
                text = *result;
            }
        }
    }

    void refusesWhatTheLoaderWouldRefuse()
    {
        QCOMPARE(refusal(TEXT, {"node.rpc_ulr", "x"}), WriteFaultCode::UnknownKey);
        QCOMPARE(refusal(TEXT, {"chain", "x"}), WriteFaultCode::UnknownKey);
        QCOMPARE(refusal(TEXT, {"node.backup.rpc_url", "http://h"}), WriteFaultCode::UnknownKey);
        QCOMPARE(refusal(TEXT, {"listener.listen", ":1"}), WriteFaultCode::UnknownKey);
        QCOMPARE(refusal(TEXT, {"node.chain", "moon"}), WriteFaultCode::BadValue);
        QCOMPARE(refusal(TEXT, {"mining.pooltag_prefix", "a\nb"}), WriteFaultCode::BadValue);
        // R259
        QCOMPARE(refusal(TEXT, {"node.rpc_pass", "x"}), WriteFaultCode::SecretNotAllowed);
        QCOMPARE(refusal("[node\n", {"node.chain", "main"}), WriteFaultCode::BrokenFile);
        QCOMPARE(refusal(TEXT, {"server.data_dir", "/\xFF"}), WriteFaultCode::NotEditable);
    }

    void keepsTheOldFileBeside()
    {
        MemoryFiles files;
        files.put("/c/config.toml", TEXT);
        const Changes changes{{"node.chain", "main"}};
        QVERIFY(writeConfig("/c/config.toml", changes, FileAccess::Private, files));
        QCOMPARE(files.content("/c/config.toml"), edited(TEXT, changes));
        QCOMPARE(files.content("/c/config.toml.last-good"), TEXT);
        QCOMPARE(files.entries().size(), std::size_t(2));
        for (const auto& [name, entry] : files.entries()) {
            QVERIFY2(entry.isSynced, name.c_str());
            QCOMPARE(entry.access, FileAccess::Private);
        }
    }

    void makesAMissingFile()
    {
        MemoryFiles files;
        QVERIFY(writeConfig("/c/config.toml", Changes{{"node.chain", "main"}}, FileAccess::Shared,
                            files));
        QCOMPARE(files.content("/c/config.toml"), std::string("[node]\nchain = \"main\"\n"));
        QCOMPARE(files.entries().size(), std::size_t(1));
    }

    void touchesNothingWithoutAChange()
    {
        MemoryFiles files;
        files.put("/c/config.toml", TEXT);
        files.failNext(MemoryFiles::Operation::Write, FileError::NoSpace);
        QVERIFY(writeConfig("/c/config.toml", Changes{{"server.max_connections", "16"}},
                            FileAccess::Shared, files));
        QCOMPARE(files.entries().size(), std::size_t(1));
    }

    void leavesTheOldFileWhereItCannotWrite_data()
    {
        QTest::addColumn<int>("operation");
        QTest::addColumn<int>("successes");
        using Operation = MemoryFiles::Operation;
        for (const auto operation : {Operation::Write, Operation::Sync, Operation::Rename}) {
            // Each file is one write and one rename, and a sync of itself and of its folder.
            const int perFile = operation == Operation::Sync ? 2 : 1;
            for (int successes = 0; successes < 2 * perFile; ++successes) {
                QTest::addRow("%d after %d", static_cast<int>(operation), successes)
                    << static_cast<int>(operation) << successes;
            }
        }
    }
    void leavesTheOldFileWhereItCannotWrite()
    {
        QFETCH(int, operation);
        QFETCH(int, successes);
        MemoryFiles files;
        files.put("/c/config.toml", TEXT);
        files.failNext(static_cast<MemoryFiles::Operation>(operation), FileError::NoSpace,
                       static_cast<std::size_t>(successes));
        const Changes changes{{"node.chain", "main"}};
        const auto written = writeConfig("/c/config.toml", changes, FileAccess::Shared, files);
        QVERIFY(!written);
        QCOMPARE(written.error().code, WriteFaultCode::Unwritable);
        QVERIFY(written.error().detail.ends_with("cannot be written: no space left"));
        // Only the last sync comes after the rename; then the whole new file stands there.
        const bool isRenamed =
            static_cast<MemoryFiles::Operation>(operation) == MemoryFiles::Operation::Sync &&
            successes == 3;
        QCOMPARE(files.content("/c/config.toml"), isRenamed ? edited(TEXT, changes) : TEXT);
        QVERIFY(!files.exists("/c/config.toml.new"));
        QVERIFY(!files.exists("/c/config.toml.last-good.new"));
    }

    void refusesAFileThatItCannotRead()
    {
        MemoryFiles files;
        files.put("/c/config.toml", TEXT);
        files.failNext(MemoryFiles::Operation::Read, FileError::NoPermission);
        const auto written = writeConfig("/c/config.toml", Changes{{"node.chain", "main"}},
                                         FileAccess::Shared, files);
        QCOMPARE(written.error().code, WriteFaultCode::Unreadable);
        QCOMPARE(files.content("/c/config.toml"), TEXT);
    }

    // B52: a key of an entry of a list, in both ways to name it; the number after the last one's is
    // a new entry.
    void changesKeysOfLists()
    {
        const std::string before = "[[listener]]\nlisten = \":1\" # one\n\n[[listener]]\n"
                                   "listen = \":2\"\nallow = [\"::1\"]\n\n[vardiff]\n";
        const auto edit = [&](std::vector<SettingChange> changes) {
            const auto edited = editConfig(before, changes);
            return edited ? *edited : edited.error().detail;
        };
        QCOMPARE(edit({{"[[listener]] 1 listen", ":3"}}),
                 std::string("[[listener]]\nlisten = \":3\" # one\n\n[[listener]]\n"
                             "listen = \":2\"\nallow = [\"::1\"]\n\n[vardiff]\n"));
        QCOMPARE(edit({{"listener[2].allow", "10.0.0.0/8,::1"}, {"listener[2].min_diff", "4"}}),
                 std::string("[[listener]]\nlisten = \":1\" # one\n\n[[listener]]\n"
                             "listen = \":2\"\nallow = [\"10.0.0.0/8\", \"::1\"]\n"
                             "min_diff = 4\n\n[vardiff]\n"));
        QCOMPARE(edit({{"[[listener]] 3 listen", ":5"}, {"[[listener]] 3 no_work", "close"}}),
                 before + "\n[[listener]]\nlisten = \":5\"\nno_work = \"close\"\n");
        for (const char* const name :
             {"[[listener]] 4 listen", "[[listener]] 0 listen", "[[listener]] x listen",
              "listener.listen", "[[listener]] listen", "[[server]] 1 pool_listen",
              "server[1].pool_listen", "[[listener]] 1 nothing",
              "listener[99999999999999999999].x"}) {
            const auto edited = editConfig(before, std::vector<SettingChange>{{name, ":5"}});
            QVERIFY2(!edited, name);
        }
    }

    // R259: passwords go to secrets.toml and nowhere else, everything else nowhere near it.
    void keepsPasswordsApart()
    {
        const std::string before = "# mine\n[node]\nrpc_user = \"u\"\nrpc_pass = \"old\"\n";
        const std::vector<SettingChange> password{{"node.rpc_pass", "n\"ew"}};
        QCOMPARE(*editConfig(before, password, ConfigPart::Secrets),
                 std::string("# mine\n[node]\nrpc_user = \"u\"\nrpc_pass = \"n\\\"ew\"\n"));
        QCOMPARE(*editConfig("", password, ConfigPart::Secrets),
                 std::string("[node]\nrpc_pass = \"n\\\"ew\"\n"));
        QCOMPARE(editConfig(before, password).error().code, WriteFaultCode::SecretNotAllowed);
        const std::vector<SettingChange> other{{"node.rpc_url", "http://h:1"}};
        QCOMPARE(editConfig(before, other, ConfigPart::Secrets).error().code,
                 WriteFaultCode::SecretNotAllowed);
    }
};

WARP_TEST_CLASS(ConfigWriterTest);

} // namespace

#include "config_writer_test.moc"
