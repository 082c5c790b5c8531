// Peers that want too much of a running pool, in the virtual world.

#include "core/config/settings.h"
#include "core/engine/engine_options.h"
#include "core/engine/reject_watch.h"
#include "core/engine/room_maker.h"
#include "core/sim/miner.h"
#include "tests/core/engine/farm.h"
#include "tests/core/engine/talker.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using test::count;
using test::Farm;
using test::POOL_PORT;
using test::Talker;

constexpr auto HOSTILE = "10.9.9.9";
constexpr auto TOO_MANY_LOGINS = "\"result\":false,\"error\":[24,\"Too many logins";

engine::EngineOptions withLimits()
{
    engine::EngineOptions options = test::engineOptions();
    options.rateLimits = engine::RateLimits{.connects = {.perSecond = 1, .burst = 5},
                                            .authorizations = {.perSecond = 1, .burst = 3}};
    return options;
}

/// Many miners on one address.
class Hall final
{
public:
    Hall(Farm& farm, std::size_t count)
        : m_farm(farm)
    {
        for (std::size_t i = 0; i < count; ++i) {
            const std::string name = "hall " + std::to_string(i);
            m_executors.push_back(farm.world.scheduler().createExecutor(name));
            m_random.push_back(
                std::make_unique<util::SeededRandom>(farm.world.scheduler().seedFor(name)));
        }
        m_miners.resize(count);
        restorePower();
    }
    ~Hall() { cutPower(); }
    Hall(const Hall&) = delete;
    Hall& operator=(const Hall&) = delete;

    void cutPower()
    {
        each([this](std::size_t i) { m_miners[i].reset(); });
    }
    void restorePower()
    {
        each([this](std::size_t i) {
            sim::MinerOptions options;
            options.pool = {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = POOL_PORT};
            options.user = "rig" + std::to_string(i);
            options.hashrate = util::Hashrate(40);
            options.slice = 1s;
            m_miners[i] = std::make_unique<sim::SimulatedMiner>(
                *m_executors[i], m_farm.world.network().machine("10.9.8.1"),
                m_farm.world.scheduler(), *m_random[i], options);
            m_miners[i]->start();
        });
    }
    [[nodiscard]] std::uint32_t mining() const
    {
        return static_cast<std::uint32_t>(std::ranges::count_if(
            m_miners, [](const auto& miner) { return miner && miner->isMining(); }));
    }

private:
    template <class Function>
    void each(Function function)
    {
        for (std::size_t i = 0; i < m_miners.size(); ++i) {
            m_farm.world.scheduler().runOn(*m_executors[i], [&] { function(i); });
        }
    }

    Farm& m_farm;
    std::vector<std::unique_ptr<util::Executor>> m_executors;
    std::vector<std::unique_ptr<util::SeededRandom>> m_random;
    std::vector<std::unique_ptr<sim::SimulatedMiner>> m_miners;
};

/// How many of a machine's connections, one directly after the other, the pool keeps.
std::size_t admitted(Farm& farm, const std::string& machine, std::size_t tries)
{
    std::size_t open = 0;
    for (std::size_t i = 0; i < tries; ++i) {
        open += Talker(farm, machine).isOpen() ? 1U : 0U;
    }
    return open;
}

/// A share whose extranonce2 is too short.
std::string badShare(int number)
{
    return fmt::format(
        R"({{"id":4,"method":"mining.submit","params":["rig","zz","{:06x}","00000000","0"]}})",
        number);
}

class FloodFarmTest final : public QObject
{
    Q_OBJECT

private slots:
    // R146: a burst of connections, then a rate; others are not concerned.
    void boundsHowOftenAPeerConnects()
    {
        Farm farm(71, withLimits());
        farm.world.scheduler().runFor(5s);
        const auto burst = static_cast<std::size_t>(withLimits().rateLimits->connects.burst);
        const auto executor = farm.world.scheduler().createExecutor("idler");
        auto& network = farm.world.network().machine(HOSTILE);
        std::vector<util::RequestHandle> requests;
        std::vector<std::unique_ptr<net::Connection>> open;
        farm.world.scheduler().runOn(*executor, [&] {
            for (int i = 0; i < 30; ++i) {
                requests.push_back(network.connect(
                    *executor, {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = POOL_PORT}, 5s,
                    [&](auto result) {
                        if (result) {
                            open.push_back(std::move(*result));
                        }
                    }));
            }
        });
        farm.world.scheduler().runFor(3s);
        const auto snapshot = farm.pool->snapshot();
        QVERIFY(snapshot->miners >= burst && snapshot->miners <= burst + 3);
        QVERIFY(snapshot->listeners.at(0).refused >= 30 - burst - 3);
        Talker other(farm, "10.9.9.10");
        QVERIFY(other.isOpen());
        farm.world.scheduler().runOn(*executor, [&] {
            open.clear();
            requests.clear();
        });
        QVERIFY(farm.stop());
    }

