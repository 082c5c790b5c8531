// From a template in hand to the last byte at the last of many miners, and the same bytes sent by a
// bare loop over sockets. Real sockets on loopback; one thread sends, this one reads. Budget: 1.5
// times the bare sender.
#include "core/engine/io_worker.h"
#include "core/engine/qt_platform.h"
#include "tests/core/mining/mining_fixtures.h"

#include <benchmark/benchmark.h>

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace warp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t TRANSACTIONS = 3000;
constexpr auto IS_CLOSED = "a connection ended";

int checked(int result)
{
    if (result < 0) {
        std::abort();
    }
    return result;
}

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

void sendAll(int socket, std::string_view text)
{
    while (!text.empty()) {
        text.remove_prefix(static_cast<std::size_t>(
            checked(static_cast<int>(::send(socket, text.data(), text.size(), 0)))));
    }
}

/// Clients that wait for a job each.
class Crowd
{
public:
    Crowd(std::uint16_t port, std::size_t count)
        : m_epoll(checked(::epoll_create1(0)))
        , m_texts(count)
    {
        sockaddr_in address = loopback(port);
        for (std::size_t i = 0; i < count; ++i) {
            const int socket = checked(::socket(AF_INET, SOCK_STREAM, 0));
            checked(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)));
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            checked(::epoll_ctl(m_epoll, EPOLL_CTL_ADD, socket, &event));
            m_sockets.push_back(socket);
        }
    }
    ~Crowd()
    {
        for (const int socket : m_sockets) {
            ::close(socket);
        }
        ::close(m_epoll);
    }
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    void logIn()
    {
        for (const int socket : m_sockets) {
            sendAll(socket,
                    "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"bench\"]}\n"
                    "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"rig\",\"x\"]}\n");
        }
    }

    /// Until each has had one job since the last call; what the first of them got.
    std::string waitForJobs()
    {
        std::size_t left = m_sockets.size();
        std::string first;
        std::array<epoll_event, 256> events{};
        std::array<char, 65536> buffer{};
        while (left > 0) {
            const int count = checked(::epoll_wait(m_epoll, events.data(), events.size(), 10'000));
            for (int i = 0; i < count; ++i) {
                const std::size_t index = events.at(static_cast<std::size_t>(i)).data.u64;
                const auto size = ::recv(m_sockets[index], buffer.data(), buffer.size(), 0);
                if (size <= 0) {
                    throw std::runtime_error(IS_CLOSED);
                }
                std::string& text = m_texts[index];
                text.append(buffer.data(), static_cast<std::size_t>(size));
                const std::size_t start = text.find("{\"id\":null,\"method\":\"mining.notify\"");
                if (start != std::string::npos && text.back() == '\n') {
                    if (first.empty()) {
                        first = text.substr(start);
                    }
                    text.clear();
                    --left;
                }
            }
        }
        return first;
    }

private:
    int m_epoll;
    std::vector<int> m_sockets;
    std::vector<std::string> m_texts;
};

/// One io thread with its listener.
class Pool
{
public:
    explicit Pool(const engine::Platform& platform)
        : m_statisticsExecutor(platform.executors.createExecutor("stats"))
        , m_courierExecutor(platform.executors.createExecutor("courier"))
        , m_executor(platform.executors.createExecutor("io.0"))
    {
        engine::ListenerOptions options;
        options.endpoint = {.host = "127.0.0.1", .port = 0};
        m_states.push_back(std::make_unique<engine::ListenerState>(options));
        m_statistics.attach(*m_statisticsExecutor);
        m_courier.attach(*m_courierExecutor);
        worker.attach(*m_executor);
        worker.emplace([this, platform] {
            return std::make_unique<engine::IoWorker>(
                *m_executor, std::uint8_t{0},
                engine::IoWorker::Shared{
                    .clock = platform.clock,
                    .courier = m_courier,
                    .statistics = m_statistics,
                    .connections = m_connections,
                    .peers = m_peers,
                    .rates = m_rates,
                    .handshakes = {.curve = m_curve,
                                   .identity = m_identity,
                                   .random = platform.random},
                    .terms = {.gate = {.maxConnections = 100'000}, .listeners = m_states}});
        });
        m_executor->post([this, platform] {
            std::array<util::Executor*, 1> targets{m_executor.get()};
            auto opened = platform.network.listen(
                m_states.front()->options.endpoint, targets,
                [this](std::size_t, std::unique_ptr<net::Connection> connection) {
                    worker.use([&](engine::IoWorker& io) { io.accept(std::move(connection), 0); });
                });
            m_listener = std::move(*opened);
            m_port = m_listener->local().port;
        });
        while (m_port == 0) {
            std::this_thread::yield();
        }
    }
    ~Pool()
    {
        m_executor->post([this] { m_listener.reset(); });
        worker.reset({});
        m_executor.reset();
        m_courierExecutor.reset();
        m_statisticsExecutor.reset();
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    [[nodiscard]] std::uint16_t port() const { return m_port; }

    engine::Hosted<engine::IoWorker> worker;

private:
    std::atomic<std::size_t> m_connections{0};
    std::atomic<std::uint16_t> m_port{0};
    engine::ListenerStates m_states;
    util::SystemClock m_clock;
    engine::PeerRegistry m_peers{m_clock};
    engine::RateKeeper m_rates;
    util::SystemRandom m_random;
    stratum::v2::Curve m_curve{m_random};
    stratum::v2::IdentitySlot m_identity{nullptr};
    engine::Hosted<engine::Statistics> m_statistics;
    engine::Hosted<engine::Courier> m_courier;
    std::unique_ptr<net::Listener> m_listener;
    std::unique_ptr<util::Executor> m_statisticsExecutor;
    std::unique_ptr<util::Executor> m_courierExecutor;
    std::unique_ptr<util::Executor> m_executor;
};

/// Makes the work of one tip after another.
class Work
{
public:
    std::shared_ptr<const mining::JobSet> next(util::BootTime now)
    {
        auto source = std::make_shared<mining::BlockTemplate>(m_template);
        source->previous = test::hashOf(std::to_string(++m_tip));
        source->received = now;
        return m_book.add(*m_factory.make(source, m_tip, now), now);
    }

private:
    mining::BlockTemplate m_template =
        test::makeTemplate({.transactions = TRANSACTIONS, .bits = 0x1d00ffff});
    mining::JobFactory m_factory = test::makeFactory();
    mining::JobBook m_book;
    std::uint32_t m_tip = 0;
};

void templateToLastMiner(benchmark::State& state)
{
    engine::QtPlatform world([](std::string_view) { std::abort(); });
    engine::QtPlatform::prepareDescriptors(static_cast<std::size_t>(2 * state.range(0)), 0);
    Pool pool(world.platform());
    Work work;
    const auto publish = [&] {
        const auto jobs = work.next(world.clock().boot());
        pool.worker.post(
            [jobs](engine::IoWorker& io) { io.setJobs(jobs, bitcoin::Network::Main); });
    };
    publish();
    Crowd crowd(pool.port(), static_cast<std::size_t>(state.range(0)));
    crowd.logIn();
    static_cast<void>(crowd.waitForJobs());
    for (auto step : state) {
        static_cast<void>(step);
        const auto start = Clock::now();
        publish();
        benchmark::DoNotOptimize(crowd.waitForJobs());
        state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
    }
}

void bareSender(benchmark::State& state)
{
    engine::QtPlatform world([](std::string_view) { std::abort(); });
    const auto count = static_cast<std::size_t>(state.range(0));
    engine::QtPlatform::prepareDescriptors(2 * count, 0);
    // The very bytes that the pool sends.
    std::string line;
    {
        Pool pool(world.platform());
        Work work;
        const auto jobs = work.next(world.clock().boot());
        pool.worker.post(
            [jobs](engine::IoWorker& io) { io.setJobs(jobs, bitcoin::Network::Main); });
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

} // namespace
