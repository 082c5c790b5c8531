// What the benchmarks of the fan-out share: a pool of one io thread on a real socket, the work of
// one tip after another, and sockets that wait for it. Bench code.
#pragma once

#include "core/engine/io_worker.h"
#include "core/engine/qt_platform.h"
#include "core/stratum/v2/static_identity.h"
#include "core/util/system_clock.h"

#include "tests/core/mining/mining_fixtures.h"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace warp::bench {

inline int checked(int result)
{
    if (result < 0) {
        std::abort();
    }
    return result;
}

inline sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

inline void sendAll(int socket, std::string_view text)
{
    while (!text.empty()) {
        text.remove_prefix(static_cast<std::size_t>(
            checked(static_cast<int>(::send(socket, text.data(), text.size(), 0)))));
    }
}

/// Connected sockets that are watched for reading.
class Sockets
{
public:
    explicit Sockets(std::uint16_t port)
        : m_address(loopback(port))
        , m_epoll(checked(::epoll_create1(0)))
    {}
    ~Sockets()
    {
        for (const int socket : m_sockets) {
            ::close(socket);
        }
        ::close(m_epoll);
    }
    Sockets(const Sockets&) = delete;
    Sockets& operator=(const Sockets&) = delete;

    /// One more, with the next index.
    void add()
    {
        const int socket = checked(::socket(AF_INET, SOCK_STREAM, 0));
        auto* const generic = reinterpret_cast<sockaddr*>(&m_address);
        checked(::connect(socket, generic, sizeof(m_address)));
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = m_sockets.size();
        checked(::epoll_ctl(m_epoll, EPOLL_CTL_ADD, socket, &event));
        m_sockets.push_back(socket);
    }
    [[nodiscard]] std::size_t size() const { return m_sockets.size(); }
    void send(std::size_t index, std::string_view text) const { sendAll(m_sockets[index], text); }

    /// Waits for bytes; throws where none come in 10 s, or a connection has ended.
    /// @param onText  called with the index and what came
    template <class Function>
    void receive(const Function& onText)
    {
        std::array<epoll_event, 256> events{};
        const int count = checked(::epoll_wait(m_epoll, events.data(), events.size(), 10'000));
        if (count == 0) {
            throw std::runtime_error("nothing comes");
        }
        for (int i = 0; i < count; ++i) {
            const std::size_t index = events.at(static_cast<std::size_t>(i)).data.u64;
            const auto size = ::recv(m_sockets[index], m_buffer.data(), m_buffer.size(), 0);
            if (size <= 0) {
                throw std::runtime_error("a connection ended");
            }
            onText(index, std::string_view(m_buffer.data(), static_cast<std::size_t>(size)));
        }
    }

private:
    sockaddr_in m_address;
    int m_epoll;
    std::vector<int> m_sockets;
    std::array<char, 65536> m_buffer{};
};

/// Time for the pool that runs faster than ours, so that rationed handshakes do not hold up a
/// benchmark.
class HastyClock final : public util::Clock
{
public:
    static constexpr int HASTE = 4;

    [[nodiscard]] util::BootTime boot() const override
    {
        const util::BootTime now = m_clock.boot();
        return m_start + (now - m_start) * HASTE;
    }
    [[nodiscard]] util::WallReading wall() const override { return m_clock.wall(); }

private:
    util::SystemClock m_clock;
    util::BootTime m_start = m_clock.boot();
};

/// One io thread with its listener.
class Pool
{
public:
    Pool(const engine::Platform& platform, config::ListenerProtocol protocol)
        : m_statisticsExecutor(platform.executors.createExecutor("stats"))
        , m_courierExecutor(platform.executors.createExecutor("courier"))
        , m_executor(platform.executors.createExecutor("io.0"))
    {
        engine::ListenerOptions options;
        options.endpoint = {.host = "127.0.0.1", .port = 0};
        options.protocol = protocol;
        options.stratum.retargeting = stratum::ServerOptions::Retargeting::Off;
        m_states.push_back(std::make_unique<engine::ListenerState>(options));
        m_statistics.attach(*m_statisticsExecutor);
        m_courier.attach(*m_courierExecutor);
        worker.attach(*m_executor);
        worker.emplace([this] {
            return std::make_unique<engine::IoWorker>(
                *m_executor, std::uint8_t{0},
                engine::IoWorker::Shared{
                    .clock = clock,
                    .courier = m_courier,
                    .statistics = m_statistics,
                    .connections = m_connections,
                    .peers = m_peers,
                    .rates = m_rates,
                    .handshakes = {.curve = m_curve, .identity = m_identity, .random = m_random},
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
    void setJobs(const std::shared_ptr<const mining::JobSet>& jobs)
    {
        worker.post([jobs](engine::IoWorker& io) { io.setJobs(jobs, bitcoin::Network::Main); });
    }

    HastyClock clock;
    engine::Hosted<engine::IoWorker> worker;

private:
    std::atomic<std::size_t> m_connections{0};
    std::atomic<std::uint16_t> m_port{0};
    engine::ListenerStates m_states;
    engine::PeerRegistry m_peers{clock};
    engine::RateKeeper m_rates;
    util::SystemRandom m_random;
    stratum::v2::Curve m_curve{m_random};
    stratum::v2::IdentitySlot m_identity{
        std::make_shared<const stratum::v2::StaticIdentity>(stratum::v2::StaticIdentity::certify(
            m_curve, stratum::v2::AuthorityKey::generate(m_curve, m_random),
            stratum::v2::NoiseKey::generate(m_curve, m_random),
            {.from = 1'700'000'000, .until = 0xffffffff}, std::array<std::byte, 32>{}))};
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
    static constexpr std::size_t TRANSACTIONS = 3000;

    mining::BlockTemplate m_template =
        test::makeTemplate({.transactions = TRANSACTIONS, .bits = 0x1d00ffff});
    mining::JobFactory m_factory = test::makeFactory();
    mining::JobBook m_book;
    std::uint32_t m_tip = 0;
};

} // namespace warp::bench
