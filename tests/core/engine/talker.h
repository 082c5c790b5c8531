// A peer of a simulated pool that says what a test wants. Test code; one thread.
#pragma once

#include "tests/core/engine/farm.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace warp::test {

/// A connection that says what the test wants, and keeps what it hears.
class Talker final : public net::ConnectionHandler
{
public:
    Talker(Farm& farm, const std::string& machine, std::uint16_t port = POOL_PORT)
        : m_farm(farm)
        , m_executor(farm.world.scheduler().createExecutor("talker"))
    {
        on([&] {
            m_request = farm.world.network().machine(machine).connect(
                *m_executor, {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = port},
                std::chrono::seconds(5), [this](auto result) {
                    if (result) {
                        m_connection = std::move(*result);
                        m_connection->start(*this);
                    }
                });
        });
        farm.world.scheduler().runFor(std::chrono::seconds(1));
    }
    ~Talker() override
    {
        on([&] {
            m_request.reset();
            m_connection.reset();
        });
    }
    Talker(const Talker&) = delete;
    Talker& operator=(const Talker&) = delete;

    void say(const std::string& line) { send(util::asBytes(line + "\n")); }
    void send(util::ByteView bytes)
    {
        on([&] { m_connection->send(bytes); });
    }
    void authorize(const std::string& name)
    {
        say(R"({"id":9,"method":"mining.authorize","params":[")" + name + R"(","x"]})");
    }
    /// What came since the last call.
    std::string hear(util::Duration time = std::chrono::seconds(1))
    {
        m_farm.world.scheduler().runFor(time);
        return std::exchange(m_heard, {});
    }
    [[nodiscard]] bool isOpen() const { return m_connection != nullptr && !m_isClosed; }

private:
    template <class Function>
    void on(Function function)
    {
        m_farm.world.scheduler().runOn(*m_executor, function);
    }
    void onBytes(util::ByteView bytes) override { m_heard += util::asText(bytes); }
    void onClosed(net::CloseReason /*reason*/) override { m_isClosed = true; }

    Farm& m_farm;
    std::unique_ptr<util::Executor> m_executor;
    util::RequestHandle m_request;
    std::unique_ptr<net::Connection> m_connection;
    std::string m_heard;
    bool m_isClosed = false;
};

inline std::size_t count(const std::string& text, std::string_view part)
{
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

} // namespace warp::test
