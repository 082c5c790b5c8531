#include "core/config/loader.h"

#include "tests/core/config/loading.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace warp::config;
using namespace warp::config::test;

const std::string PAYOUT = std::string("[mining]\npayout_address = \"") + REGTEST_ADDRESS + "\"\n";
const std::string PLACE = "/etc/warppool/config.toml:";

struct FaultCase
{
    const char* name;
    std::string file;
    FaultCode code;
    std::string text; ///< as a person reads it, from the line number on
};

std::vector<FaultCase> faultCases()
{
    const std::string empty = "[mining]\n";
    return {
        {"not TOML", PAYOUT + "pooltag_prefix = WarpPool\n", FaultCode::Syntax,
         "3: Error while parsing value: could not determine value type"},
        {"set twice", PAYOUT + "payout_address = \"x\"\n", FaultCode::Syntax,
         "3: it is there twice: Error while parsing key-value pair: cannot redefine existing "
         "string 'payout_address'"},
        {"unknown key", PAYOUT + "payout_adress = \"x\"\n", FaultCode::UnknownKey,
         "3: [mining] payout_adress: there is no such key; did you mean payout_address?"},
        {"key of another section", PAYOUT + "rpc_url = \"x\"\n", FaultCode::UnknownKey,
         "3: [mining] rpc_url: there is no such key here; it belongs under [node]"},
        {"key like no other", PAYOUT + "zzzzzz = 1\n", FaultCode::UnknownKey,
         "3: [mining] zzzzzz: there is no such key"},
        {"unknown section", PAYOUT + "[minning]\nx = 1\n", FaultCode::UnknownSection,
         "3: [minning]: there is no such section; did you mean [mining]?"},
        {"key outside of sections", "chain = \"main\"\n" + PAYOUT, FaultCode::UnknownKey,
         "1: chain: there is no such key here; it belongs under [node]"},
        {"value for a section", "node = 5\n" + PAYOUT, FaultCode::WrongType,
         "1: node: this is a section; write [node]"},
        {"section for a value", PAYOUT + "[mining.pooltag_prefix]\nx = 1\n", FaultCode::WrongType,
         "3: [mining.pooltag_prefix]: a single value is expected here, not a section"},
        {"single for a list", PAYOUT + "[listener]\nlisten = \":1\"\n", FaultCode::WrongType,
         "3: [listener]: write it as [[listener]]"},
        {"list for a single", PAYOUT + "[[server]]\n", FaultCode::WrongType,
         "3: [server]: write it as [server]"},
        {"wrong type", PAYOUT + "[server]\nmax_connections = \"10\"\n", FaultCode::WrongType,
         "4: [server] max_connections: a whole number is expected here, this is a text"},
        {"text without quotes' type", PAYOUT + "[server]\npool_listen = 3333\n",
         FaultCode::WrongType,
         "4: [server] pool_listen: a text in quotes is expected here, this is a whole number"},
        {"mixed list", PAYOUT + "[[listener]]\nlisten = \":1\"\nproxy_from = [1, \"::1\"]\n",
         FaultCode::WrongType,
         "5: [[listener]] 1 proxy_from: a list of texts is expected here, this is a list"},
        {"below the range", PAYOUT + "[server]\njob_refresh_secs = 0\n", FaultCode::OutOfRange,
         "4: [server] job_refresh_secs: 0 is outside the range 1 to 3600"},
        {"above the range", PAYOUT + "[server]\nmax_connections = 1000001\n", FaultCode::OutOfRange,
         "4: [server] max_connections: 1000001 is outside the range 1 to 1000000"},
        {"unknown choice", PAYOUT + "[node]\nchain = \"mainnet\"\n", FaultCode::BadValue,
         "4: [node] chain: \"mainnet\" is not one of: auto, main, test, testnet4, signet, regtest"},
        {"bad URL", PAYOUT + "[node]\nrpc_url = \"127.0.0.1:8332\"\n", FaultCode::BadValue,
         "4: [node] rpc_url: it is not a URL of the form http://host:port"},
        {"bad address of a listener", PAYOUT + "[server]\npool_listen = \"3333\"\n",
         FaultCode::BadValue,
         "4: [server] pool_listen: \"3333\": the port is missing; an example is \":3333\""},
        {"no payout address", "[node]\n", FaultCode::Missing,
         " [mining] payout_address: it must be set: without it a found block could pay nobody"},
        {"payout address mistyped",
         empty + "payout_address = \"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5\"\n",
         FaultCode::BadAddress, "2: [mining] payout_address: "},
        {"future witness version", empty + "payout_address = \"bc1pfeessrawgf\"\n",
         FaultCode::BadAddress,
         "2: [mining] payout_address: anybody can spend what is paid to this witness version until "
         "a soft fork gives it a meaning"},
        {"percent of three places", PAYOUT + "pool_fee_percent = 0.125\n", FaultCode::BadValue,
         "3: [mining] pool_fee_percent: \"0.125\" is not a decimal number with at most two places"},
        {"percent above 100", PAYOUT + "pool_fee_percent = 100.01\n", FaultCode::OutOfRange,
         "3: [mining] pool_fee_percent: 100.01 is outside the range 0 to 100"},
        {"percent below 0", PAYOUT + "donation_percent = -1\n", FaultCode::OutOfRange,
         "3: [mining] donation_percent: -1 is outside the range 0 to 100"},
        {"TLS without certificate", PAYOUT + "[server]\ntls_listen = \":3334\"\n",
         FaultCode::TlsWithoutCertificate,
         "4: [server] tls_listen: a TLS listener needs cert_file under [tls]"},
        {"TLS without key",
         PAYOUT + "[tls]\ncert_file = \"c\"\n[[listener]]\nlisten = \":1\"\ntls = true\n",
         FaultCode::TlsWithoutCertificate,
         "7: [[listener]] 1 tls: a TLS listener needs key_file under [tls]"},
        {"detected TLS without certificate",
         PAYOUT + "[[listener]]\nlisten = \":1\"\ndetect_tls = true\n",
         FaultCode::TlsWithoutCertificate,
         "5: [[listener]] 1 detect_tls: a TLS listener needs cert_file under [tls]"},
        {"Stratum V2 with TLS",
         PAYOUT + "[tls]\ncert_file = \"c\"\nkey_file = \"k\"\n"
                  "[[listener]]\nlisten = \":1\"\nprotocol = \"v2\"\ntls = true\n",
         FaultCode::Conflict,
         "9: [[listener]] 1 tls: Stratum V2 has an encryption of its own and no TLS; protocol = "
         "\"both\" takes TLS for its miners of V1"},
        {"two listeners on one port", PAYOUT + "[server]\nv2_listen = \"127.0.0.1:3333\"\n",
         FaultCode::ListenerConflict,
         "4: [server] v2_listen: \"127.0.0.1:3333\" cannot be opened beside server.pool_listen "
         "(\":3333\")"},
        {"listener without address", PAYOUT + "[[listener]]\nprotocol = \"v1\"\n",
         FaultCode::Missing, "3: [[listener]] 1 listen: it must be set here"},
        {"contrary difficulties", PAYOUT + "[vardiff]\nmin_diff = 10\nmax_diff = 9\n",
         FaultCode::OutOfRange, "5: [vardiff] max_diff: it is below min_diff"},
        {"contrary log levels", PAYOUT + "[logging]\nlevel = \"error\"\ndebug = true\n",
         FaultCode::Conflict,
         "5: [logging] debug: /etc/warppool/config.toml:4: [logging] level says \"error\""},
        {"control character", PAYOUT + "pooltag_prefix = \"a\\nb\"\n", FaultCode::BadValue,
         "3: [mining] pooltag_prefix: control characters are not allowed"},
        {"tag too long", PAYOUT + "pooltag_prefix = \"" + std::string(41, 'x') + "\"\n",
         FaultCode::OutOfRange,
         "3: [mining] pooltag_prefix: it has 41 characters, at most 40 fit into the coinbase"},
    };
}