    // R146: without it there is no such limit.
    void canBeSwitchedOff()
    {
        config::Settings settings;
        QVERIFY(engine::mapSettings(settings, 1).rateLimits.has_value());
        settings.rateLimit.isEnabled = false;
        QVERIFY(!engine::mapSettings(settings, 1).rateLimits);
        Farm farm(72);
        farm.world.scheduler().runFor(5s);
        QCOMPARE(admitted(farm, HOSTILE, 20), std::size_t{20});
        QVERIFY(farm.stop());
    }

    // R147: the answer is false, and nobody has to come again for it.
    void boundsHowOftenAPeerAuthorizes()
    {
        engine::EngineOptions options = withLimits();
        options.rateLimits->connects.burst = 20;
        options.rateLimits->authorizations.perSecond = 0.01;
        Farm farm(73, std::move(options));
        farm.world.scheduler().runFor(5s);
        std::vector<std::unique_ptr<Talker>> talkers;
        std::string answers;
        for (int i = 0; i < 10; ++i) {
            talkers.push_back(std::make_unique<Talker>(farm, HOSTILE));
            talkers.back()->authorize("rig");
            answers += talkers.back()->hear();
        }
        QCOMPARE(count(answers, "\"result\":true"), std::size_t{3});
        QCOMPARE(count(answers, TOO_MANY_LOGINS), std::size_t{7});
        QVERIFY(talkers.back()->isOpen());
        Talker(farm, "10.9.9.10").hear(100s);
        talkers.push_back(std::make_unique<Talker>(farm, HOSTILE));
        talkers.back()->authorize("late");
        QCOMPARE(count(talkers.back()->hear(), "\"result\":true"), std::size_t{1});
        talkers.clear();
        QVERIFY(farm.stop());
    }

    // R147: a proxy has hundreds of workers, and says their names at once.
    void takesAllNamesOfAProxy()
    {
        Farm farm(77, withLimits());
        farm.world.scheduler().runFor(5s);
        Talker proxy(farm, HOSTILE);
        for (int i = 0; i < 200; ++i) {
            proxy.authorize("rig" + std::to_string(i));
        }
        QCOMPARE(count(proxy.hear(), "\"result\":true"), std::size_t{200});
        QVERIFY(farm.stop());
    }

    // R147, B45: one miner with a wrong name does not keep out those beside it.
    void countsWrongNamesApart()
    {
        engine::EngineOptions options = withLimits();
        options.payout.mode = config::PayoutMode::PerMiner;
        Farm farm(78, std::move(options));
        farm.world.scheduler().runFor(5s);
        Talker wrong(farm, HOSTILE);
        for (int i = 0; i < 10; ++i) {
            wrong.authorize("nobody" + std::to_string(i));
        }
        const std::string answers = wrong.hear();
        QCOMPARE(count(answers, "\"result\":false"), std::size_t{10});
        QCOMPARE(count(answers, TOO_MANY_LOGINS), std::size_t{7});
        Talker right(farm, HOSTILE);
        right.authorize(test::PAYOUT_ADDRESS);
        QCOMPARE(count(right.hear(), "\"result\":true"), std::size_t{1});
        QVERIFY(farm.stop());
    }

    // R146, B45: a hall full of miners behind one router is back soon after a power cut, whatever
    // the pool knows of it.
    void letsAFarmBehindOneAddressBackIn()
    {
        engine::EngineOptions options = test::engineOptions();
        options.rateLimits = engine::mapSettings(config::Settings{}, 1).rateLimits;
        options.listeners.front().stratum.initialDifficulty = util::Difficulty(0x1p-26);
        Farm farm(79, std::move(options));
        constexpr std::uint32_t MINERS = 200;
        Hall hall(farm, MINERS);
        auto& scheduler = farm.world.scheduler();
        const auto allMine = [&] { return hall.mining() == MINERS; };
        QVERIFY(scheduler.runUntil(allMine, 60s)); // a pool that is new to them
        scheduler.runFor(60s);
        hall.cutPower();
        scheduler.runFor(20s);
        hall.restorePower();
        QVERIFY(scheduler.runUntil(allMine, 5s)); // one that knows them
        hall.cutPower();
        QVERIFY(farm.stop());
    }

