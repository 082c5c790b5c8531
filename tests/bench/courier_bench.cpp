// From a share that is a block to the first byte of submitblock at the node, with a template of
// four million bytes: real threads, real sockets, a spool on the real disk. Budget: 1 ms.
#include "core/bitcoin/sha256d.h"
#include "core/engine/courier.h"
#include "core/engine/qt_platform.h"
#include "core/node/rpc_submitter.h"
#include "core/util/random.h"

#include <benchmark/benchmark.h>

#include <QCoreApplication>
#include <QTemporaryDir>

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace warp;
using Instant = std::chrono::steady_clock::time_point;

/// Takes every block and remembers when the first byte of the latest submission came.
class InstantNode
{
public:
    InstantNode()
        : m_listener(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(m_listener, generic, size) != 0 || ::listen(m_listener, 16) != 0 ||
            ::getsockname(m_listener, generic, &size) != 0) {
            std::abort();
        }
        m_port = ntohs(address.sin_port);
        m_acceptor = std::thread([this] { acceptAll(); });
    }
    ~InstantNode()
    {
        ::shutdown(m_listener, SHUT_RDWR);
        m_acceptor.join();
        for (std::thread& thread : m_threads) {
            thread.join();
        }
        ::close(m_listener);
    }
    InstantNode(const InstantNode&) = delete;
    InstantNode& operator=(const InstantNode&) = delete;

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(m_port); }
    /// Waits for the submission with this number, from 1 on, to be complete.
    Instant waitSubmission(std::size_t number)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_submissions.size() >= number; });
        return m_submissions[number - 1];
    }

private:
    void acceptAll()
    {
        while (true) {
            const int connection = ::accept(m_listener, nullptr, nullptr);
            if (connection < 0) {
                return;
            }
            m_threads.emplace_back([this, connection] {
                while (serve(connection)) {
                }
                ::close(connection);
            });
        }
    }
    /// One request.
    bool serve(int connection)
    {
        std::string request;
        Instant first;
        std::size_t wanted = SIZE_MAX;
        std::vector<char> part(1U << 20U);
        while (request.size() < wanted) {
            const ssize_t count = ::recv(connection, part.data(), part.size(), 0);
            if (count <= 0) {
                return false;
            }
            if (request.empty()) {
                first = std::chrono::steady_clock::now();
            }
            request.append(part.data(), static_cast<std::size_t>(count));
            const std::size_t end = request.find("\r\n\r\n");
            if (wanted == SIZE_MAX && end != std::string::npos) {
                wanted = end + 4 + lengthOf(request.substr(0, end));
            }
        }
        const bool isBlock = request.find("submitblock") != std::string::npos;
        const std::string body = isBlock ? R"({"result":null,"error":null,"id":1})"
                                         : R"({"result":{"confirmations":1},"error":null,"id":1})";
        const std::string reply =
            "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        if (::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) {
            return false;
        }
        if (isBlock) {
            const std::lock_guard lock(m_mutex);
            m_submissions.push_back(first);
            m_changed.notify_all();
        }
        return true;
    }
    static std::size_t lengthOf(const std::string& head)
    {
        constexpr std::string_view NAME = "Content-Length: ";
        const std::size_t start = head.find(NAME);
        return start == std::string::npos ? 0 : std::stoul(head.substr(start + NAME.size()));
    }

    int m_listener;
    std::uint16_t m_port = 0;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Instant> m_submissions;
    std::vector<std::thread> m_threads;
    std::thread m_acceptor;
};

mining::FoundBlock makeBlock(std::uint32_t number, std::size_t blockBytes)
{
    // As many transactions as such a block has.
    constexpr std::size_t TRANSACTION_BYTES = 500;
    static const auto tail = [&] {
        auto parts = std::make_shared<mining::HexText>();
        for (std::size_t i = 0; i < blockBytes / TRANSACTION_BYTES; ++i) {
            parts->push_back(
                std::make_shared<const std::string>(std::string(2 * TRANSACTION_BYTES, '0')));
        }
        return std::shared_ptr<const mining::HexText>(parts);
    }();
    auto source = std::make_shared<mining::BlockTemplate>();
    source->height = 800'000;
    util::storeLittleEndian<std::uint32_t>(
        std::span<std::byte, 4>(source->previous.bytes.data(), 4), number + 1);
    source->transactionsHex = tail;
    auto job =
        std::make_shared<mining::Job>(util::JobId(number), number, source, bitcoin::Target{});
    job->coinbase.prefix = util::Bytes(90, std::byte{0x5a});
    job->coinbase.suffix = util::Bytes(248, std::byte{0xa5});
    job->transactionsHex = tail;
    mining::FoundBlock block;
    block.job = job;
    util::storeLittleEndian<std::uint32_t>(std::span<std::byte, 4>(block.header.data(), 4), number);
    block.hash = bitcoin::sha256d(block.header);
    return block;
}

