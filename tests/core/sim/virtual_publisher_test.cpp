#include "core/sim/virtual_publisher.h"

#include "core/sim/virtual_network.h"
#include "core/util/bytes.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace warp;
using net::SubscriberLink;

constexpr const char* PUBLISHER = "10.0.0.2:28332";

util::Bytes bytes(std::string_view text)
{
    const util::ByteView view = util::asBytes(text);
    return {view.begin(), view.end()};
}

/// A subscriber of the topic "hash" and what it hears.
struct World
{
    explicit World(const std::string& endpoint = "tcp://10.0.0.2:28332")
        : scheduler({.seed = 1})
        , network(scheduler, {})
        , executor(scheduler.createExecutor("work"))
    {
        network.registerHttp(PUBLISHER, {}); // makes the machine
        scheduler.runOn(*executor, [&] {
            auto made = network.createSubscriber(
                *executor, {.endpoint = endpoint, .topics = {"hash"}},
                {.onMessage =
                     [this](std::span<const util::ByteView> parts) {
                         heard.emplace_back(util::asText(parts.back()));
                     },
                 .onLink = [this](SubscriberLink link) { links.push_back(link); }});
            isMade = made.hasValue();
            if (isMade) {
                subscriber = *std::move(made);
            }
        });
    }
    ~World()
    {
        scheduler.runOn(*executor, [&] { subscriber.reset(); });
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    void publish(std::string_view topic, std::string_view body)
    {
        scheduler.runOn(scheduler.environment(), [&] {
            network.publishers().publish(PUBLISHER, {bytes(topic), bytes(body)});
        });
        scheduler.runFor(1s);
    }
    void change(void (sim::VirtualPublishers::*what)(const std::string&))
    {
        scheduler.runOn(scheduler.environment(), [&] { (network.publishers().*what)(PUBLISHER); });
        scheduler.runFor(3s);
    }

    sim::Scheduler scheduler;
    sim::VirtualNetwork network;
    std::unique_ptr<util::Executor> executor;
    bool isMade = false;
    std::vector<std::string> heard;
    std::vector<SubscriberLink> links;
    std::unique_ptr<net::Subscriber> subscriber;
};

class VirtualPublisherTest final : public QObject
{
    Q_OBJECT

private slots:
    void carriesTheTopicsThatAreWanted()
    {
        World world;
        world.change(&sim::VirtualPublishers::open);
        QCOMPARE(world.links, std::vector{SubscriberLink::Connected});
        world.publish("hashblock", "1");
        world.publish("rawblock", "2");
        QCOMPARE(world.heard, std::vector<std::string>{"1"});
    }

    void losesWhatIsSentWithoutAConnection()
    {
        World world;
        world.publish("hash", "1");
        world.change(&sim::VirtualPublishers::open);
        world.change(&sim::VirtualPublishers::close);
        world.publish("hash", "2");
        world.change(&sim::VirtualPublishers::open);
        world.network.setLink(sim::VirtualNetwork::FIRST_MACHINE, "10.0.0.2",
                              sim::LinkState::Silent);
        world.publish("hash", "3");
        world.network.setLink(sim::VirtualNetwork::FIRST_MACHINE, "10.0.0.2", sim::LinkState::Up);
        world.publish("hash", "4");
        QCOMPARE(world.heard, std::vector<std::string>{"4"});
        QCOMPARE(world.links, (std::vector{SubscriberLink::Connected, SubscriberLink::Lost,
                                           SubscriberLink::Connected}));
    }

    void theDeafDoNotNotice()
    {
        World world;
        world.change(&sim::VirtualPublishers::open);
        world.change(&sim::VirtualPublishers::deafen);
        world.publish("hash", "1");
        QVERIFY(world.heard.empty());
        QCOMPARE(world.links.size(), std::size_t{1});
    }

    void endsWithItsHandle()
    {
        World world;
        world.change(&sim::VirtualPublishers::open);
        world.scheduler.runOn(*world.executor, [&] { world.subscriber.reset(); });
        world.publish("hash", "1");
        QVERIFY(world.heard.empty());
        QVERIFY(!World("nonsense").isMade);
        QVERIFY(!World("tcp://10.0.0.2:").isMade);
    }
};

WARP_TEST_CLASS(VirtualPublisherTest);

} // namespace

#include "virtual_publisher_test.moc"
