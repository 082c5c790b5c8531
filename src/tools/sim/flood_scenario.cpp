#include "tools/sim/virtual_scenarios.h"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace warp::tools {

namespace {

using namespace std::chrono_literals;

/// One connection that wants to do harm, in one of the ways that strangers have.
class Flooder final : public net::ConnectionHandler
{
public:
    Flooder(VirtualPool& pool, util::Executor& executor, const std::string& machine)
        : m_pool(pool)
        , m_way(pool.random().below(WAYS))
    {
        m_request = pool.world().network().machine(machine).connect(
            executor, {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = VirtualPool::V1_PORT},
            5s, [this](auto result) {
                if (result) {
                    m_connection = std::move(*result);
                    m_connection->start(*this);
                    say("{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"x\"]}\n");
                }
            });
    }

    /// Once a second or so.
    void step()
    {
        const std::uint64_t number = m_pool.random().uint64();
        switch (m_way) {
        case 0:
            return; // holds its place
        case 1:
            return say(fmt::format("{:016x}", number)); // a line that never ends
        case 2:
            return say(std::string(200, '[') + '\n');
        case 3: // names without end
            return say(
                fmt::format(R"({{"id":2,"method":"mining.authorize","params":["r{:x}","x"]}})"
                            "\n",
                            number));
        case 4:
            login();
            return sayOften(
                R"({{"id":4,"method":"mining.submit","params":["rig","zz","{:06x}","0","0"]}})"
                "\n",
                number); // shares that are none
        case 5:
            login();
            return sayOften(R"({{"id":4,"method":"mining.submit",)"
                            R"("params":["rig","ffffff","{:016x}","65000000","0","1"]}})"
                            "\n",
                            number); // of jobs that nobody gave
        default:                     // wishes
            login();
            return sayOften(R"({{"id":5,"method":"mining.suggest_difficulty","params":[{}]}})"
                            "\n",
                            number);
        }
    }

private:
    static constexpr std::uint64_t WAYS = 7;
    static constexpr int OFTEN = 50;

    void say(const std::string& text)
    {
        if (m_connection != nullptr && !m_isClosed) {
            m_connection->send(util::asBytes(text));
        }
    }
    void sayOften(fmt::format_string<std::uint64_t> form, std::uint64_t number)
    {
        std::string lines;
        for (int i = 0; i < OFTEN; ++i) {
            lines += fmt::format(form, number >> static_cast<unsigned>(i));
        }
        say(lines);
    }
    void login()
    {
        if (!std::exchange(m_hasLogin, true)) {
            say("{\"id\":3,\"method\":\"mining.authorize\",\"params\":[\"rig\",\"x\"]}\n");
        }
    }
    void onBytes(util::ByteView /*bytes*/) override {}
    void onClosed(net::CloseReason /*reason*/) override { m_isClosed = true; }

    VirtualPool& m_pool;
    std::uint64_t m_way;
    util::RequestHandle m_request;
    std::unique_ptr<net::Connection> m_connection;
    bool m_isClosed = false;
    bool m_hasLogin = false;
};

/// Strangers from several addresses connect without end and send what nobody should. The miners of
/// the pool lose no share and no connection, and another one gets in.
std::string playFlood(VirtualPool& pool)
{
    constexpr std::size_t MACHINES = 5;
    constexpr std::size_t AT_ONCE = 40;
    constexpr std::size_t MOST = 1'600; // more than the pool has places for
    constexpr int ROUNDS = 60;
    const auto executor = pool.world().scheduler().createExecutor("flood");
    const auto on = [&](const util::Task& task) {
        pool.world().scheduler().runOn(*executor, task);
    };
    std::vector<std::unique_ptr<Flooder>> flood;
    const auto miners = pool.world().minerCount();
    std::string wrong;
    for (int round = 0; round < ROUNDS; ++round) {
        on([&] {
            if (flood.size() >= MOST) {
                flood.erase(flood.begin(), flood.begin() + AT_ONCE);
            }
            for (std::size_t i = 0; i < AT_ONCE; ++i) {
                const auto machine = fmt::format("10.66.{}.1", pool.random().below(MACHINES));
                flood.push_back(std::make_unique<Flooder>(pool, *executor, machine));
            }
        });
        const std::uint64_t accepted = pool.world().totals().accepted;
        for (int second = 0; second < 10; ++second) {
            on([&] {
                for (const auto& flooder : flood) {
                    flooder->step();
                }
            });
            pool.runFor(1s);
        }
        if (round == ROUNDS - 10) {
            pool.addMiner();
        }
        if (round % 10 == 9) {
            pool.world().mineElsewhere();
        }
        if (pool.world().totals().accepted == accepted) {
            wrong += fmt::format("no share in round {}\n", round);
        }
    }
    if (!pool.world().miner(miners).isMining()) {
        wrong += "a miner that came in the flood does not mine\n";
    }
    on([&] { flood.clear(); });
    return wrong;
}

constexpr std::array SCENARIOS{
    VirtualScenario{.name = "flood",
                    .summary = "strangers connect without end and send what nobody should",
                    .options = {.miners = 12},
                    .play = playFlood},
};

} // namespace

std::span<const VirtualScenario> floodScenarios()
{
    return SCENARIOS;
}

} // namespace warp::tools
