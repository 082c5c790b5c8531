#include "core/node/template_request.h"

#include "tests/core/node/fake_node.h"
#include "tests/core/node/quoted.h"
#include "tests/support/test_registry.h"

#include "core/node/rpc_node.h"

#include <QTest>

#include <string>

namespace {

using namespace warp;
using namespace warp::node;
using warp::test::quoted;

class TemplateRequestTest final : public QObject
{
    Q_OBJECT

private slots:
    // R008: the request as it goes over the wire, for each chain.
    void rulesFollowTheChain_data()
    {
        QTest::addColumn<QByteArray>("chain");
        QTest::addColumn<QByteArray>("rules");
        for (const char* chain : {"main", "test", "testnet4", "regtest"}) {
            QTest::newRow(chain) << QByteArray(chain)
                                 << QByteArray::fromStdString(quoted("['segwit']"));
        }
        QTest::newRow("signet") << QByteArray("signet")
                                << QByteArray::fromStdString(quoted("['segwit','signet']"));
    }
    void rulesFollowTheChain()
    {
        QFETCH(const QByteArray, chain);
        QFETCH(const QByteArray, rules);
        test::FakeWorld world;
        test::FakeNode server(world);
        server.chain = chain.toStdString();
        RpcNode node(world.executor, world.network, world.clock, world.files, {.url = "http://x"});
        world.executor.runFor(std::chrono::seconds(1));

        const std::string common = quoted("'method':'getblocktemplate','params':[{'rules':") +
                                   rules.toStdString() +
                                   quoted(",'capabilities':['longpoll','coinbasevalue']");
        std::size_t plain = 0;
        std::size_t longpolls = 0;
        for (const auto& call : server.calls) {
            if (call.method == "getblocktemplate") {
                const std::string longpollId =
                    quoted(",'longpollid':'") + test::FakeNode::hashText(server.tip) + quoted("0'");
                QVERIFY(
                    call.body.ends_with(common + (call.isLongpoll() ? longpollId : "") + "}]}"));
                ++(call.isLongpoll() ? longpolls : plain);
            }
        }
        QCOMPARE(plain, std::size_t{1});
        QCOMPARE(longpolls, std::size_t{1});
    }

    void longpollIdIsEscaped()
    {
        const std::string expected =
            quoted("[{'rules':['segwit'],'capabilities':['longpoll','coinbasevalue'],"
                   "'longpollid':'a\\'\\\\\\u000a\\u0001'}]");
        QCOMPARE(templateParams(bitcoin::Network::Main, "a\"\\\n\x01"), expected);
    }
};

WARP_TEST_CLASS(TemplateRequestTest);

} // namespace

#include "template_request_test.moc"
