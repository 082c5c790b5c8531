// Stratum V2: how the target of a channel follows, and what is kept of a channel that was closed.

#include "core/stratum/v2/server_limits.h"

#include "tests/core/stratum/v2_session_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace warp;
using namespace warp::test;
using namespace warp::stratum::v2;
using namespace std::chrono_literals;
using mining::ShareCode;
using util::Difficulty;

bitcoin::Target targetOf(double difficulty)
{
    return bitcoin::Target::fromDifficulty(Difficulty(difficulty));
}

/// A connection that is ready for its channels.
struct Ready
{
    explicit Ready(const V2PoolOptions& options = {})
        : pool(options)
    {
        pool.makeJob("tip");
        connection = std::make_unique<V2Connection>(pool);
        connection->setUp();
    }
    /// The client can do nothing easier from here on.
    V2Saying limit(const V2Channel& channel, const bitcoin::Target& target) const
    {
        return connection->send(UpdateChannel{
            .channelId = channel.id, .nominalHashRate = Float32::of(0), .maximumTarget = target});
    }

    V2Pool pool;
    std::unique_ptr<V2Connection> connection;
};

/// A share that meets the one target, and not the other.
V2Share between(V2Channel& channel, const bitcoin::Target& met, const bitcoin::Target& missed)
{
    return channel.mine(
        [&](const auto& hash) { return met.isMetBy(hash) && !missed.isMetBy(hash); },
        channel.start());
}

class V2ChannelTest final : public QObject
{
    Q_OBJECT

private slots:
    // SV2-61: a job that was sent before is good for its own target, one that was sent after it is
    // not, however soon.
    void asksEachJobForItsOwnTarget()
    {
        Ready ready;
        V2Channel& channel = ready.connection->openExtended();
        const bitcoin::Target easy = channel.target;
        const bitcoin::Target hard = targetOf(1e-5);
        const V2Share before = between(channel, easy, hard);
        QCOMPARE(typesOf(ready.limit(channel, hard)), std::string("21 1f"));
        QVERIFY(channel.target <= hard);
        const V2Share variant = between(channel, easy, channel.target);
        QCOMPARE(ready.connection->judge(channel, variant), std::string("difficulty-too-low"));
        QCOMPARE(ready.connection->judge(channel, before), std::string("ok"));
        QCOMPARE(ready.connection->shares()[0].verdict.credited, easy.toDifficulty());
        for (const std::string tip : {"tip", "next"}) {
            ready.connection->giveJob(tip);
            QCOMPARE(ready.connection->judge(channel, between(channel, easy, channel.target)),
                     std::string("difficulty-too-low"));
            QCOMPARE(ready.connection->judge(channel, channel.mine()), std::string("ok"));
        }
        QCOMPARE(ready.connection->faults(), std::string());
    }

    // SV2-61: a device may apply an easier one at once.
    void takesTheEasierTargetOfALaterJob()
    {
        Ready ready({.bits = REGTEST_BITS});
        V2Channel& channel = ready.connection->openExtended();
        ready.limit(channel, targetOf(1e-8));
        const bitcoin::Target hard = channel.target;
        const V2Share start = channel.start();
        ready.limit(channel, easiestTarget());
        const bitcoin::Target easy = channel.target;
        QVERIFY(easy > hard);
        const V2Share share = channel.mine(
            [&](const auto& hash) { return easy.isMetBy(hash) && !hard.isMetBy(hash); }, start);
        QCOMPARE(ready.connection->judge(channel, share), std::string("ok"));
        QCOMPARE(ready.connection->shares()[0].verdict.credited, easy.toDifficulty());
    }

