#include "core/sim/virtual_publisher.h"

#include "core/util/assert.h"

#include <algorithm>
#include <utility>

namespace warp::sim {

namespace {

/// How soon a lost connection is tried again.
constexpr util::Duration RECONNECT_INTERVAL = std::chrono::seconds(1);
constexpr std::string_view SCHEME = "tcp://";

class VirtualSubscriber final : public net::Subscriber
{
public:
    explicit VirtualSubscriber(std::shared_ptr<SubscriberState> state)
        : m_state(std::move(state))
    {}
    ~VirtualSubscriber() override
    {
        WARP_ASSERT(m_state->executor.mayDestroyHere());
        m_state->isClosed = true;
    }
    VirtualSubscriber(const VirtualSubscriber&) = delete;
    VirtualSubscriber& operator=(const VirtualSubscriber&) = delete;

private:
    std::shared_ptr<SubscriberState> m_state;
};

/// "host:port" of "tcp://host:port"; nothing for anything else.
std::optional<std::string> addressOf(const std::string& endpoint)
{
    const std::size_t colon = endpoint.rfind(':');
    if (!endpoint.starts_with(SCHEME) || colon <= SCHEME.size() || colon + 1 == endpoint.size()) {
        return std::nullopt;
    }
    return endpoint.substr(SCHEME.size());
}

bool wants(const SubscriberState& state, std::string_view topic)
{
    return std::ranges::any_of(state.options.topics, [topic](const std::string& prefix) {
        return topic.starts_with(prefix);
    });
}

} // namespace

util::Result<std::unique_ptr<net::Subscriber>, net::NetError>
VirtualPublishers::subscribe(const std::string& machine, util::Executor& executor,
                             net::SubscriberOptions options, net::SubscriberEvents events)
{
    WARP_EXPECT_EXECUTOR(executor);
    if (!addressOf(options.endpoint)) {
        return util::Unexpected(net::NetError::Other);
    }
    auto state = std::make_shared<SubscriberState>(ExecutorRef(executor), machine,
                                                   std::move(options), std::move(events));
    m_subscribers.emplace_back(state);
    connect(state);
    return std::unique_ptr<net::Subscriber>(std::make_unique<VirtualSubscriber>(std::move(state)));
}

void VirtualPublishers::connect(const StatePointer& state)
{
    m_fabric->delay(m_fabric->drawLatency(), [self = shared_from_this(), state] {
        if (state->isClosed || state->isConnected) {
            return;
        }
        const std::string address = *addressOf(state->options.endpoint);
        const std::size_t colon = address.rfind(':');
        const auto host = self->m_fabric->resolve(state->machine, address.substr(0, colon));
        const bool isReachable =
            host && self->m_fabric->link(state->machine, *host) == LinkState::Up;
        const std::string key = isReachable ? *host + address.substr(colon) : std::string();
        if (!isReachable || !self->m_isOpen[key]) {
            self->m_fabric->delay(RECONNECT_INTERVAL, [self, state] { self->connect(state); });
            return;
        }
        state->publisher = key;
        self->tellLink(state, net::SubscriberLink::Connected);
    });
}

void VirtualPublishers::tellLink(const StatePointer& state, net::SubscriberLink link)
{
    state->isConnected = link == net::SubscriberLink::Connected;
    state->executor.post([state, link] {
        if (!state->isClosed) {
            state->events.onLink(link);
        }
    });
}

std::vector<VirtualPublishers::StatePointer>
VirtualPublishers::subscribersOf(const std::string& hostAndPort)
{
    std::erase_if(m_subscribers, [](const auto& weak) { return weak.expired(); });
    std::vector<StatePointer> found;
    for (const auto& weak : m_subscribers) {
        auto state = weak.lock();
        if (!state->isClosed && state->isConnected && state->publisher == hostAndPort) {
            found.push_back(std::move(state));
        }
    }
    return found;
}

void VirtualPublishers::open(const std::string& hostAndPort)
{
    m_isOpen[hostAndPort] = true;
}

void VirtualPublishers::close(const std::string& hostAndPort)
{
    m_isOpen[hostAndPort] = false;
    for (const StatePointer& state : subscribersOf(hostAndPort)) {
        state->isDeaf = false;
        tellLink(state, net::SubscriberLink::Lost);
        connect(state);
    }
}

void VirtualPublishers::deafen(const std::string& hostAndPort)
{
    for (const StatePointer& state : subscribersOf(hostAndPort)) {
        state->isDeaf = true;
    }
}

void VirtualPublishers::publish(const std::string& hostAndPort,
                                const std::vector<util::Bytes>& parts)
{
    const std::string host = hostAndPort.substr(0, hostAndPort.rfind(':'));
    const auto message = std::make_shared<const std::vector<util::Bytes>>(parts);
    for (const StatePointer& state : subscribersOf(hostAndPort)) {
        const bool isLost = state->isDeaf || m_fabric->link(state->machine, host) != LinkState::Up;
        if (isLost || !wants(*state, util::asText(parts.front()))) {
            continue;
        }
        m_fabric->delay(m_fabric->drawLatency(), [state, message] {
            state->executor.post([state, message] {
                if (!state->isClosed) {
                    const std::vector<util::ByteView> views(message->begin(), message->end());
                    state->events.onMessage(views);
                }
            });
        });
    }
}

} // namespace warp::sim
