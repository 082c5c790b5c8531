#include "core/sim/virtual_machine.h"

#include "core/sim/virtual_network.h"
#include "core/util/assert.h"

namespace warp::sim {

namespace {

using ConnectOutcome = util::Result<std::unique_ptr<net::Connection>, net::NetError>;

class VirtualListener final : public net::Listener
{
public:
    explicit VirtualListener(std::shared_ptr<ListenerState> state)
        : m_state(std::move(state))
    {}
    ~VirtualListener() override
    {
        WARP_ASSERT(m_state->targets.front().mayDestroyHere());
        m_state->isClosed = true;
    }
    VirtualListener(const VirtualListener&) = delete;
    VirtualListener& operator=(const VirtualListener&) = delete;

    [[nodiscard]] const net::Endpoint& local() const override { return m_state->local; }

private:
    std::shared_ptr<ListenerState> m_state;
};

/// A connection attempt; answers once on its executor, then or never.
struct Attempt
{
    Attempt(ExecutorRef callersExecutor, util::Reply<ConnectOutcome> callersReply)
        : executor(std::move(callersExecutor))
        , reply(std::move(callersReply))
    {}

    ExecutorRef executor;
    util::Reply<ConnectOutcome> reply; ///< empty once answered or abandoned
    util::TimerHandle deadline;
    std::unique_ptr<net::Connection> connection; ///< made, not yet handed over
};

void settle(const std::shared_ptr<Attempt>& attempt, util::BootTime when, net::NetError error)
{
    attempt->deadline = attempt->executor.at(when, [attempt, error] {
        if (const auto reply = std::exchange(attempt->reply, nullptr)) {
            attempt->connection.reset();
            reply(util::Unexpected(error));
        }
    });
}

void succeed(const std::shared_ptr<Attempt>& attempt, Fabric& fabric,
             std::shared_ptr<VirtualStream> stream)
{
    fabric.delay(fabric.drawLatency(), [attempt, stream = std::move(stream)] {
        attempt->executor.post([attempt, stream] {
            auto connection = stream->open(0);
            // Abandoned or too late: the connection is closed by going out of scope.
            if (const auto reply = std::exchange(attempt->reply, nullptr)) {
                attempt->deadline.reset();
                reply(std::move(connection));
            }
        });
    });
}

class ConnectHandle final : public util::Handle
{
public:
    explicit ConnectHandle(std::shared_ptr<Attempt> attempt)
        : m_attempt(std::move(attempt))
    {}
    ~ConnectHandle() override
    {
        WARP_ASSERT(m_attempt->executor.mayDestroyHere());
        m_attempt->reply = nullptr;
        m_attempt->deadline.reset();
    }
    ConnectHandle(const ConnectHandle&) = delete;
    ConnectHandle& operator=(const ConnectHandle&) = delete;

private:
    std::shared_ptr<Attempt> m_attempt;
};

void handOver(const std::shared_ptr<ListenerState>& listener,
              const std::shared_ptr<VirtualStream>& stream, std::size_t target)
{
    const ExecutorRef& executor = listener->targets[target];
    if (executor.hasEnded()) {
        stream->reset();
        return;
    }
    executor.post([listener, stream, target] {
        auto connection = stream->open(1);
        // What is on its way to another executor than the listener's still arrives there.
        if (listener->isClosed && target == 0) {
            return;
        }
        const net::ListenTerms& terms = *listener->terms;
        const auto pass = terms.gate ? terms.gate(target, connection->peer()) : nullptr;
        if (pass || !terms.gate) {
            terms.accept(target, std::move(connection));
        }
    });
}

} // namespace

VirtualMachine::VirtualMachine(VirtualNetwork& network, std::string address)
    : m_network(network)
    , m_address(std::move(address))
{
    m_network.m_fabric->addMachine(m_address);
}

util::Result<std::unique_ptr<net::Listener>, net::NetError>
VirtualMachine::listen(const net::Endpoint& endpoint, std::span<util::Executor* const> targets,
                       net::ListenTerms terms)
{
    WARP_ASSERT(!targets.empty());
    WARP_EXPECT_EXECUTOR(*targets.front());
    WARP_TRY(state, m_network.bind(m_address, endpoint));
    for (util::Executor* const target : targets) {
        state->targets.emplace_back(*target);
    }
    state->terms = std::make_shared<const net::ListenTerms>(std::move(terms));
    return std::unique_ptr<net::Listener>(std::make_unique<VirtualListener>(std::move(state)));
}

util::RequestHandle VirtualMachine::connect(util::Executor& executor, const net::Endpoint& endpoint,
                                            util::Duration timeout,
                                            util::Reply<ConnectOutcome> reply)
{
    WARP_EXPECT_EXECUTOR(executor);
    const std::shared_ptr<Fabric> fabric = m_network.m_fabric;
    const util::BootTime now = fabric->scheduler().boot();
    const util::Duration latency = fabric->drawLatency();
    auto attempt = std::make_shared<Attempt>(ExecutorRef(executor), std::move(reply));
    auto handle = std::make_unique<ConnectHandle>(attempt);
    const auto address = fabric->resolve(m_address, endpoint.host);
    if (!address) {
        settle(attempt, now + latency, net::NetError::NameNotFound);
        return handle;
    }
    const LinkState link = fabric->link(m_address, *address);
    if (link == LinkState::Down || !fabric->hasMachine(*address)) {
        settle(attempt, now + latency, net::NetError::Unreachable);
        return handle;
    }
    settle(attempt, now + timeout, net::NetError::TimedOut);
    if (link == LinkState::Silent) {
        return handle;
    }
    const std::uint16_t clientPort = m_nextClientPort++;
    fabric->delay(latency, [this, fabric, attempt, endpoint, clientPort, address = *address] {
        const auto listener = m_network.findListener(m_address, address, endpoint);
        if (!listener) {
            settle(attempt, fabric->scheduler().boot() + fabric->drawLatency(),
                   net::NetError::Refused);
            return;
        }
        const std::size_t target = listener->next++ % listener->targets.size();
        const bool isLocal = address == m_address;
        StreamPlace client{.machine = m_address, .executor = attempt->executor, .peer = endpoint};
        StreamPlace server{.machine = address,
                           .executor = listener->targets[target],
                           .peer = {.host = isLocal ? "127.0.0.1" : m_address, .port = clientPort}};
        auto stream = std::make_shared<VirtualStream>(fabric, std::move(client), std::move(server));
        m_network.m_streams.push_back(stream);
        handOver(listener, stream, target);
        succeed(attempt, *fabric, stream);
    });
    return handle;
}

std::unique_ptr<net::HttpTransport> VirtualMachine::createHttpTransport(util::Executor& executor,
                                                                        net::HttpOptions options)
{
    return createVirtualTransport(m_network.m_http, m_address, executor, std::move(options));
}

util::Result<std::unique_ptr<net::Subscriber>, net::NetError>
VirtualMachine::createSubscriber(util::Executor& executor, net::SubscriberOptions options,
                                 net::SubscriberEvents events)
{
    return m_network.m_publishers->subscribe(m_address, executor, std::move(options),
                                             std::move(events));
}

} // namespace warp::sim
