#include "core/bitcoin/address.h"

#include "core/util/random.h"
#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

const std::vector<Network> TEST_NETWORKS{Network::Test, Network::Testnet4, Network::Signet};
const std::vector<Network> BASE58_TEST_NETWORKS{Network::Test, Network::Testnet4, Network::Signet,
                                                Network::Regtest};

class AddressTest final : public QObject
{
    Q_OBJECT

private slots:
    // BIP 173 and BIP 350 (witness), BIP 84 and BIP 86 (keys of their examples), BIP 49 (P2SH on
    // test networks), the genesis coinbase's key (P2PKH).
    void readsAndWritesAddresses_data()
    {
        QTest::addColumn<QString>("address");
        QTest::addColumn<int>("network");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("script");
        const auto row = [](const char* address, Network network, AddressKind kind,
                            const char* script) {
            QTest::newRow(address) << QString::fromLatin1(address) << static_cast<int>(network)
                                   << static_cast<int>(kind) << QString::fromLatin1(script);
        };
        row("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", Network::Main, AddressKind::PublicKeyHash,
            "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac");
        row("1111111111111111111114oLvT2", Network::Main, AddressKind::PublicKeyHash,
            "76a914000000000000000000000000000000000000000088ac");
        row("3QJmV3qfvL9SuYo34YihAf3sRCW3qSinyC", Network::Main, AddressKind::ScriptHash,
            "a914f815b036d9bbbce5e9f2a00abd1bf3dc91e9551087");
        row("2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2", Network::Test, AddressKind::ScriptHash,
            "a914336caa13e08b96080a32b5d818d59b4ab3b3674287");
        row("2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2", Network::Regtest, AddressKind::ScriptHash,
            "a914336caa13e08b96080a32b5d818d59b4ab3b3674287");
        row("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", Network::Main,
            AddressKind::WitnessPublicKeyHash, "0014751e76e8199196d454941c45d1b3a323f1433bd6");
        row("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", Network::Regtest,
            AddressKind::WitnessPublicKeyHash, "0014751e76e8199196d454941c45d1b3a323f1433bd6");
        row("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu", Network::Main,
            AddressKind::WitnessPublicKeyHash, "0014c0cebcd6c3d3ca8c75dc5ec62ebe55330ef910e2");
        for (const Network network : TEST_NETWORKS) {
            row("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", network,
                AddressKind::WitnessScriptHash,
                "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262");
        }
        row("tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy", Network::Signet,
            AddressKind::WitnessScriptHash,
            "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433");
        row("tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c", Network::Testnet4,
            AddressKind::Taproot,
            "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433");
        row("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", Network::Main,
            AddressKind::Taproot,
            "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        row("bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr", Network::Main,
            AddressKind::Taproot,
            "5120a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c");
        row("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
            Network::Main, AddressKind::FutureWitness,
            "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6");
        row("BC1SW50QGDZ25J", Network::Main, AddressKind::FutureWitness, "6002751e");
        row("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", Network::Main, AddressKind::FutureWitness,
            "5210751e76e8199196d454941c45d1b3a323");
        row("bc1pfeessrawgf", Network::Main, AddressKind::FutureWitness, "51024e73");
    }

    // P04
    void readsAndWritesAddresses()
    {
        QFETCH(QString, address);
        QFETCH(int, network);
        QFETCH(int, kind);
        QFETCH(QString, script);
        const auto parsed = parseAddress(address.toStdString(), static_cast<Network>(network));
        QVERIFY(parsed);
        QCOMPARE(static_cast<int>(parsed->kind), kind);
        QCOMPARE(hexText(parsed->script), script);
        QCOMPARE(parsed->isFutureWitness, parsed->kind == AddressKind::FutureWitness);
        const bool isWitness = address.toLower().contains(u"1q") || kind >= 2;
        QCOMPARE(parsed->witnessVersion.has_value(), isWitness);
        const auto encoded = encodeAddress(parsed->script, static_cast<Network>(network));
        QVERIFY(encoded);
        QCOMPARE(text(*encoded), isWitness ? address.toLower() : address);
    }

    void namesTheFault_data()
    {
        using Code = AddressErrorCode;
        QTest::addColumn<QString>("address");
        QTest::addColumn<int>("network");
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("position");
        const auto row = [](const char* address, Network network, Code code, int position = 0) {
            QTest::newRow(address[0] == '\0' ? "empty" : address)
                << QString::fromLatin1(address) << static_cast<int>(network)
                << static_cast<int>(code) << position;
        };
        row("", Network::Main, Code::Empty);
        // The invalid addresses of BIP 350.
        row("tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut", Network::Main,
            Code::UnknownPrefix);
        row("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", Network::Main,
            Code::Bech32ForV1);
        row("tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf", Network::Test,
            Code::Bech32ForV1);
        row("BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", Network::Main,
            Code::Bech32ForV1);
        row("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", Network::Main, Code::Bech32mForV0);
        row("tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47", Network::Test,
            Code::Bech32mForV0);
        row("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", Network::Main,
            Code::InvalidCharacter, 59);
        row("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", Network::Main,
            Code::InvalidWitnessVersion);
        row("bc1pw5dgrnzv", Network::Main, Code::InvalidProgramLength);
        row("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
            Network::Main, Code::InvalidProgramLength);
        row("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", Network::Main, Code::InvalidProgramLength);
        row("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", Network::Test,
            Code::MixedCase);
        row("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", Network::Main,
            Code::InvalidPadding);
        row("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", Network::Test,
            Code::InvalidPadding);
        row("bc1gmk9yu", Network::Main, Code::WrongLength);
        // Damaged or foreign texts.
        row("tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty", Network::Main, Code::UnknownPrefix);
        row("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", Network::Main, Code::BadChecksum);
        row("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t", Network::Main, Code::BadChecksum);
        row("bc1qw508d6qejx1dg4y5r3zarvary0c5xw7kv8f3t4", Network::Main, Code::InvalidCharacter,
            14);
        row("bc1", Network::Main, Code::WrongLength);
        row("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 ", Network::Main, Code::InvalidCharacter,
            42);
        row("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", Network::Main, Code::BadChecksum);
        row("1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf", Network::Main, Code::WrongLength);
        row("1A1zP1eP5QGefi2DMPTfTL5SLmv7Di0fNa", Network::Main, Code::InvalidCharacter, 30);
        row(" 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", Network::Main, Code::InvalidCharacter, 0);
        row("satoshi", Network::Main, Code::WrongLength);
    }

