#include "core/node/zmq_feed.h"

#include "tests/core/node/node_bench.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using net::SubscriberLink;
using node::FeedTopic;
using node::NodeState;
using test::NodeBench;

node::NodeOptions withZmq()
{
    return {.zmqHashBlock = "tcp://node:28332",
            .pollInterval = 10s,
            .healthInterval = 10s,
            .longpoll = node::Longpoll::Off};
}

/// A header whose hash only the node's tip matters for, with something behind it.
util::Bytes someBlock()
{
    return util::Bytes(200, std::byte{7});
}

// P01 B42: publishers in the race, those that fail and those that lie.
class ZmqFeedTest final : public QObject
{
    Q_OBJECT

private slots:
    // R004 B09: the announcement leads to the template at once, although nobody polls.
    void anAnnouncementBringsTheTemplate()
    {
        NodeBench bench(withZmq());
        bench.run(5s);
        for (std::uint32_t number = 2; number < 6; ++number) {
            bench.server.setTip(number, 99 + number);
            bench.announce(number, number);
            const QByteArray name = QByteArray::number(number);
            QCOMPARE(bench.run(1ms), "template " + name + ", tip " + name);
            QCOMPARE(bench.tip->source, node::TipSource::Zmq);
            QCOMPARE(bench.tip->trust, node::TipTrust::Trusted);
            QCOMPARE(bench.chain->tip.chainwork, bitcoin::Uint256(2 * (99 + number)));
        }
        const auto feeds = bench.rpc->feeds();
        QCOMPARE(feeds.size(), std::size_t{1});
        QCOMPARE(feeds[0].messages, std::uint64_t{4});
        QCOMPARE(feeds[0].gaps, std::uint64_t{0});
        QVERIFY(!feeds[0].isSilent);
    }

    // R006: two endpoints, each with its topic, socket and state.
    void rawBlockIsApartFromHashBlock()
    {
        auto options = withZmq();
        options.zmqRawBlock = "tcp://node:28333";
        NodeBench bench(options);
        bench.run(5s);
        const auto& asked = bench.world.network.subscriptions;
        QCOMPARE(asked.size(), std::size_t{2});
        QCOMPARE(asked[0].endpoint, std::string("tcp://node:28332"));
        QCOMPARE(asked[0].topics, std::vector<std::string>{"hashblock"});
        QCOMPARE(asked[1].endpoint, std::string("tcp://node:28333"));
        QCOMPARE(asked[1].topics, std::vector<std::string>{"rawblock"});
        const std::size_t before = bench.server.count("getblocktemplate");
        bench.world.network.publish("rawblock", someBlock(), 0);
        bench.run(1ms);
        QVERIFY(bench.server.count("getblocktemplate") > before);
        const auto feeds = bench.rpc->feeds();
        QCOMPARE(feeds[0].messages, std::uint64_t{0});
        QCOMPARE(feeds[1].messages, std::uint64_t{1});
        QCOMPARE(feeds[1].topic, FeedTopic::RawBlock);
    }

    // B42: a jump of the counter means a lost message: the node is asked at once.
    void aGapIsLookedInto()
    {
        NodeBench bench(withZmq());
        bench.run(5s);
        bench.announce(1, 7);
        bench.run(1s);
        bench.server.setTip(2, 101); // its announcement is lost
        bench.announce(1, 9);
        QCOMPARE(bench.run(1ms), QByteArray("tip 2"));
        QCOMPARE(bench.rpc->feeds()[0].gaps, std::uint64_t{1});
        // A publisher that begins anew lost nothing that could be counted, but perhaps something.
        bench.run(2s);
        bench.server.setTip(3, 102);
        bench.announce(2, 0);
        QCOMPARE(bench.run(1ms), QByteArray("tip 3"));
        QCOMPARE(bench.rpc->feeds()[0].gaps, std::uint64_t{1});
    }

    // B42: so does a connection that was away.
    void aNewConnectionIsAReasonToLook()
    {
        NodeBench bench(withZmq());
        bench.run(5s);
        bench.world.network.setLink(SubscriberLink::Lost);
        bench.run(3s);
        QVERIFY(!bench.rpc->feeds()[0].isConnected);
        bench.server.setTip(2, 101);
        bench.world.network.setLink(SubscriberLink::Connected);
        QCOMPARE(bench.run(1ms), QByteArray("tip 2"));
        QVERIFY(bench.rpc->feeds()[0].isConnected);
    }

