#include "tests/core/node/fake_world.h"

#include <algorithm>
#include <deque>
#include <utility>

namespace warp::test {

class FakeExecutor::Timer final : public util::Handle
{
public:
    explicit Timer(std::shared_ptr<Entry> entry)
        : m_entry(std::move(entry))
    {}
    ~Timer() override
    {
        m_entry->isActive = false;
        m_entry->task = nullptr;
    }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

private:
    std::shared_ptr<Entry> m_entry;
};

void FakeExecutor::post(util::Task task)
{
    static_cast<void>(add({}, std::move(task)));
}

util::TimerHandle FakeExecutor::after(util::Duration delay, util::Task task)
{
    return std::make_unique<Timer>(add(delay, std::move(task)));
}

std::shared_ptr<FakeExecutor::Entry> FakeExecutor::add(util::Duration delay, util::Task task)
{
    auto entry = std::make_shared<Entry>();
    entry->when = m_clock.now + delay;
    entry->task = std::move(task);
    const auto place = std::ranges::find_if(
        m_entries, [&](const auto& other) { return other->when > entry->when; });
    m_entries.insert(place, entry);
    return entry;
}

bool FakeExecutor::runNext(util::BootTime end)
{
    if (m_entries.empty() || m_entries.front()->when > end) {
        return false;
    }
    const auto entry = m_entries.front();
    m_entries.pop_front();
    m_clock.now = std::max(m_clock.now, entry->when);
    if (entry->isActive) {
        const util::Task task = std::exchange(entry->task, nullptr);
        task();
    }
    return true;
}

void FakeExecutor::runFor(util::Duration duration)
{
    const util::BootTime end = m_clock.now + duration;
    while (runNext(end)) {
    }
    m_clock.now = end;
}

bool FakeExecutor::runUntil(const std::function<bool()>& condition, util::Duration limit)
{
    const util::BootTime end = m_clock.now + limit;
    while (!condition()) {
        if (!runNext(end)) {
            return false;
        }
    }
    return true;
}

util::Result<std::string, util::FileError> FakeFiles::read(const std::filesystem::path& path,
                                                           std::size_t maxBytes)
{
    ++readCount;
    const auto found = contents.find(path.string());
    if (found == contents.end()) {
        return util::Unexpected(util::FileError::NotFound);
    }
    if (found->second.size() > maxBytes) {
        return util::Unexpected(util::FileError::TooLarge);
    }
    return found->second;
}

util::Result<void, util::FileError> FakeFiles::write(const std::filesystem::path&, util::ByteView,
                                                     util::FileAccess)
{
    return util::Unexpected(util::FileError::NoPermission);
}

util::Result<void, util::FileError> FakeFiles::sync(const std::filesystem::path&)
{
    return {};
}

util::Result<void, util::FileError> FakeFiles::rename(const std::filesystem::path&,
                                                      const std::filesystem::path&)
{
    return util::Unexpected(util::FileError::NoPermission);
}

util::Result<void, util::FileError> FakeFiles::remove(const std::filesystem::path&)
{
    return util::Unexpected(util::FileError::NoPermission);
}

util::Result<void, util::FileError> FakeFiles::makeDirectories(const std::filesystem::path&)
{
    return util::Unexpected(util::FileError::NoPermission);
}

util::Result<std::vector<std::string>, util::FileError>
FakeFiles::list(const std::filesystem::path&)
{
    return std::vector<std::string>{};
}

util::Result<std::unique_ptr<util::Handle>, util::LockFailure>
FakeFiles::lock(const std::filesystem::path&)
{
    return util::Unexpected(util::LockFailure{});
}

std::string Exchange::header(const std::string& name) const
{
    for (const auto& [key, value] : request.headers) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

class FakeNetwork::Transport final : public net::HttpTransport
{
public:
    Transport(FakeNetwork& network, std::size_t number)
        : m_network(network)
        , m_number(number)
    {}

    util::RequestHandle request(net::HttpRequest request, util::Duration timeout,
                                util::Reply<HttpResult> reply) override
    {
        auto pending = std::make_shared<Pending>();
        pending->reply = std::move(reply);
        pending->exchange = {.connection = m_number,
                             .request = std::move(request),
                             .body = {},
                             .at = m_network.m_clock.now,
                             .timeout = timeout,
                             .respond = {}};
        for (const auto& part : pending->exchange.request.body) {
            pending->exchange.body += *part;
        }
        const std::weak_ptr<Pending> weak = pending;
        pending->deadline = m_network.m_executor.after(
            timeout, [this, weak] { answer(weak, util::Unexpected(net::HttpError::TimedOut)); });
        pending->exchange.respond = [this, weak](HttpResult result) {
            if (weak.expired()) {
                return;
            }
            m_network.m_executor.post(
                [this, weak, result = std::move(result)] { answer(weak, result); });
        };
        m_queue.push_back(pending);
        ++m_network.open;
        serveNext();
        return std::make_unique<Ticket>(*this, pending);
    }

private:
    struct Pending
    {
        util::Reply<HttpResult> reply;
        Exchange exchange;
        util::TimerHandle deadline;
        bool isServed = false;
    };

    class Ticket final : public util::Handle
    {
    public:
        Ticket(Transport& transport, std::weak_ptr<Pending> pending)
            : m_transport(transport)
            , m_pending(std::move(pending))
        {}
        ~Ticket() override { m_transport.drop(m_pending); }
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;

    private:
        Transport& m_transport;
        std::weak_ptr<Pending> m_pending;
    };

    void serveNext()
    {
        if (m_queue.empty() || m_queue.front()->isServed) {
            return;
        }
        m_queue.front()->isServed = true;
        m_network.m_executor.post([this, weak = std::weak_ptr(m_queue.front())] {
            if (const auto pending = weak.lock()) {
                m_network.server(pending->exchange);
            }
        });
    }

    void answer(const std::weak_ptr<Pending>& weak, const HttpResult& result)
    {
        const auto pending = weak.lock();
        if (!pending) {
            return;
        }
        drop(weak);
        pending->reply(result);
    }

    void drop(const std::weak_ptr<Pending>& weak)
    {
        if (const auto pending = weak.lock(); pending && std::erase(m_queue, pending) > 0) {
            --m_network.open;
            serveNext();
        }
    }

    FakeNetwork& m_network;
    std::size_t m_number;
    std::deque<std::shared_ptr<Pending>> m_queue;
};

util::Result<std::unique_ptr<net::Listener>, net::NetError>
FakeNetwork::listen(const net::Endpoint&, std::span<util::Executor* const>, net::ListenTerms)
{
    return util::Unexpected(net::NetError::Other);
}

util::RequestHandle
FakeNetwork::connect(util::Executor&, const net::Endpoint&, util::Duration,
                     util::Reply<util::Result<std::unique_ptr<net::Connection>, net::NetError>>)
{
    return nullptr;
}

std::unique_ptr<net::HttpTransport> FakeNetwork::createHttpTransport(util::Executor&,
                                                                     net::HttpOptions options)
{
    transports.push_back(std::move(options));
    return std::make_unique<Transport>(*this, transports.size() - 1);
}

class FakeNetwork::FakeSubscriber final : public net::Subscriber
{
public:
    FakeSubscriber(FakeNetwork& network, net::SubscriberOptions given,
                   net::SubscriberEvents callbacks)
        : options(std::move(given))
        , events(std::move(callbacks))
        , m_network(network)
    {
        m_network.m_subscribers.push_back(this);
    }
    ~FakeSubscriber() override { std::erase(m_network.m_subscribers, this); }
    FakeSubscriber(const FakeSubscriber&) = delete;
    FakeSubscriber& operator=(const FakeSubscriber&) = delete;

    net::SubscriberOptions options;
    net::SubscriberEvents events;

private:
    FakeNetwork& m_network;
};

util::Result<std::unique_ptr<net::Subscriber>, net::NetError>
FakeNetwork::createSubscriber(util::Executor&, net::SubscriberOptions options,
                              net::SubscriberEvents events)
{
    subscriptions.push_back(options);
    return std::unique_ptr<net::Subscriber>(
        std::make_unique<FakeSubscriber>(*this, std::move(options), std::move(events)));
}

void FakeNetwork::publish(const std::string& topic, util::ByteView body, std::uint32_t sequence)
{
    std::array<std::byte, 4> counter{};
    util::storeLittleEndian<std::uint32_t>(counter, sequence);
    publishRaw({util::asBytes(topic), body, counter});
}

void FakeNetwork::publishRaw(const std::vector<util::ByteView>& parts)
{
    const auto subscribers = m_subscribers;
    for (FakeSubscriber* const each : subscribers) {
        if (each->options.topics.front() == util::asText(parts.front())) {
            each->events.onMessage(parts);
        }
    }
}

void FakeNetwork::setLink(net::SubscriberLink link)
{
    const auto subscribers = m_subscribers;
    for (FakeSubscriber* const each : subscribers) {
        each->events.onLink(link);
    }
}

} // namespace warp::test