    // Changes that a client asks for are bounded; the last one is made with the next tick.
    void changesATargetSoOftenAtATick()
    {
        Ready ready;
        V2Channel& channel = ready.connection->openExtended();
        double difficulty = 1e-6;
        for (int round = 0; round < 2; ++round) {
            std::size_t changes = 0;
            for (int i = 0; i < 20; ++i) {
                difficulty *= 1.1;
                const V2Saying saying = ready.limit(channel, targetOf(difficulty));
                changes += allOf<SetTarget>(saying).size();
            }
            // What the tick itself has made is one of those that follow it.
            QCOMPARE(changes, std::size_t{MAX_CHANGES_PER_TICK} - (round == 0 ? 0U : 1U));
            QVERIFY(channel.target > targetOf(difficulty));
            QCOMPARE(typesOf(ready.connection->pass(1s)), std::string("21 1f"));
            QVERIFY(channel.target <= targetOf(difficulty));
        }
        QCOMPARE(ready.connection->faults(), std::string());
    }

    // SV2-63: what waits for a change gets it with the next job, each member of a group its own.
    void changesTargetsWithTheJobOfAGroup()
    {
        Ready ready;
        V2Channel& first = ready.connection->openExtended("one");
        V2Channel& second = ready.connection->openStandard("two");
        const bitcoin::Target before = second.target;
        for (unsigned i = 0; i <= MAX_CHANGES_PER_TICK; ++i) {
            ready.limit(first, targetOf(1e-6 * (1 + i)));
        }
        const bitcoin::Target limit = targetOf(1e-6 * (1 + MAX_CHANGES_PER_TICK));
        QVERIFY(first.target > limit);
        const V2Saying saying = ready.connection->giveJob("tip");
        QCOMPARE(typesOf(saying), std::string("21 1f"));
        QCOMPARE(allOf<SetTarget>(saying)[0].channelId, first.id);
        QCOMPARE(allOf<NewExtendedMiningJob>(saying)[0].channelId, first.group);
        QVERIFY(first.target <= limit);
        QVERIFY(second.target == before);
        QCOMPARE(ready.connection->judge(first, first.mine()), std::string("ok"));
        QCOMPARE(ready.connection->faults(), std::string());
    }

    // SV2-64: where a job has no variant left the change waits for the next job.
    void grantsALimitWithTheNextJobAtTheLatest()
    {
        Ready ready;
        V2Channel& channel = ready.connection->openExtended();
        while (!ready.connection->repeatWork().empty()) {
        }
        QVERIFY(ready.limit(channel, targetOf(1e-5)).empty());
        QVERIFY(ready.connection->pass(1s).empty());
        QCOMPARE(ready.connection->judge(channel, channel.mine()), std::string("ok"));
        QCOMPARE(typesOf(ready.connection->giveJob("tip")), std::string("21 1f"));
        QVERIFY(channel.target <= targetOf(1e-5));
        QCOMPARE(ready.connection->judge(channel, channel.mine()), std::string("ok"));
        QCOMPARE(ready.connection->faults(), std::string());
    }

    // Never harder than the network's target, whichever way that moves.
    void followsTheNetworksTarget()
    {
        stratum::ServerOptions options = easyOptions();
        options.initialDifficulty = Difficulty(1e-6);
        Ready ready({.server = options});
        V2Channel& channel = ready.connection->openExtended();
        const bitcoin::Target own = channel.target;
        ready.pool.bits = REGTEST_BITS;
        QCOMPARE(typesOf(ready.connection->giveJob("easy")), std::string("21 1f 20"));
        QVERIFY(channel.target >= ready.pool.job().networkTarget);
        ready.pool.bits = DIFFICULTY_ONE_BITS;
        QCOMPARE(typesOf(ready.connection->giveJob("hard")), std::string("21 1f 20"));
        QVERIFY(channel.target == own);
        QCOMPARE(ready.connection->faults(), std::string());
    }

    void doesNotTakeTheWaitForWorkForSilence_data()
    {
        QTest::addColumn<bool>("isLong");
        QTest::newRow("often withdrawn") << false;
        QTest::newRow("withdrawn for long, by a client that goes on talking") << true;
    }

