// What a running pool holds at most, whoever asks for more: connections and remembered shares.

#include "core/engine/engine_options.h"
#include "core/engine/peer_registry.h"
#include "core/mining/duplicate_filter.h"
#include "core/stratum/v1/parked_sessions.h"
#include "tests/core/engine/farm.h"
#include "tests/core/engine/settings_farm.h"
#include "tests/core/engine/talker.h"
#include "tests/core/net/sanitizer.h"
#include "tests/core/stratum/stratum_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

using namespace warp;
using namespace std::chrono_literals;
using test::Farm;
using test::POOL_PORT;
using test::SettingsFarm;
using test::Talker;

constexpr auto HOSTILE = "10.9.9.9";

/// Connections that say nothing.
class Crowd final : private net::ConnectionHandler
{
public:
    explicit Crowd(sim::World& world)
        : m_world(world)
        , m_executor(world.scheduler().createExecutor("crowd"))
    {}
    ~Crowd() override
    {
        m_world.scheduler().runOn(*m_executor, [&] {
            m_requests.clear();
            m_connections.clear();
        });
    }
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    void come(std::size_t count)
    {
        m_world.scheduler().runOn(*m_executor, [&] {
            for (std::size_t i = 0; i < count; ++i, ++m_asked) {
                // Of one address only some may be without a worker.
                const std::size_t machine = m_asked / (engine::PeerRegistry::MAX_PENDING / 2);
                const std::string address =
                    "10.8." + std::to_string(machine / 200) + "." + std::to_string(machine % 200);
                m_requests.push_back(m_world.network().machine(address).connect(
                    *m_executor, {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = POOL_PORT},
                    5s, [this](auto result) {
                        if (result) {
                            m_connections.push_back(std::move(*result));
                            m_connections.back()->start(*this);
                        }
                    }));
            }
        });
        m_world.scheduler().runFor(2s);
    }
    /// Those that the pool has not closed.
    [[nodiscard]] std::size_t size() const { return m_connections.size() - m_closed; }

private:
    void onBytes(util::ByteView /*bytes*/) override {}
    void onClosed(net::CloseReason /*reason*/) override { ++m_closed; }

    sim::World& m_world;
    std::unique_ptr<util::Executor> m_executor;
    std::vector<util::RequestHandle> m_requests;
    std::vector<std::unique_ptr<net::Connection>> m_connections;
    std::size_t m_asked = 0;
    std::size_t m_closed = 0;
};

/// The last text of a line.
std::string lastText(const std::string& line)
{
    const std::size_t end = line.rfind('"');
    const std::size_t begin = line.rfind('"', end - 1) + 1;
    return line.substr(begin, end - begin);
}

/// So many shares of one job, each different from the others.
/// @return how many of them were accepted
std::size_t sendShares(Talker& talker, const std::string& worker, std::size_t count)
{
    talker.say(R"({"id":1,"method":"mining.subscribe","params":["flood/1"]})");
    talker.authorize(worker);
    std::string notify;
    for (const std::string& line : test::linesOf(talker.hear(100ms))) {
        notify = test::kindOf(line) == "notify" ? line : notify;
    }
    const std::string head = R"({"id":4,"method":"mining.submit","params":[")" + worker + R"(",")" +
                             test::parameterOf(notify, 0) + R"(","0000000000000000",")" +
                             lastText(notify) + "\",\"";
    constexpr std::size_t PORTION = 400;
    std::size_t accepted = 0;
    for (std::size_t sent = 0; sent < count;) {
        std::string lines;
        for (std::size_t i = 0; i < PORTION; ++i, ++sent) {
            lines += head + test::hex8(static_cast<std::uint32_t>(sent)) + "\"]}\n";
        }
        talker.say(lines);
        accepted += test::count(talker.hear(20ms), "\"result\":true");
    }
    return accepted;
}

class CapFarmTest final : public QObject
{
    Q_OBJECT

private slots:
    // R144: as many as the profile says, and nobody loses its place to the next one.
    void takesAsManyConnectionsAsItsProfileSays_data()
    {
        QTest::addColumn<QString>("profile");
        QTest::addColumn<int>("cap");
        QTest::newRow("small") << "small" << 64;
        QTest::newRow("medium") << "medium" << 256;
        QTest::newRow("large") << "large" << 1024;
        QTest::newRow("enterprise") << "enterprise" << 4096;
    }
    void takesAsManyConnectionsAsItsProfileSays()
    {
        QFETCH(const QString, profile);
        QFETCH(const int, cap);
        const auto most = static_cast<std::size_t>(cap);
        SettingsFarm farm(31, test::farmSettings() +
                                  "\n[ratelimit]\nenabled = false\n\n[profile]\n"
                                  "kind = \"" +
                                  profile.toStdString() + "\"\n");
        farm.world.scheduler().runFor(5s);
        Crowd crowd(farm.world);
        crowd.come(most);
        QCOMPARE(crowd.size(), most);
        crowd.come(10);
        QCOMPARE(crowd.size(), most);
        QCOMPARE(farm.pool->snapshot()->miners, static_cast<std::uint32_t>(cap));
    }

    // R024: one that comes again and again, and each time fills what a session remembers of its
    // shares, leaves no more behind than is stated.
    void boundsTheMemoryOfAFloodOfConnects()
    {
#if defined(__GLIBC__)
        if constexpr (test::WITH_SANITIZER) {
            QSKIP("a sanitizer keeps memory of its own");
        }
        sim::WorldOptions world = test::worldOptions(32);
        world.rules.bits = 0x1e0fffff; // none of the shares is a block
        world.startHeight = 2;
        world.trafficInterval = {};
        engine::EngineOptions options = test::engineOptions();
        options.ioThreads = 1;
        options.listeners.front().stratum.retargeting = stratum::ServerOptions::Retargeting::Off;
        options.listeners.front().stratum.initialDifficulty = util::Difficulty(1e-12);
        Farm farm(world, options);
        farm.world.scheduler().runFor(5s);
        { // what is made once
            Talker first(farm, HOSTILE);
            QCOMPARE(sendShares(first, "first", 400), std::size_t{400});
        }
        constexpr std::size_t TIMES = 40;
        constexpr std::size_t BYTES_OF_SHARE = 100;
        const std::size_t before = ::mallinfo2().uordblks;
        for (std::size_t i = 0; i < TIMES; ++i) {
            Talker talker(farm, HOSTILE);
            // Each name is new: of one that is known a harder share would be asked.
            const std::size_t accepted =
                sendShares(talker, "rig" + std::to_string(i), mining::DuplicateFilter::CAPACITY);
            QVERIFY2(accepted >= mining::DuplicateFilter::CAPACITY,
                     std::to_string(accepted).c_str());
        }
        farm.world.scheduler().runFor(1s);
        const std::size_t after = ::mallinfo2().uordblks;
        const std::size_t most = stratum::v1::ParkedSessions::MAX_SHARES * BYTES_OF_SHARE;
        QVERIFY2(after <= before + most, std::to_string(after - before).c_str());
        QVERIFY(farm.stop());
#else
        QSKIP("needs mallinfo2()");
#endif
    }
};

WARP_TEST_CLASS(CapFarmTest);

} // namespace

#include "cap_farm_test.moc"
