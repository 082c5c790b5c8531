// From a template in hand to the last byte at the last of many miners, by Stratum V1 and V2, and
// the bytes of V1 sent by a bare loop over sockets. Real sockets on loopback; one thread sends,
// this one reads. Budget of V1: 1.5 times the bare sender.
#include "core/stratum/v2/client_session.h"

#include "tests/bench/fan_out_pool.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <netinet/tcp.h>
#include <variant>

namespace {

using namespace warp;
using namespace warp::bench;
using config::ListenerProtocol;
using Clock = std::chrono::steady_clock;

/// Clients of Stratum V1 that wait for a job each.
class Crowd
{
public:
    Crowd(std::uint16_t port, std::size_t count)
        : m_sockets(port)
        , m_texts(count)
    {
        for (std::size_t i = 0; i < count; ++i) {
            m_sockets.add();
        }
    }

    void logIn()
    {
        for (std::size_t i = 0; i < m_sockets.size(); ++i) {
            m_sockets.send(
                i, "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"bench\"]}\n"
                   "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"rig\",\"x\"]}\n");
        }
    }

    /// Until each has had one job since the last call; what the first of them got.
    std::string waitForJobs()
    {
        std::size_t left = m_sockets.size();
        std::string first;
        while (left > 0) {
            m_sockets.receive([&](std::size_t index, std::string_view received) {
                std::string& text = m_texts[index];
                text.append(received);
                const std::size_t start = text.find("{\"id\":null,\"method\":\"mining.notify\"");
                if (start != std::string::npos && text.back() == '\n') {
                    if (first.empty()) {
                        first = text.substr(start);
                    }
                    text.clear();
                    --left;
                }
            });
        }
        return first;
    }

private:
    Sockets m_sockets;
    std::vector<std::string> m_texts;
};

/// Clients of Stratum V2 with a channel each. All tips have as many bytes for each of them, so that
/// what is encrypted need not be read while time is taken; it is afterwards.
class EncryptedCrowd
{
public:
    EncryptedCrowd(std::uint16_t port, std::size_t count)
        : m_sockets(port)
        , m_texts(count)
    {
        for (std::size_t i = 0; i < count; ++i) {
            stratum::v2::ClientOptions options;
            options.vendor = "bench";
            options.channels.emplace_back().user = "rig";
            m_clients.push_back(std::make_unique<stratum::v2::ClientSession>(m_curve, m_random,
                                                                             std::move(options)));
        }
    }

    /// Until each has its first work. A few at a time, as the pool closes who keeps it waiting.
    void logIn()
    {
        constexpr std::size_t AT_ONCE = 16;
        std::size_t begun = 0;
        std::size_t ready = 0;
        while (ready < m_clients.size()) {
            for (; begun < std::min(ready + AT_ONCE, m_clients.size()); ++begun) {
                util::Bytes act;
                m_clients[begun]->start(act);
                m_sockets.add();
                m_sockets.send(begun, util::asText(act));
            }
            m_sockets.receive([&](std::size_t index, std::string_view received) {
                ready += hear(index, received);
            });
        }
    }

    /// Reads the next tip, and remembers how many bytes it has for each.
    void learnSize()
    {
        std::size_t tips = 0;
        m_size = 0;
        while (tips < m_clients.size()) {
            m_sockets.receive([&](std::size_t index, std::string_view received) {
                m_size += received.size();
                tips += hear(index, received);
            });
        }
        m_size /= m_clients.size();
    }

    /// Until each has got as many bytes as a tip has.
    void waitForTip()
    {
        std::size_t left = m_sockets.size();
        while (left > 0) {
            m_sockets.receive([&](std::size_t index, std::string_view received) {
                std::string& text = m_texts[index];
                text.append(received);
                left -= text.size() == m_size ? 1U : 0U;
            });
        }
    }
    /// Whether what waitForTip() took was a tip for each.
    [[nodiscard]] bool gotTips()
    {
        std::size_t tips = 0;
        for (std::size_t i = 0; i < m_texts.size(); ++i) {
            tips += hear(i, m_texts[i]);
            m_texts[i].clear();
        }
        return tips == m_clients.size();
    }
    [[nodiscard]] std::size_t bytesOfTip() const { return m_size; }

private:
    /// @return tips in it
    std::size_t hear(std::size_t index, std::string_view received)
    {
        stratum::v2::ClientActions actions;
        m_clients[index]->onBytes(util::asBytes(received), std::nullopt, actions);
        m_sockets.send(index, util::asText(actions.output));
        return static_cast<std::size_t>(std::ranges::count_if(actions.events, [](const auto& one) {
            const auto* const got = std::get_if<stratum::v2::WorkReceived>(&one);
            return got != nullptr && got->work->isNewPrevious;
        }));
    }

