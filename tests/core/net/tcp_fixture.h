// A listening server on loop threads whose connections the tests reach one by one.
#pragma once

#include "core/net/asio_network.h"
#include "tests/core/net/loop_thread.h"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warp::test {

/// Records what a connection reports; hooks may destroy it. Lives on the connection's executor.
class Recorder final : public net::ConnectionHandler
{
public:
    void onBytes(util::ByteView bytes) override
    {
        received += util::asText(bytes);
        if (bytesHook) {
            bytesHook();
        }
    }
    void onDrained() override { ++drainedCount; }
    void onClosed(net::CloseReason reason) override
    {
        ++closedCount;
        closed = reason;
        if (closedHook) {
            closedHook();
        }
    }

    std::unique_ptr<net::Connection> connection;
    std::string received;
    int drainedCount = 0;
    int closedCount = 0;
    std::optional<net::CloseReason> closed;
    std::function<void()> bytesHook;
    std::function<void()> closedHook;
};

enum class Start { AtOnce, Later };

/// One loop, one listener on a free port of 127.0.0.1.
class TcpServer final
{
public:
    explicit TcpServer(const net::TcpLimits& limits = {}, Start start = Start::AtOnce,
                       net::ListenTerms terms = {})
        : m_network(limits)
        , m_start(start)
    {
        // As in the program: a peer that is gone is an error of the write, not of the process.
        static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
        terms.accept = [this](std::size_t, std::unique_ptr<net::Connection> connection) {
            onAccepted(std::move(connection));
        };
        m_loop.call([this, &terms] {
            util::Executor* const target = &m_loop.executor();
            auto listener =
                m_network.listen({.host = "127.0.0.1", .port = 0}, {&target, 1}, std::move(terms));
            m_listener = std::move(listener).value();
        });
    }
    ~TcpServer()
    {
        m_loop.call([this] {
            m_listener.reset();
            m_accepted.clear();
        });
        m_loop.stop();
    }
    TcpServer(const TcpServer&) = delete;
    TcpServer& operator=(const TcpServer&) = delete;

    [[nodiscard]] LoopThread& loop() { return m_loop; }
    [[nodiscard]] std::uint16_t port() const { return m_listener->local().port; }
    [[nodiscard]] std::size_t acceptedCount() const { return m_count; }
    /// Called on the executor for each connection before it starts.
    void setSetUp(std::function<void(Recorder&)> setUp)
    {
        m_loop.call([&] { m_setUp = std::move(setUp); });
    }

    /// Runs `function(Recorder&)` of connection `index` on its executor.
    template <class Function>
    auto at(std::size_t index, Function function)
    {
        return m_loop.call([&] { return function(*m_accepted.at(index)); });
    }
    [[nodiscard]] std::string received(std::size_t index)
    {
        return at(index, [](Recorder& recorder) { return recorder.received; });
    }
    [[nodiscard]] std::optional<net::CloseReason> closed(std::size_t index)
    {
        return at(index, [](Recorder& recorder) { return recorder.closed; });
    }
    void send(std::size_t index, std::string_view text)
    {
        at(index, [&](Recorder& recorder) { recorder.connection->send(util::asBytes(text)); });
    }
    /// Sends until the connection has a good queue of its own, more than the system's buffers will
    /// take while the peer does not read; returns how many bytes.
    [[nodiscard]] std::size_t fillUp(std::size_t index)
    {
        return at(index, [](Recorder& recorder) {
            const std::string block(1000, 'x');
            std::size_t total = 0;
            while (recorder.connection->pendingBytes() < net::Connection::MAX_PENDING_BYTES / 2) {
                recorder.connection->send(util::asBytes(block));
                total += block.size();
            }
            return total;
        });
    }

private:
    void onAccepted(std::unique_ptr<net::Connection> connection)
    {
        auto recorder = std::make_unique<Recorder>();
        recorder->connection = std::move(connection);
        if (m_setUp) {
            m_setUp(*recorder);
        }
        m_accepted.push_back(std::move(recorder));
        if (m_start == Start::AtOnce) {
            m_accepted.back()->connection->start(*m_accepted.back());
        }
        ++m_count;
    }

    net::AsioNetwork m_network;
    Start m_start;
    LoopThread m_loop;
    std::unique_ptr<net::Listener> m_listener;
    std::function<void(Recorder&)> m_setUp;
    std::vector<std::unique_ptr<Recorder>> m_accepted;
    std::atomic<std::size_t> m_count{0};
};

} // namespace warp::test