/// Courier, spool and statistics on threads of their own.
class Pool
{
public:
    Pool(const engine::Platform& platform, const std::string& nodeUrl, const std::string& folder)
        : m_statisticsExecutor(platform.executors.createExecutor("stats"))
        , m_spoolExecutor(platform.executors.createExecutor("spool"))
        , m_courierExecutor(platform.executors.createExecutor("courier"))
    {
        m_statistics.attach(*m_statisticsExecutor);
        m_spool.attach(*m_spoolExecutor);
        courier.attach(*m_courierExecutor);
        m_statistics.emplace([this, platform] {
            return std::make_unique<engine::Statistics>(*m_statisticsExecutor, platform.clock,
                                                        m_snapshots,
                                                        [](const interfaces::PoolEvent&) {});
        });
        m_spool.emplace([this, platform, folder] {
            return std::make_unique<engine::BlockSpool>(
                *m_spoolExecutor, platform.files, folder, m_statistics,
                engine::BlockSpool::Callbacks{
                    .onLoaded = [](const std::vector<engine::SpooledBlock>&) {},
                    .onRead = [](const engine::SpooledBlock&) {}});
        });
        courier.emplace([this, platform, nodeUrl] {
            engine::NodeLinks links;
            links.push_back({.name = "node",
                             .submitter = std::make_unique<node::RpcSubmitter>(
                                 *m_courierExecutor, platform.network, platform.clock,
                                 platform.files, node::NodeOptions{.url = nodeUrl})});
            return std::make_unique<engine::Courier>(
                engine::Courier::Surroundings{.executor = *m_courierExecutor,
                                              .clock = platform.clock,
                                              .statistics = m_statistics,
                                              .spool = m_spool},
                std::move(links), engine::Courier::Options{}, [] {});
        });
    }
    ~Pool()
    {
        courier.reset({});
        m_courierExecutor.reset();
        m_spool.reset({});
        m_spoolExecutor.reset();
        m_statistics.reset({});
        m_statisticsExecutor.reset();
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    engine::Hosted<engine::Courier> courier;

private:
    util::Published<interfaces::PoolSnapshot> m_snapshots{
        std::make_shared<const interfaces::PoolSnapshot>()};
    engine::Hosted<engine::Statistics> m_statistics;
    engine::Hosted<engine::BlockSpool> m_spool;
    std::unique_ptr<util::Executor> m_statisticsExecutor;
    std::unique_ptr<util::Executor> m_spoolExecutor;
    std::unique_ptr<util::Executor> m_courierExecutor;
};

void shareToFirstByte(benchmark::State& state)
{
    int argumentCount = 0;
    const QCoreApplication application(argumentCount, nullptr);
    const QTemporaryDir folder;
    engine::QtPlatform world([](std::string_view) { std::abort(); });
    InstantNode node;
    Pool pool(world.platform(), node.url(), folder.filePath("spool").toStdString());
    std::size_t number = 0;
    for (auto step : state) {
        static_cast<void>(step);
        const mining::FoundBlock block =
            makeBlock(static_cast<std::uint32_t>(number), static_cast<std::size_t>(state.range(0)));
        const Instant start = std::chrono::steady_clock::now();
        pool.courier.post([block](engine::Courier& courier) {
            courier.deliver(block, "rig", bitcoin::Network::Regtest);
        });
        const Instant first = node.waitSubmission(++number);
        state.SetIterationTime(std::chrono::duration<double>(first - start).count());
    }
}

BENCHMARK(shareToFirstByte)
    ->Arg(1000)
    ->Arg(4'000'000)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

} // namespace