    util::SystemRandom m_random;
    stratum::v2::Curve m_curve{m_random};
    Sockets m_sockets;
    std::vector<std::unique_ptr<stratum::v2::ClientSession>> m_clients;
    std::vector<std::string> m_texts;
    std::size_t m_size = 0;
};

void templateToLastMiner(benchmark::State& state)
{
    engine::QtPlatform world([](std::string_view) { std::abort(); });
    engine::QtPlatform::prepareDescriptors(static_cast<std::size_t>(2 * state.range(0)), 0);
    Pool pool(world.platform(), ListenerProtocol::V1);
    Work work;
    pool.setJobs(work.next(pool.clock.boot()));
    Crowd crowd(pool.port(), static_cast<std::size_t>(state.range(0)));
    crowd.logIn();
    static_cast<void>(crowd.waitForJobs());
    for (auto step : state) {
        static_cast<void>(step);
        const auto start = Clock::now();
        pool.setJobs(work.next(pool.clock.boot()));
        benchmark::DoNotOptimize(crowd.waitForJobs());
        state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
    }
}

void templateToLastChannel(benchmark::State& state)
{
    engine::QtPlatform world([](std::string_view) { std::abort(); });
    engine::QtPlatform::prepareDescriptors(static_cast<std::size_t>(2 * state.range(0)), 0);
    Pool pool(world.platform(), ListenerProtocol::V2);
    Work work;
    pool.setJobs(work.next(pool.clock.boot()));
    EncryptedCrowd crowd(pool.port(), static_cast<std::size_t>(state.range(0)));
    crowd.logIn();
    for (int i = 0; i < 2; ++i) { // what else was on its way comes with the first
        pool.setJobs(work.next(pool.clock.boot()));
        crowd.learnSize();
    }
    for (auto step : state) {
        static_cast<void>(step);
        const auto start = Clock::now();
        pool.setJobs(work.next(pool.clock.boot()));
        crowd.waitForTip();
        state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
        if (!crowd.gotTips()) {
            state.SkipWithError("what came was no new tip");
            break;
        }
    }
    state.counters["bytes_each"] = static_cast<double>(crowd.bytesOfTip());
}

void bareSender(benchmark::State& state)
{
    engine::QtPlatform world([](std::string_view) { std::abort(); });
    const auto count = static_cast<std::size_t>(state.range(0));
    engine::QtPlatform::prepareDescriptors(2 * count, 0);
    // The very bytes that the pool sends.
    std::string line;
    {
        Pool pool(world.platform(), ListenerProtocol::V1);
        Work work;
        pool.setJobs(work.next(pool.clock.boot()));
        Crowd one(pool.port(), 1);
        one.logIn();
        line = one.waitForJobs();
    }
    const int listener = checked(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    checked(::bind(listener, generic, size));
    checked(::listen(listener, 4096));
    checked(::getsockname(listener, generic, &size));
    std::vector<int> sockets;
    // Beside the connecting, for the backlog is not as long as the crowd.
    std::thread accepting([&] {
        for (std::size_t i = 0; i < count; ++i) {
            sockets.push_back(checked(::accept(listener, nullptr, nullptr)));
            const int isOn = 1;
            checked(::setsockopt(sockets.back(), IPPROTO_TCP, TCP_NODELAY, &isOn, sizeof(isOn)));
        }
    });
    Crowd crowd(ntohs(address.sin_port), count);
    accepting.join();
    for (auto step : state) {
        static_cast<void>(step);
        const auto start = Clock::now();
        std::thread sender([&] {
            for (const int socket : sockets) {
                sendAll(socket, line);
            }
        });
        benchmark::DoNotOptimize(crowd.waitForJobs());
        state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
        sender.join();
    }
    for (const int socket : sockets) {
        ::close(socket);
    }
    ::close(listener);
}

BENCHMARK(bareSender)
    ->Arg(1000)
    ->Arg(5000)
    ->Iterations(30)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(templateToLastMiner)
    ->Arg(1000)
    ->Arg(5000)
    ->Iterations(30)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(templateToLastChannel)
    ->Arg(1000)
    ->Arg(5000)
    ->Iterations(30)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

} // namespace
