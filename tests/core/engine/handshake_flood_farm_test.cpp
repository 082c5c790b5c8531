// Strangers who begin Stratum V2 handshakes by the hundred, and what that makes of the others.

#include "core/net/handshake_pacer.h"
#include "core/sim/pool_url.h"
#include "core/stratum/v2/noise_responder.h"
#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using test::Farm;

constexpr std::uint16_t V2_PORT = 34254;

/// Says the first part of a handshake and counts what comes back.
class Caller final : public net::ConnectionHandler
{
public:
    Caller(net::Network& network, util::Executor& executor)
        : m_request(network.connect(
              executor, {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = V2_PORT}, 5s,
              [this](auto result) {
                  if (result) {
                      m_connection = std::move(*result);
                      m_connection->start(*this);
                      const util::Bytes act(stratum::v2::ACT_1_SIZE, std::byte{0x5a});
                      m_connection->send(act);
                  }
              }))
    {}

    [[nodiscard]] bool isAnswered() const { return m_answer == stratum::v2::ACT_2_SIZE; }

private:
    void onBytes(util::ByteView bytes) override { m_answer += bytes.size(); }
    void onClosed(net::CloseReason /*reason*/) override {}

    std::size_t m_answer = 0;
    std::unique_ptr<net::Connection> m_connection;
    util::RequestHandle m_request; ///< goes first: it calls the others
};

engine::EngineOptions openToAll()
{
    engine::EngineOptions options = test::engineOptions();
    options.rateLimits.reset(); // the pace alone
    engine::ListenerOptions listener = test::farmListener();
    listener.endpoint.port = V2_PORT;
    listener.protocol = config::ListenerProtocol::V2;
    options.listeners.push_back(listener);
    return options;
}

class HandshakeFloodFarmTest final : public QObject
{
    Q_OBJECT

private slots:
    // SV2-14 R146: no step of a thread answers more than its part of them, nobody is forgotten, and
    // who comes behind them has his turn.
    void pacesAFloodOfHandshakes()
    {
        constexpr std::size_t COUNT = 300; // of as many strangers as it takes, by their own limit
        constexpr std::size_t EACH = 30;
        static_assert(EACH < engine::PeerRegistry::MAX_PENDING);
        Farm farm(91, openToAll());
        auto& scheduler = farm.world.scheduler();
        scheduler.runFor(5s);
        const auto executor = scheduler.createExecutor("callers");
        std::vector<std::unique_ptr<Caller>> callers;
        scheduler.runOn(*executor, [&] {
            for (std::size_t i = 0; i < COUNT; ++i) {
                auto& machine = farm.world.network().machine("10.9.9." + std::to_string(i / EACH));
                callers.push_back(std::make_unique<Caller>(machine, *executor));
            }
        });
        const auto answered = [&] {
            return static_cast<std::size_t>(std::ranges::count_if(
                callers, [](const auto& caller) { return caller->isAnswered(); }));
        };
        const std::size_t perStep = net::HandshakePacer::PER_SECOND / 10 * openToAll().ioThreads;
        sim::MinerOptions miner;
        miner.pool = {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = V2_PORT};
        miner.user = "late";
        miner.hashrate = util::Hashrate(60);
        miner.v2 = sim::parsePoolUrl("stratum2+tcp://pool:1/" +
                                     farm.pool->snapshot()->program.authorityKey)
                       ->v2;
        farm.world.addMiner(miner);
        std::size_t before = 0;
        for (int i = 0; i < 50; ++i) {
            scheduler.runFor(100ms);
            QVERIFY(answered() <= before + 2 * perStep);
            before = answered();
        }
        QCOMPARE(answered(), COUNT);
        QVERIFY(farm.world.miner(0).isMining());
        scheduler.runOn(*executor, [&] { callers.clear(); });
        QVERIFY(farm.stop());
    }
};

WARP_TEST_CLASS(HandshakeFloodFarmTest);

} // namespace

#include "handshake_flood_farm_test.moc"