    // R143: who holds places for nothing gives them to who mines.
    void givesAnIdlersPlaceToAMiner()
    {
        engine::EngineOptions options = withLimits();
        options.maxConnections = 20;
        options.rateLimits->connects.burst = 100;
        options.rateLimits->authorizations.burst = 100;
        Farm farm(80, std::move(options));
        auto& scheduler = farm.world.scheduler();
        scheduler.runFor(5s);
        farm.addMiners(3);
        scheduler.runFor(20s);
        std::vector<std::unique_ptr<Talker>> idlers;
        for (int i = 0; i < 17; ++i) {
            idlers.push_back(std::make_unique<Talker>(farm, HOSTILE));
            idlers.back()->say(R"({"id":1,"method":"mining.subscribe","params":[]})");
            idlers.back()->authorize("idler");
        }
        QCOMPARE(farm.pool->snapshot()->miners, 20U);
        scheduler.runFor(engine::RoomMaker::MIN_AGE);
        QCOMPARE(farm.pool->snapshot()->miners, 20U); // nobody goes without need
        farm.addMiners(2);
        const auto isIn = [&](std::size_t index) { return farm.world.miner(index).isMining(); };
        QVERIFY(scheduler.runUntil([&] { return isIn(3) && isIn(4); }, 60s));
        QVERIFY(isIn(0) && isIn(1) && isIn(2));
        const auto left = std::ranges::count_if(idlers, [](auto& one) { return one->isOpen(); });
        QCOMPARE(left, 15);
        idlers.clear();
        QVERIFY(farm.stop());
    }

    // B45: miners behind one address are limited one by one.
    void limitsConnectionsOfAGatewayOneByOne()
    {
        Farm farm(74, withLimits());
        farm.world.scheduler().runFor(5s);
        constexpr auto DOCKER = "172.17.0.1";
        std::vector<std::unique_ptr<Talker>> talkers;
        for (int i = 0; i < 10; ++i) {
            talkers.push_back(std::make_unique<Talker>(farm, DOCKER));
            talkers.back()->authorize("rig" + std::to_string(i));
        }
        for (const auto& talker : talkers) {
            QCOMPARE(count(talker->hear(), "\"result\":true"), std::size_t{1});
        }
        talkers.clear();
        QVERIFY(farm.stop());
    }

    // A miner that sends nothing but bad shares is told what it may have missed, then cut.
    void remindsAndThenCutsWhoSendsOnlyBadShares()
    {
        engine::EngineOptions options = withLimits();
        options.listeners.front().stratum.retargeting = stratum::ServerOptions::Retargeting::Off;
        Farm farm(75, std::move(options));
        farm.world.scheduler().runFor(5s);
        Talker talker(farm, HOSTILE);
        talker.say(R"({"id":1,"method":"mining.subscribe","params":[]})");
        talker.authorize("rig");
        talker.hear();
        std::string heard;
        int number = 0;
        while (talker.isOpen() && number < 300) {
            talker.say(badShare(++number));
            heard += talker.hear();
        }
        const auto closeAfter =
            static_cast<int>(std::chrono::seconds(engine::RejectWatch::REMIND_AFTER +
                                                  engine::RejectWatch::CLOSE_AFTER)
                                 .count());
        QVERIFY2(number >= closeAfter && number <= closeAfter + 3, std::to_string(number).c_str());
        // The pool sends a job every 30 seconds anyway; the difficulty it says only once more.
        QCOMPARE(count(heard, "mining.set_difficulty"), std::size_t{1});
        QVERIFY(farm.stop());
    }

    // Without the limits nobody is judged by that, as whoever measures the pool wants it.
    void putsUpWithBadSharesWhereLimitsAreOff()
    {
        Farm farm(76);
        farm.world.scheduler().runFor(5s);
        Talker talker(farm, HOSTILE);
        talker.say(R"({"id":1,"method":"mining.subscribe","params":[]})");
        talker.authorize("rig");
        for (int number = 0; number < 300; ++number) {
            talker.say(badShare(number));
            talker.hear();
        }
        QVERIFY(talker.isOpen());
        QVERIFY(farm.stop());
    }
};

WARP_TEST_CLASS(FloodFarmTest);

} // namespace

#include "flood_farm_test.moc"
