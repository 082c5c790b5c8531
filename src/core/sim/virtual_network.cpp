#include "core/sim/virtual_network.h"

#include "core/sim/virtual_machine.h"
#include "core/util/assert.h"

#include <charconv>

namespace warp::sim {

namespace {

bool overlaps(const net::Endpoint& one, const net::Endpoint& other)
{
    return one.port == other.port &&
           (one.host.empty() || other.host.empty() || one.host == other.host);
}

} // namespace

VirtualNetwork::VirtualNetwork(Scheduler& scheduler, LinkOptions options)
    : m_fabric(std::make_shared<Fabric>(scheduler, options))
    , m_http(std::make_shared<VirtualHttp>(m_fabric))
    , m_publishers(std::make_shared<VirtualPublishers>(m_fabric))
{
    static_cast<void>(machine(FIRST_MACHINE));
}

VirtualNetwork::~VirtualNetwork() = default;

util::Result<std::unique_ptr<net::Listener>, net::NetError>
VirtualNetwork::listen(const net::Endpoint& endpoint, std::span<util::Executor* const> targets,
                       net::ListenTerms terms)
{
    return machine(FIRST_MACHINE).listen(endpoint, targets, std::move(terms));
}

util::RequestHandle VirtualNetwork::connect(
    util::Executor& executor, const net::Endpoint& endpoint, util::Duration timeout,
    util::Reply<util::Result<std::unique_ptr<net::Connection>, net::NetError>> reply)
{
    return machine(FIRST_MACHINE).connect(executor, endpoint, timeout, std::move(reply));
}

std::unique_ptr<net::HttpTransport> VirtualNetwork::createHttpTransport(util::Executor& executor,
                                                                        net::HttpOptions options)
{
    return machine(FIRST_MACHINE).createHttpTransport(executor, std::move(options));
}

util::Result<std::unique_ptr<net::Subscriber>, net::NetError>
VirtualNetwork::createSubscriber(util::Executor& executor, net::SubscriberOptions options,
                                 net::SubscriberEvents events)
{
    return machine(FIRST_MACHINE).createSubscriber(executor, std::move(options), std::move(events));
}

net::Network& VirtualNetwork::machine(const std::string& address)
{
    auto& entry = m_machines[address];
    if (!entry) {
        entry = std::make_unique<VirtualMachine>(*this, address);
    }
    return *entry;
}

void VirtualNetwork::addName(std::string name, std::string address)
{
    m_fabric->addName(std::move(name), std::move(address));
}

net::Endpoint VirtualNetwork::httpServer(const std::string& hostAndPort)
{
    const std::size_t colon = hostAndPort.rfind(':');
    WARP_ASSERT(colon != std::string::npos);
    const auto address = m_fabric->resolve(FIRST_MACHINE, hostAndPort.substr(0, colon));
    WARP_ASSERT(address.has_value());
    net::Endpoint server{.host = *address, .port = 0};
    const char* const end = hostAndPort.data() + hostAndPort.size();
    const auto parsed = std::from_chars(hostAndPort.data() + colon + 1, end, server.port);
    WARP_ASSERT(parsed.ec == std::errc() && parsed.ptr == end);
    m_fabric->addMachine(server.host);
    return server;
}

void VirtualNetwork::registerHttp(const std::string& hostAndPort, HttpHandler handler)
{
    m_http->add(httpServer(hostAndPort), std::move(handler));
}

void VirtualNetwork::setHttpFault(const std::string& hostAndPort, HttpFault fault)
{
    m_http->setFault(httpServer(hostAndPort), fault);
}

void VirtualNetwork::setHttpDelay(const std::string& hostAndPort, util::Duration delay)
{
    m_http->setDelay(httpServer(hostAndPort), delay);
}

void VirtualNetwork::closeHttp(const std::string& hostAndPort)
{
    m_http->closeConnections(httpServer(hostAndPort));
}

void VirtualNetwork::setLink(const std::string& one, const std::string& other, LinkState state)
{
    m_fabric->setLink(one, other, state);
    if (state != LinkState::Up) {
        return;
    }
    for (const auto& stream : liveStreams()) {
        if (stream->connects(one, other)) {
            stream->resume();
        }
    }
}

void VirtualNetwork::resetConnections(const std::string& machine)
{
    for (const auto& stream : liveStreams()) {
        if (stream->touches(machine)) {
            stream->reset();
        }
    }
}

void VirtualNetwork::blackHole(const std::string& machine)
{
    for (const auto& stream : liveStreams()) {
        if (stream->touches(machine)) {
            stream->blackHole();
        }
    }
}

void VirtualNetwork::setListenFault(std::uint16_t port, std::optional<net::NetError> error)
{
    if (error) {
        m_listenFaults[port] = *error;
    } else {
        m_listenFaults.erase(port);
    }
}

util::Result<std::shared_ptr<ListenerState>, net::NetError>
VirtualNetwork::bind(const std::string& machine, net::Endpoint endpoint)
{
    if (const auto fault = m_listenFaults.find(endpoint.port); fault != m_listenFaults.end()) {
        return util::Unexpected(fault->second);
    }
    if (!endpoint.host.empty() && !isLoopback(endpoint.host) && endpoint.host != machine) {
        return util::Unexpected(net::NetError::AddressNotAvailable);
    }
    if (endpoint.port == 0) {
        endpoint.port = m_nextPort++;
    }
    std::erase_if(m_listeners, [](const auto& listener) {
        const auto alive = listener.lock();
        return !alive || alive->isClosed;
    });
    for (const auto& weak : m_listeners) {
        const auto other = weak.lock();
        if (other->machine == machine && overlaps(other->local, endpoint)) {
            return util::Unexpected(net::NetError::AddressInUse);
        }
    }
    auto state = std::make_shared<ListenerState>();
    state->machine = machine;
    state->local = std::move(endpoint);
    m_listeners.push_back(state);
    return state;
}

std::shared_ptr<ListenerState> VirtualNetwork::findListener(const std::string& from,
                                                            const std::string& machine,
                                                            const net::Endpoint& endpoint)
{
    for (const auto& weak : m_listeners) {
        const auto listener = weak.lock();
        if (!listener || listener->isClosed || listener->machine != machine ||
            listener->local.port != endpoint.port) {
            continue;
        }
        const std::string& host = listener->local.host;
        if (host.empty() || (isLoopback(host) ? from == machine : host == machine)) {
            return listener;
        }
    }
    return nullptr;
}

std::vector<std::shared_ptr<VirtualStream>> VirtualNetwork::liveStreams()
{
    std::erase_if(m_streams, [](const auto& stream) { return stream.expired(); });
    std::vector<std::shared_ptr<VirtualStream>> alive;
    alive.reserve(m_streams.size());
    for (const auto& weak : m_streams) {
        alive.push_back(weak.lock());
    }
    return alive;
}

} // namespace warp::sim