class FaultsTest final : public QObject
{
    Q_OBJECT

private slots:
    // P41: the first row of the fault table, each with file, line, key and reason.
    void namesFileLineKeyAndReason_data()
    {
        QTest::addColumn<int>("index");
        const auto cases = faultCases();
        for (std::size_t i = 0; i < cases.size(); ++i) {
            QTest::newRow(cases[i].name) << static_cast<int>(i);
        }
    }
    void namesFileLineKeyAndReason()
    {
        QFETCH(int, index);
        const FaultCase wanted = faultCases().at(static_cast<std::size_t>(index));
        const std::vector<ConfigFault> faults = Loading().file(wanted.file).faults();
        for (const ConfigFault& fault : faults) {
            if (fault.code == wanted.code) {
                const std::string text = fault.describe();
                QVERIFY2(text.starts_with(PLACE + wanted.text), text.c_str());
                return;
            }
        }
        QFAIL(faults.front().describe().c_str());
    }

    void reportsOneFaultForOneMistake()
    {
        for (const FaultCase& wanted : faultCases()) {
            const std::vector<ConfigFault> faults = Loading().file(wanted.file).faults();
            const auto others = std::count_if(faults.begin(), faults.end(), [&](const auto& one) {
                return one.code != wanted.code;
            });
            QVERIFY2(others == 0, wanted.name);
        }
    }