    // A miner without work sends no shares, and is not asked for less because of that.
    void doesNotTakeTheWaitForWorkForSilence()
    {
        QFETCH(const bool, isLong);
        Ready ready;
        V2Channel& channel = ready.connection->openExtended();
        const bitcoin::Target before = channel.target;
        for (int i = 0; i < 60; ++i) {
            if (!isLong || i == 0) {
                ready.connection->server().withdrawJobs();
            }
            if (isLong) {
                ready.connection->pass(9s);
                ready.limit(channel, targetOf(1e-9 * (1 + i % 2)));
            } else {
                ready.pool.now += 9s;
                ready.connection->giveJob("tip");
                ready.connection->pass(0s);
            }
        }
        ready.connection->giveJob("tip");
        ready.connection->pass(6s);
        QVERIFY(channel.target == before);
    }

    void findsTheBlockOfAChannelThatWasClosed_data()
    {
        QTest::addColumn<bool>("isStandard");
        QTest::addColumn<bool>("isByGroup");
        for (const bool isStandard : {false, true}) {
            QTest::addRow("%s", isStandard ? "standard" : "extended") << isStandard << false;
            QTest::addRow("%s, by its group", isStandard ? "standard" : "extended")
                << isStandard << true;
        }
    }

    // SV2-67, SV2-70: what was on its way is a block all the same, and counts for its own worker;
    // the answer is that of any channel that is not there.
    void findsTheBlockOfAChannelThatWasClosed()
    {
        QFETCH(const bool, isStandard);
        QFETCH(const bool, isByGroup);
        Ready ready({.bits = REGTEST_BITS});
        V2Connection& connection = *ready.connection;
        V2Channel& channel =
            isStandard ? connection.openStandard("one") : connection.openExtended("one");
        connection.openExtended("two");
        connection.giveJob("tip", 3);
        const bitcoin::Target network = ready.pool.job().networkTarget;
        const auto mineBlock = [&] {
            return channel.mine([&](const auto& hash) { return network.isMetBy(hash); },
                                channel.start());
        };
        const V2Share block = mineBlock();
        const V2Share late = mineBlock();
        connection.send(
            CloseChannel{.channelId = isByGroup ? channel.group : channel.id, .reasonCode = ""});
        QCOMPARE(connection.judge(channel, block), std::string("invalid-channel-id"));
        QCOMPARE(connection.shares().size(), std::size_t{1});
        const stratum::ShareReport& report = connection.shares()[0];
        QVERIFY(report.verdict.code == ShareCode::Unauthorized);
        QCOMPARE(report.worker, std::string("one"));
        QVERIFY(report.verdict.block.has_value());
        QVERIFY(report.verdict.block->hash == channel.hashOf(block));
        // With the next tip it is over.
        connection.giveJob("next");
        QCOMPARE(connection.judge(channel, late), std::string("invalid-channel-id"));
        QVERIFY(!connection.shares()[0].verdict.block);
    }

    // So few that whoever opens and closes for ever costs nothing.
    void keepsAFewClosedChannels()
    {
        Ready ready({.bits = REGTEST_BITS});
        V2Connection& connection = *ready.connection;
        std::vector<std::pair<V2Channel*, V2Share>> closed;
        for (std::size_t i = 0; i <= MAX_CLOSED_CHANNELS; ++i) {
            V2Channel& channel = connection.openExtended();
            closed.emplace_back(
                &channel,
                channel.mine(
                    [&](const auto& hash) { return ready.pool.job().networkTarget.isMetBy(hash); },
                    channel.start()));
        }
        for (const auto& [channel, share] : closed) {
            connection.send(CloseChannel{.channelId = channel->id, .reasonCode = ""});
        }
        for (std::size_t i = 0; i < closed.size(); ++i) {
            QCOMPARE(connection.judge(*closed[i].first, closed[i].second),
                     std::string("invalid-channel-id"));
            QCOMPARE(connection.shares()[0].verdict.block.has_value(), i != 0);
        }
    }
};

WARP_TEST_CLASS(V2ChannelTest);

} // namespace

#include "v2_channel_test.moc"