    void namesTheFault()
    {
        QFETCH(QString, address);
        QFETCH(int, network);
        QFETCH(int, code);
        QFETCH(int, position);
        const auto parsed = parseAddress(address.toStdString(), static_cast<Network>(network));
        QVERIFY(!parsed);
        QCOMPARE(text(describe(parsed.error().code)),
                 text(describe(static_cast<AddressErrorCode>(code))));
        QCOMPARE(parsed.error().position, static_cast<std::size_t>(position));
        QVERIFY(parsed.error().networks.empty());
    }

    // P02
    void refusesAnotherNetworkAndNamesIt()
    {
        struct Case
        {
            const char* address;
            std::vector<Network> networks;
        };
        const std::vector<Case> cases{
            {"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", {Network::Main}},
            {"3QJmV3qfvL9SuYo34YihAf3sRCW3qSinyC", {Network::Main}},
            {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", {Network::Main}},
            {"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", {Network::Main}},
            {"2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2", BASE58_TEST_NETWORKS},
            {"mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", BASE58_TEST_NETWORKS},
            {"tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", TEST_NETWORKS},
            {"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", {Network::Regtest}},
        };
        for (const Case& item : cases) {
            for (const Network network : ALL_NETWORKS) {
                const auto parsed = parseAddress(item.address, network);
                const bool isOwn = std::ranges::count(item.networks, network) == 1;
                QCOMPARE(parsed.hasValue(), isOwn);
                if (!isOwn) {
                    QCOMPARE(static_cast<int>(parsed.error().code),
                             static_cast<int>(AddressErrorCode::WrongNetwork));
                    QCOMPARE(parsed.error().networks, item.networks);
                }
            }
        }
    }

    // A base58check text of a version that no Bitcoin network has: Dogecoin's 0x1e.
    void refusesVersionsOfOtherCoins()
    {
        const auto parsed = parseAddress("DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L", Network::Main);
        QVERIFY(!parsed);
        QCOMPARE(static_cast<int>(parsed.error().code),
                 static_cast<int>(AddressErrorCode::UnknownPrefix));
    }

    void everyScriptFormSurvivesARoundTrip()
    {
        constexpr std::uint64_t SEED = 33;
        util::SeededRandom random(SEED);
        for (unsigned version = 0; version <= 16; ++version) {
            for (std::size_t size = 2; size <= 40; ++size) {
                util::Bytes script{std::byte(version == 0 ? 0 : 0x50 + version), std::byte(size)};
                script.resize(2 + size);
                random.fill(std::span(script).subspan(2));
                for (const Network network : ALL_NETWORKS) {
                    const auto address = encodeAddress(script, network);
                    const bool isAddress = version != 0 || size == 20 || size == 32;
                    QCOMPARE(address.has_value(), isAddress);
                    if (address) {
                        const auto parsed = parseAddress(*address, network);
                        QVERIFY2(parsed && parsed->script == script,
                                 qPrintable(
                                     QStringLiteral("seed %1: %2").arg(SEED).arg(text(*address))));
                        QCOMPARE(parsed->witnessVersion, std::optional(version));
                    }
                }
            }
        }
    }

    void otherScriptsHaveNoAddress()
    {
        for (const char* const digits :
             {"", "00", "51", "6a24aa21a9ed", "0014",
              "0015751e76e8199196d454941c45d1b3a323f1433bd6",
              "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888", "61022222",
              "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888acac",
              "a914f815b036d9bbbce5e9f2a00abd1bf3dc91e9551088"}) {
            QVERIFY2(!encodeAddress(bytesOf(digits), Network::Main), digits);
        }
    }

    void anyTextIsJudgedWithoutHarm()
    {
        constexpr std::uint64_t SEED = 34;
        util::SeededRandom random(SEED);
        for (int round = 0; round < 3000; ++round) {
            const util::Bytes noise = randomBytes(random, 150);
            const std::string prefix = round % 2 == 0 ? "bc1" : "";
            const auto parsed =
                parseAddress(prefix + std::string(util::asText(noise)), Network::Main);
            QVERIFY2(!parsed, qPrintable(QStringLiteral("seed %1 round %2").arg(SEED).arg(round)));
        }
    }

    void namesChainsAsTheNodeDoes()
    {
        for (const Network network : ALL_NETWORKS) {
            QCOMPARE(networkFromChainName(chainName(network)), std::optional(network));
        }
        QCOMPARE(text(chainName(Network::Test)), text("test"));
        QVERIFY(!networkFromChainName("mainnet"));
        QVERIFY(!networkFromChainName(""));
    }
};

WARP_TEST_CLASS(AddressTest);

} // namespace

#include "address_test.moc"