    void reportsEveryFaultOfAFile()
    {
        const std::string file = "[node]\n"                   // 1
                                 "chain = \"moon\"\n"         // 2: choice
                                 "rpc_ulr = \"x\"\n"          // 3: unknown
                                 "rpc_url = \n"               // 4: syntax
                                 "[server]\n"                 // 5
                                 "pool_listen = true\n"       // 6: type
                                 "v2_listen = \":x\"\n"       // 7: port
                                 "= 5\n"                      // 8: syntax
                                 "[broken\n"                  // 9: syntax
                                 "status_listen = \":1\"\n"   // 10: skipped with its header
                                 "[mining]\n"                 // 11
                                 "payout_address = \"1x\"\n"; // 12: address
        std::vector<int> lines;
        for (const ConfigFault& fault : Loading().file(file).faults()) {
            lines.push_back(fault.line);
        }
        QCOMPARE(lines, (std::vector<int>{2, 3, 4, 6, 7, 8, 9, 12}));
    }

    void stopsAtAFaultThatSpansLines()
    {
        const auto faults = Loading().file("[mining]\npayout_address = [\"a\",\nx = 1\n").faults();
        QCOMPARE(faults.front().code, FaultCode::Syntax);
        QCOMPARE(faults.front().line, 3);
        const auto syntax = std::count_if(faults.begin(), faults.end(), [](const auto& fault) {
            return fault.code == FaultCode::Syntax;
        });
        QCOMPARE(syntax, 1);
    }

