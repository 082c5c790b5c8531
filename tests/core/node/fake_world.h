// A world for tests of the node link: virtual time, one executor, files in memory and HTTP
// connections whose server is the test. Everything runs in the test's thread.
#pragma once

#include "core/net/network.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/files.h"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace warp::test {

using namespace std::chrono_literals;

class FakeClock final : public util::Clock
{
public:
    [[nodiscard]] util::BootTime boot() const override { return now; }
    [[nodiscard]] util::WallReading wall() const override { return {}; }

    util::BootTime now{1h};
};

/// Tasks and timers in the order of their time; nothing runs but inside runFor().
class FakeExecutor final : public util::Executor
{
public:
    explicit FakeExecutor(FakeClock& clock)
        : m_clock(clock)
    {}

    void post(util::Task task) override;
    [[nodiscard]] util::TimerHandle after(util::Duration delay, util::Task task) override;
    [[nodiscard]] bool isCurrent() const override { return true; }

    void runFor(util::Duration duration);
    /// Whether `condition` comes true within `limit`; stops there.
    [[nodiscard]] bool runUntil(const std::function<bool()>& condition, util::Duration limit);

private:
    struct Entry
    {
        util::BootTime when{};
        util::Task task;
        bool isActive = true;
    };
    class Timer;

    [[nodiscard]] std::shared_ptr<Entry> add(util::Duration delay, util::Task task);
    [[nodiscard]] bool runNext(util::BootTime end);

    FakeClock& m_clock;
    std::list<std::shared_ptr<Entry>> m_entries; // by time, then in the order of their making
};

class FakeFiles final : public util::Files
{
public:
    util::Result<std::string, util::FileError> read(const std::filesystem::path& path,
                                                    std::size_t maxBytes) override;
    util::Result<void, util::FileError> write(const std::filesystem::path& path,
                                              util::ByteView bytes,
                                              util::FileAccess access) override;
    util::Result<void, util::FileError> sync(const std::filesystem::path& path) override;
    util::Result<void, util::FileError> rename(const std::filesystem::path& from,
                                               const std::filesystem::path& to) override;
    util::Result<void, util::FileError> remove(const std::filesystem::path& path) override;
    util::Result<void, util::FileError> makeDirectories(const std::filesystem::path& path) override;
    util::Result<std::vector<std::string>, util::FileError>
    list(const std::filesystem::path& directory) override;
    util::Result<std::unique_ptr<util::Handle>, util::LockFailure>
    lock(const std::filesystem::path& path) override;

    std::map<std::string, std::string> contents;
    int readCount = 0;
};

using HttpResult = util::Result<net::HttpResponse, net::HttpError>;

/// A request as the server sees it. It answers with `respond`, at once or later or never.
struct Exchange
{
    std::size_t connection = 0; ///< number of the transport, in the order of their making
    net::HttpRequest request{};
    std::string body{}; ///< its parts joined
    util::BootTime at{};
    util::Duration timeout{};
    std::function<void(HttpResult)> respond{};

    [[nodiscard]] std::string header(const std::string& name) const;
};

/// Transports keep their contract: one request after another, time-outs, nothing after a handle.
class FakeNetwork final : public net::Network
{
public:
    FakeNetwork(FakeExecutor& executor, FakeClock& clock)
        : m_executor(executor)
        , m_clock(clock)
    {}

    [[nodiscard]] util::Result<std::unique_ptr<net::Listener>, net::NetError>
    listen(const net::Endpoint& endpoint, std::span<util::Executor* const> targets,
           net::ListenTerms terms) override;
    [[nodiscard]] util::RequestHandle connect(
        util::Executor& executor, const net::Endpoint& endpoint, util::Duration timeout,
        util::Reply<util::Result<std::unique_ptr<net::Connection>, net::NetError>> reply) override;
    [[nodiscard]] std::unique_ptr<net::HttpTransport>
    createHttpTransport(util::Executor& executor, net::HttpOptions options) override;
    [[nodiscard]] util::Result<std::unique_ptr<net::Subscriber>, net::NetError>
    createSubscriber(util::Executor& executor, net::SubscriberOptions options,
                     net::SubscriberEvents events) override;

    /// A message to every subscriber of this topic.
    void publish(const std::string& topic, util::ByteView body, std::uint32_t sequence);
    void publishRaw(const std::vector<util::ByteView>& parts);
    void setLink(net::SubscriberLink link);
    [[nodiscard]] std::size_t subscriberCount() const { return m_subscribers.size(); }

    std::vector<net::SubscriberOptions> subscriptions; ///< as they were asked for
    std::function<void(const Exchange&)> server;
    std::vector<net::HttpOptions> transports; ///< as they were asked for
    std::size_t open = 0;                     ///< requests under way

private:
    class Transport;
    class FakeSubscriber;

    FakeExecutor& m_executor;
    FakeClock& m_clock;
    std::vector<FakeSubscriber*> m_subscribers;
};

struct FakeWorld
{
    FakeClock clock;
    FakeExecutor executor{clock};
    FakeFiles files;
    FakeNetwork network{executor, clock};
};

} // namespace warp::test