    // P01: tips that come otherwise show the silence; the socket is made anew.
    void aSilentPublisherIsConnectedAnew()
    {
        NodeBench bench(withZmq());
        bench.run(5s);
        bench.announce(1, 0);
        bench.server.setTip(2, 101);
        bench.run(11s); // the poll
        QCOMPARE(bench.tip->height, 101);
        bench.run(4s);
        QVERIFY(!bench.rpc->feeds()[0].isSilent); // one message can get lost
        QCOMPARE(bench.rpc->feeds()[0].renewals, std::uint64_t{1});
        QCOMPARE(bench.world.network.subscriptions.size(), std::size_t{2});
        QCOMPARE(bench.world.network.subscriberCount(), std::size_t{1});
        bench.server.setTip(3, 102);
        bench.run(15s);
        QVERIFY(bench.rpc->feeds()[0].isSilent);
        QCOMPARE(bench.rpc->feeds()[0].renewals, std::uint64_t{2});
        // It speaks again; that its counter went on meanwhile is no gap of this socket.
        bench.server.setTip(4, 103);
        bench.announce(4, 57);
        QCOMPARE(bench.run(1ms), QByteArray("template 4, tip 4"));
        QVERIFY(!bench.rpc->feeds()[0].isSilent);
        QCOMPARE(bench.rpc->feeds()[0].gaps, std::uint64_t{0});
        bench.run(60s);
        QCOMPARE(bench.rpc->feeds()[0].renewals, std::uint64_t{2});
    }

    // A tip is silent only where it ought to have been announced.
    void anAnnouncementThatIsLateIsEnough()
    {
        NodeBench bench(withZmq());
        bench.server.setTip(2, 101);
        bench.run(20s);
        QCOMPARE(bench.rpc->feeds()[0].renewals, std::uint64_t{0}); // the first tip of all
        bench.server.setTip(3, 102);
        QVERIFY(bench.world.executor.runUntil([&] { return bench.tip->height == 102; }, 11s));
        bench.run(2s);
        bench.announce(3, 0);
        bench.run(20s);
        QCOMPARE(bench.rpc->feeds()[0].renewals, std::uint64_t{0});
        // invalidateblock: the block below is the tip again, and nobody publishes that.
        bench.server.setTip(2, 101);
        bench.run(20s);
        QCOMPARE(bench.tip->height, 101);
        QCOMPARE(bench.rpc->feeds()[0].renewals, std::uint64_t{0});
    }

    // A node announces a block a moment before its RPC knows it.
    void anEarlyAnnouncementIsAskedForAgain()
    {
        NodeBench bench(withZmq());
        bench.run(5s);
        bench.announce(2, 0);
        QCOMPARE(bench.run(60ms), QByteArray());
        bench.server.setTip(2, 101);
        QCOMPARE(bench.run(200ms), QByteArray("template 2, tip 2"));
        QCOMPARE(bench.tip->source, node::TipSource::Zmq);
    }

    // B09: whatever is published, it makes neither a tip nor work.
    void aLieIsNeverATip()
    {
        NodeBench bench(withZmq());
        bench.run(5s);
        const std::size_t before = bench.server.count("getblocktemplate");
        for (std::uint32_t i = 0; i < 20'000; ++i) {
            bench.announce(1'000 + i, i);
            bench.world.network.publishRaw({util::asBytes("hashblock"), util::asBytes("x")});
            QVERIFY(!bench.run(2ms).contains("tip"));
        }
        QCOMPARE(NodeBench::shortHash(bench.tip->hash), std::string("1"));
        QCOMPARE(bench.state, NodeState::Ready);
        QCOMPARE(bench.rpc->feeds()[0].malformed, std::uint64_t{20'000});
        // Forty seconds of lies cost the node little.
        const std::size_t asked = bench.server.count("getblocktemplate") - before;
        QVERIFY2(asked > 4 && asked < 60, std::to_string(asked).c_str());
        // The truth comes through among them.
        bench.server.setTip(2, 101);
        bench.run(11s);
        QCOMPARE(NodeBench::shortHash(bench.tip->hash), std::string("2"));
    }

    // R009: what a node publishes while it catches up is not looked at.
    void aNodeThatIsNotReadyIsNotAsked()
    {
        auto options = withZmq();
        options.expectedNetwork = bitcoin::Network::Main;
        NodeBench bench(options);
        bench.run(5s);
        QCOMPARE(bench.state, NodeState::WrongChain);
        bench.announce(2, 0);
        bench.run(5s);
        QCOMPARE(bench.server.count("getblocktemplate"), std::size_t{0});
    }
};

WARP_TEST_CLASS(ZmqFeedTest);

} // namespace

#include "zmq_feed_test.moc"
