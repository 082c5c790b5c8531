#include "core/config/loader.h"
#include "core/config/secret.h"

#include "tests/core/config/loading.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <filesystem>
#include <fmt/format.h>
#include <ostream>
#include <string>
#include <type_traits>

namespace {

using namespace warp::config;
using namespace warp::config::test;
using std::filesystem::perms;

const std::string PAYOUT = std::string("[mining]\npayout_address = \"") + REGTEST_ADDRESS + "\"\n";
const std::string PASSWORD = "hunter2";

template <class T>
concept Streamable = requires(std::ostream& stream, const T& value) { stream << value; };

static_assert(!fmt::is_formattable<Secret>::value, "a secret must not reach a log");
static_assert(!Streamable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);

class SecretsTest final : public QObject
{
    Q_OBJECT

private slots:
    void takesThePasswordFromTheSecretsFile()
    {
        // R259
        const Settings settings =
            Loading()
                .file(PAYOUT)
                .secrets("[node]\nrpc_user = \"u\"\nrpc_pass = \"" + PASSWORD + "\"\n")
                .loaded()
                .settings;
        QCOMPARE(settings.node.rpcUser, std::string("u"));
        QCOMPARE(settings.node.rpcPassword.reveal(), PASSWORD);
    }

    void takesShortNamesAtTheTopOfTheSecretsFile()
    {
        Loading loading;
        loading.file(PAYOUT).secrets("rpc_user = \"u\"\nrpc_pass = \"" + PASSWORD + "\"\n");
        QCOMPARE(loading.loaded().settings.node.rpcPassword.reveal(), PASSWORD);
        QCOMPARE(loading.loaded().originOf("node.rpc_pass"), Origin::Secrets);
    }

    void refusesAPasswordInTheConfigurationFile()
    {
        // R259
        const auto faults =
            Loading().file(PAYOUT + "[node]\nrpc_pass = \"" + PASSWORD + "\"\n").faults();
        QCOMPARE(faults.size(), std::size_t(1));
        QCOMPARE(faults[0].code, FaultCode::SecretNotAllowed);
        QCOMPARE(faults[0].describe(),
                 std::string("/etc/warppool/config.toml:4: [node] rpc_pass: a password does not "
                             "belong into this file; put it into secrets.toml beside it or into "
                             "the environment"));
    }

    void refusesAPasswordInAUrlAndOnTheCommandLine()
    {
        // R259
        const auto inUrl =
            Loading().file(PAYOUT + "[node]\nrpc_url = \"http://u:hunter2@h:1\"\n").faults();
        QCOMPARE(inUrl.at(0).code, FaultCode::SecretNotAllowed);
        const auto inOption = Loading().file(PAYOUT).set("node.rpc_pass=" + PASSWORD).faults();
        QCOMPARE(inOption.at(0).code, FaultCode::SecretNotAllowed);
        for (const auto& fault : {inUrl.at(0), inOption.at(0)}) {
            QVERIFY2(fault.describe().find(PASSWORD) == std::string::npos,
                     fault.describe().c_str());
        }
    }

    void keepsPasswordsOutOfEveryMessage()
    {
        for (const std::string& text :
             {"rpc_pass = " + PASSWORD, "rpc_pass = \"" + PASSWORD,
              "[node]\nrpc_pass = [\"" + PASSWORD + "\", 1]",
              "[node]\nrpc_pass = \"" + PASSWORD + "\\n\"", "rpc_pass = '" + PASSWORD + "' x",
              "[node]\nrpc_pass = \"a\"\nrpc_pass = \"" + PASSWORD + "\""}) {
            for (const std::string& fault : Loading().file(PAYOUT).secrets(text).faultTexts()) {
                QVERIFY2(fault.find(PASSWORD) == std::string::npos, fault.c_str());
            }
        }
    }

    void takesLoginsFromTheEnvironment_data()
    {
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("password");
        QTest::newRow("full names") << "WARPPOOL_NODE_RPC_USER" << "WARPPOOL_NODE_RPC_PASS";
        QTest::newRow("short names") << "WARPPOOL_RPC_USER" << "WARPPOOL_RPC_PASS";
    }
    void takesLoginsFromTheEnvironment()
    {
        // R263
        QFETCH(QString, user);
        QFETCH(QString, password);
        Loading loading;
        loading.file(PAYOUT).secrets("[node]\nrpc_user = \"u\"\nrpc_pass = \"file\"\n");
        loading.variable(user.toStdString(), "e").variable(password.toStdString(), PASSWORD);
        const LoadedSettings loaded = loading.loaded();
        QCOMPARE(loaded.settings.node.rpcUser, std::string("e"));
        QCOMPARE(loaded.settings.node.rpcPassword.reveal(), PASSWORD);
        QCOMPARE(loaded.originOf("node.rpc_pass"), Origin::Environment);
    }

    void refusesTwoNamesWithDifferentValues()
    {
        // R263
        Loading loading;
        loading.file(PAYOUT);
        loading.variable("WARPPOOL_RPC_PASS", PASSWORD).variable("WARPPOOL_NODE_RPC_PASS", "b");
        const auto faults = loading.faults();
        QCOMPARE(faults.size(), std::size_t(1));
        QCOMPARE(faults[0].code, FaultCode::Conflict);
        QCOMPARE(faults[0].describe(),
                 std::string("environment: WARPPOOL_RPC_PASS: WARPPOOL_NODE_RPC_PASS is set as "
                             "well and has another value"));
        loading.variable("WARPPOOL_NODE_RPC_PASS", PASSWORD).variable("WARPPOOL_RPC_USER", "u");
        QCOMPARE(loading.loaded().settings.node.rpcPassword.reveal(), PASSWORD);
    }