    void refusesAnAddressOfAnotherNetwork_data()
    {
        QTest::addColumn<QString>("chain");
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("isGood");
        const QString regtest = QString::fromLatin1(REGTEST_ADDRESS);
        const QString main = QString::fromLatin1(MAIN_ADDRESS);
        const QString test = QStringLiteral("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx");
        const QString oldMain = QStringLiteral("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
        const QString oldTest = QStringLiteral("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn");
        for (const auto& chain : {"main", "test", "testnet4", "signet", "regtest", "auto"}) {
            const QString name = QString::fromLatin1(chain);
            const bool isAuto = name == QStringLiteral("auto");
            const bool isMain = name == QStringLiteral("main");
            const bool isRegtest = name == QStringLiteral("regtest");
            const auto row = [&](const QString& address, bool isGood) {
                QTest::newRow(qPrintable(name + u' ' + address)) << name << address << isGood;
            };
            row(regtest, isAuto || isRegtest);
            row(main, isAuto || isMain);
            row(test, isAuto || (!isMain && !isRegtest));
            row(oldMain, isAuto || isMain);
            row(oldTest, isAuto || !isMain);
        }
    }
    void refusesAnAddressOfAnotherNetwork()
    {
        // P02
        QFETCH(QString, chain);
        QFETCH(QString, address);
        QFETCH(bool, isGood);
        Loading loading;
        loading.set("mining.payout_address=" + address.toStdString());
        loading.set("node.chain=" + chain.toStdString());
        if (isGood) {
            QCOMPARE(loading.loaded().settings.mining.payoutAddress, address.toStdString());
            return;
        }
        const auto faults = loading.faults();
        QCOMPARE(faults.size(), std::size_t(1));
        QCOMPARE(faults[0].code, FaultCode::WrongNetwork);
        QCOMPARE(faults[0].key, std::string("mining.payout_address"));
        const std::string end = "but the chain is " + chain.toStdString();
        QVERIFY2(faults[0].detail.ends_with(end), faults[0].detail.c_str());
    }

    void refusesPercentagesOfMoreThanTheWhole()
    {
        // P03
        const std::string file = PAYOUT + "pool_fee_percent = 50.01\ndonation_percent = 50\n" +
                                 "pool_fee_address = \"" + REGTEST_ADDRESS +
                                 "\"\ndonation_address = \"" + REGTEST_ADDRESS + "\"\n";
        const auto faults = Loading().file(file).faults();
        const auto sum = std::find_if(faults.begin(), faults.end(), [](const ConfigFault& fault) {
            return fault.code == FaultCode::PercentSum;
        });
        QVERIFY(sum != faults.end());
        QCOMPARE(sum->describe(), PLACE + "3: [mining] pool_fee_percent: together with "
                                          "donation_percent it is more than 100");
    }

    void refusesAFeeWithoutAddress()
    {
        const auto faults = Loading().file(PAYOUT + "donation_percent = 1\n").faults();
        const bool isMissed =
            std::any_of(faults.begin(), faults.end(), [](const ConfigFault& fault) {
                return fault.code == FaultCode::Missing && fault.key == "[mining] donation_address";
            });
        QVERIFY(isMissed);
    }

    // P03: what can be honoured is taken, to the hundredth of a percent.
    void takesPercentagesWithTheirAddresses()
    {
        const auto loaded =
            Loading()
                .file(PAYOUT + "pool_fee_percent = 1.25\npool_fee_address = \"" + REGTEST_ADDRESS +
                      "\"\ndonation_percent = 98.75\ndonation_address = \"" + REGTEST_ADDRESS +
                      "\"\n")
                .loaded();
        QCOMPARE(loaded.settings.mining.poolFee.value(), 125);
        QCOMPARE(loaded.settings.mining.donation.value(), 9875);
        QVERIFY(loaded.warnings.empty());
        const auto zero = Loading().file(PAYOUT + "pool_fee_percent = 0.00\n").loaded();
        QCOMPARE(zero.settings.mining.poolFee.value(), 0);
    }

    // P02: every address that money goes to is judged like the payout's.
    void refusesRecipientsOfAnotherNetwork()
    {
        for (const std::string who : {"pool_fee", "donation"}) {
            const auto faults = Loading()
                                    .file(PAYOUT + who + "_address = \"" + REGTEST_ADDRESS +
                                          "\"\n[node]\nchain = \"main\"\n")
                                    .faults();
            const bool isNamed =
                std::any_of(faults.begin(), faults.end(), [&](const ConfigFault& fault) {
                    return fault.code == FaultCode::WrongNetwork &&
                           fault.key == "[mining] " + who + "_address" && fault.line == 3;
                });
            QVERIFY(isNamed);
        }
    }

    // R018: where every miner brings its own address, none needs to be configured.
    void perMinerNeedsNoPayoutAddress()
    {
        const auto loaded = Loading().file("[mining]\npayout_mode = \"per_miner\"\n").loaded();
        QCOMPARE(loaded.settings.mining.payoutMode, PayoutMode::PerMiner);
        const auto faults =
            Loading()
                .file("[mining]\npayout_mode = \"per_miner\"\npayout_address = \"1x\"\n")
                .faults();
        QCOMPARE(faults.at(0).code, FaultCode::BadAddress);
    }

    void namesFaultsOfOtherLayersByTheirOwnNames()
    {
        Loading loading;
        loading.file(PAYOUT);
        loading.variable("WARPPOOL_SERVER_MAX_CONNECTIONS", "many");
        loading.variable("WARPPOOL_MINING_PAYOUT_ADRESS", "x");
        loading.set("server.pool_listen=3333").set("server.nothing").set("node.backup.rpc_url=x");
        loading.set("minning.payout_address=x").set("server.listen_pool=x");
        const std::vector<std::string> expected{
            "unknown_key environment: WARPPOOL_MINING_PAYOUT_ADRESS: there is no such setting; did "
            "you mean WARPPOOL_MINING_PAYOUT_ADDRESS?",
            "bad_value environment: WARPPOOL_SERVER_MAX_CONNECTIONS: \"many\" is not a whole "
            "number",
            "syntax --set: server.nothing: write it as section.key=value",
            "bad_value --set: node.backup.rpc_url: lists of sections can be set in the file only",
            "unknown_section --set: minning.payout_address: there is no such section; did you mean "
            "[mining]?",
            "unknown_key --set: server.listen_pool: there is no such key",
            "bad_value --set: server.pool_listen: \"3333\": the port is missing; an example is "
            "\":3333\"",
        };
        QCOMPARE(loading.faultTexts(), expected);
    }

    void warnsOfVariablesThatAreOursByPrefixAlone()
    {
        Loading loading;
        loading.file(PAYOUT).variable("WARPPOOL_SERVICE_HOST", "10.0.0.1");
        const auto warnings = loading.loaded().warnings;
        QCOMPARE(warnings.size(), std::size_t(1));
        QCOMPARE(warnings[0].code, WarningCode::UnknownVariable);
        QCOMPARE(warnings[0].describe(),
                 std::string("environment: WARPPOOL_SERVICE_HOST: there is no such setting"));
    }

    void refusesAFileThatCannotBeRead()
    {
        using Operation = warp::test::MemoryFiles::Operation;
        Loading loading;
        loading.request().configPath = "/etc/warppool/config.toml";
        loading.set(std::string("mining.payout_address=") + REGTEST_ADDRESS);
        QCOMPARE(loading.faultTexts().at(0),
                 std::string("unreadable /etc/warppool/config.toml: it cannot be read: not found"));
        loading.request().configFile = ConfigFile::Optional;
        QVERIFY(loading.load().hasValue());
        loading.files().failNext(Operation::Read, warp::util::FileError::NoPermission);
        QCOMPARE(
            loading.faultTexts().at(0),
            std::string("unreadable /etc/warppool/config.toml: it cannot be read: no permission"));
        loading.file(std::string(300 * 1024, '#'));
        QCOMPARE(loading.faultTexts().at(0),
                 std::string("unreadable /etc/warppool/config.toml: it is larger than 256 KiB"));
    }

    void keepsUnprintableTextOutOfMessages()
    {
        const auto faults = Loading().file(PAYOUT + "[\"a\\u001b[31m\"]\nx = 1\n").faults();
        for (const char character : faults.at(0).describe()) {
            QVERIFY(character >= ' ' && character <= '~');
        }
    }
};

WARP_TEST_CLASS(FaultsTest);

} // namespace

#include "faults_test.moc"
