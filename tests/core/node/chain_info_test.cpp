#include "core/node/chain_info.h"

#include "tests/core/node/quoted.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp;
using namespace warp::node;
using warp::test::quoted;

const std::string BTCD_INFO = quoted(
    "{'chain':'regtest','blocks':1,'headers':1,'bestblockhash':'"
    "07390962b85d799d370ee0ca981c7fbaca5302a193d12646bb50805bc73d98d0','difficulty':1,'mediantime':"
    "1795369998,'pruned':false,'warnings':null,'bip9_softforks':{'csv':{'status':'active'}}}");

const std::string CORE_INFO =
    quoted("{'chain':'main','blocks':840000,'headers':840001,'bestblockhash':'"
           "0000000000000000000320283a032748cef8227873ff4872689bf23f1cda83a5','difficulty':"
           "86388558925171.02,'verificationprogress':0.999,'initialblockdownload':true,'chainwork':"
           "'0000000000000000000000000000000000000000753b0d2eb7ab3d72b42cc5d8','size_on_disk':1,'"
           "pruned':true,'warnings':[]}");

class ChainInfoTest final : public QObject
{
    Q_OBJECT

private slots:
    // R007
    void knowsEveryChainByEachNodesName_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<int>("network");
        const auto row = [](const char* name, bitcoin::Network network) {
            QTest::newRow(name) << QByteArray(name) << static_cast<int>(network);
        };
        row("main", bitcoin::Network::Main);
        row("mainnet", bitcoin::Network::Main);
        row("test", bitcoin::Network::Test);
        row("testnet", bitcoin::Network::Test);
        row("testnet3", bitcoin::Network::Test);
        row("testnet4", bitcoin::Network::Testnet4);
        row("signet", bitcoin::Network::Signet);
        row("regtest", bitcoin::Network::Regtest);
    }
    void knowsEveryChainByEachNodesName()
    {
        QFETCH(const QByteArray, name);
        QFETCH(const int, network);
        const auto info = parseChainInfo(RpcResult::fromJson(
            quoted("{'chain':'") + name.toStdString() + quoted("','blocks':0,'bestblockhash':'") +
            std::string(64, 'a') + quoted("'}")));
        QVERIFY(info.hasValue());
        QCOMPARE(static_cast<int>(info->network), network);
    }

    void namesAChainThatItDoesNotKnow()
    {
        const auto info = parseChainInfo(
            RpcResult::fromJson(quoted("{'chain':'simnet','blocks':0,'bestblockhash':'") +
                                std::string(64, 'a') + quoted("'}")));
        QVERIFY(!info.hasValue());
        QCOMPARE(info.error().code, NodeErrorCode::UnsupportedChain);
        QCOMPARE(info.error().message, std::string("simnet"));
        QCOMPARE(stateFor(info.error().code), NodeState::Failing);
    }

    void readsWhatCoreSays()
    {
        const auto info = parseChainInfo(RpcResult::fromJson(CORE_INFO));
        QVERIFY(info.hasValue());
        QCOMPARE(info->tip.height, 840000);
        QCOMPARE(bitcoin::toDisplayHex(info->tip.hash),
                 std::string("0000000000000000000320283a032748cef8227873ff4872689bf23f1cda83a5"));
        QCOMPARE(info->tip.chainwork.toHex(),
                 std::string("0000000000000000000000000000000000000000753b0d2eb7ab3d72b42cc5d8"));
        QVERIFY(info->isInitialDownload);
        QVERIFY(info->isPruned);
        QCOMPARE(info->headers, 840001);
        QCOMPARE(info->verifiedPermille, std::optional<std::uint32_t>(999));
    }

    void forgivesWhatIsOnlyShown()
    {
        for (const char* shown : {"'headers':1.5", "'headers':'no'", "'headers':-7",
                                  "'verificationprogress':'all'", "'verificationprogress':{}"}) {
            const auto info = parseChainInfo(RpcResult::fromJson(
                quoted("{'chain':'main','blocks':1,'initialblockdownload':true,") + quoted(shown) +
                quoted(",'bestblockhash':'") + std::string(64, 'a') + quoted("'}")));
            QVERIFY2(info.hasValue(), shown);
            QCOMPARE(info->headers, -1);
            QVERIFY(!info->verifiedPermille);
        }
    }

    void doesWithoutWhatBtcdLacks()
    {
        const auto info = parseChainInfo(RpcResult::fromJson(BTCD_INFO));
        QVERIFY(info.hasValue());
        QCOMPARE(info->network, bitcoin::Network::Regtest);
        QCOMPARE(info->tip.height, 1);
        QVERIFY(info->tip.chainwork.isZero());
        QVERIFY(!info->isInitialDownload);
        QCOMPARE(info->headers, 1);
        QVERIFY(!info->verifiedPermille);
    }

    void refusesAnythingElse_data()
    {
        QTest::addColumn<QByteArray>("text");
        const std::string hash(64, 'a');
        const auto row = [](const char* name, const std::string& text) {
            QTest::newRow(name) << QByteArray::fromStdString(text);
        };
        row("empty", "");
        row("array", "[]");
        row("number", "5");
        row("cut off", quoted("{'chain':'main','blocks':"));
        row("no chain", quoted("{'blocks':0,'bestblockhash':'") + hash + quoted("'}"));
        row("no height", quoted("{'chain':'main','bestblockhash':'") + hash + quoted("'}"));
        row("no hash", quoted("{'chain':'main','blocks':0}"));
        row("chain is a number",
            quoted("{'chain':1,'blocks':0,'bestblockhash':'") + hash + quoted("'}"));
        row("height is text",
            quoted("{'chain':'main','blocks':'0','bestblockhash':'") + hash + quoted("'}"));
        row("height below zero",
            quoted("{'chain':'main','blocks':-1,'bestblockhash':'") + hash + quoted("'}"));
        row("short hash", quoted("{'chain':'main','blocks':0,'bestblockhash':'aa'}"));
        row("hash without digits", quoted("{'chain':'main','blocks':0,'bestblockhash':'") +
                                       std::string(64, 'z') + quoted("'}"));
        row("download flag is a number",
            quoted("{'chain':'main','blocks':0,'initialblockdownload':1,'bestblockhash':'") + hash +
                quoted("'}"));
        row("chainwork without digits",
            quoted("{'chain':'main','blocks':0,'chainwork':'','bestblockhash':'") + hash +
                quoted("'}"));
    }
    void refusesAnythingElse()
    {
        QFETCH(const QByteArray, text);
        const auto info = parseChainInfo(RpcResult::fromJson(text.toStdString()));
        QVERIFY(!info.hasValue());
        QCOMPARE(info.error().code, NodeErrorCode::Malformed);
    }

    void readsTheBestHash()
    {
        const std::string hash(64, 'b');
        QVERIFY(parseBestHash(RpcResult::fromJson('"' + hash + '"')).has_value());
        QVERIFY(!parseBestHash(RpcResult::fromJson(hash)).has_value());
        QVERIFY(!parseBestHash(RpcResult::fromJson(quoted("'bb'"))).has_value());
        QVERIFY(!parseBestHash(RpcResult::fromJson("null")).has_value());
    }
};

WARP_TEST_CLASS(ChainInfoTest);

} // namespace

#include "chain_info_test.moc"