    void takesAnEmptyLoginVariableAsNotSet()
    {
        Loading loading;
        loading.file(PAYOUT).secrets("rpc_user = \"u\"\nrpc_pass = \"" + PASSWORD + "\"\n");
        loading.variable("WARPPOOL_RPC_USER", "").variable("WARPPOOL_NODE_RPC_PASS", "");
        QCOMPARE(loading.loaded().settings.node.rpcUser, std::string("u"));
        QCOMPARE(loading.loaded().settings.node.rpcPassword.reveal(), PASSWORD);
    }

    void refusesTwoDifferentLoginsInTheFiles()
    {
        Loading loading;
        loading.file(PAYOUT + "[node]\nrpc_user = \"a\"\n").secrets("rpc_user = \"b\"\n");
        QCOMPARE(loading.faults().at(0).describe(),
                 std::string("/etc/warppool/secrets.toml:1: rpc_user: "
                             "/etc/warppool/config.toml:4: [node] rpc_user has another value"));
        loading.file(PAYOUT).secrets("rpc_pass = \"a\"\n[node]\nrpc_pass = \"b\"\n");
        QCOMPARE(loading.faults().at(0).code, FaultCode::Conflict);
    }

    void refusesWhatIsNoSecretInTheSecretsFile()
    {
        Loading loading;
        loading.file(PAYOUT).secrets("[mining]\npooltag_prefix = \"x\"\n[node]\nrpc_pas = \"x\"\n");
        const std::vector<std::string> expected{
            "bad_value /etc/warppool/secrets.toml:2: [mining] pooltag_prefix: this is no secret; "
            "it belongs into config.toml",
            "unknown_key /etc/warppool/secrets.toml:4: [node] rpc_pas: there is no such key; did "
            "you mean rpc_pass?"};
        QCOMPARE(loading.faultTexts(), expected);
    }

    void findsTheBackupNodeOfAPassword()
    {
        Loading loading;
        loading.file(PAYOUT + "[[node.backup]]\nrpc_url = \"http://a:1\"\nrpc_user = \"u\"\n"
                              "[[node.backup]]\nrpc_url = \"http://b:1\"\nrpc_user = \"u\"\n");
        loading.secrets("[[node.backup]]\nrpc_url = \"http://b:1\"\nrpc_pass = \"second\"\n"
                        "[[node.backup]]\nrpc_pass = \"first\"\nrpc_url = \"http://a:1\"\n");
        const Settings settings = loading.loaded().settings;
        QCOMPARE(settings.nodeBackups.at(0).rpcPassword.reveal(), std::string("first"));
        QCOMPARE(settings.nodeBackups.at(1).rpcPassword.reveal(), std::string("second"));
        QVERIFY(settings.node.rpcPassword.isEmpty());
        loading.secrets("[[node.backup]]\nrpc_url = \"http://c:1\"\nrpc_pass = \"x\"\n");
        QCOMPARE(loading.faults().at(0).code, FaultCode::BadValue);
    }

    void warnsWhenOthersCanReadTheSecrets()
    {
        Loading loading;
        loading.file(PAYOUT).secrets("[node]\n");
        loading.request().permissionsOf = [](const std::filesystem::path& path) {
            return path.filename() == "secrets.toml" ? std::optional(static_cast<perms>(0640))
                                                     : std::nullopt;
        };
        const auto warnings = loading.loaded().warnings;
        QCOMPARE(warnings.size(), std::size_t(1));
        QCOMPARE(warnings[0].code, WarningCode::SecretsFileReadable);
        QCOMPARE(warnings[0].describe(),
                 std::string("/etc/warppool/secrets.toml: its mode is 0640, so others than the "
                             "owner have access; set it to 0600"));
        loading.request().permissionsOf = [](const std::filesystem::path&) {
            return std::optional(static_cast<perms>(0600));
        };
        QVERIFY(loading.loaded().warnings.empty());
    }

    void refusesASecretsFileThatCannotBeRead()
    {
        Loading loading;
        loading.file(PAYOUT).secrets("");
        loading.files().failNext(warp::test::MemoryFiles::Operation::Read,
                                 warp::util::FileError::NoPermission, 1);
        QCOMPARE(
            loading.faultTexts().at(0),
            std::string("unreadable /etc/warppool/secrets.toml: it cannot be read: no permission"));
    }

    void warnsOfHalfALogin()
    {
        Loading loading;
        loading.file(PAYOUT + "[node]\nrpc_user = \"u\"\n");
        QCOMPARE(loading.loaded().warnings.at(0).code, WarningCode::LoginIncomplete);
        loading.file(PAYOUT).variable("WARPPOOL_RPC_PASS", PASSWORD);
        QCOMPARE(loading.loaded().warnings.at(0).code, WarningCode::LoginIncomplete);
    }
};

WARP_TEST_CLASS(SecretsTest);

} // namespace

#include "secrets_test.moc"
