#include "core/net/zmq_subscriber.h"

#include "core/net/asio_executor.h"
#include "core/net/tcp_socket.h"
#include "core/util/log.h"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <fmt/format.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

namespace warp::net {

namespace {

using namespace std::chrono_literals;
using Descriptor =
    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

/// Messages that wait for us, at most, and what they may take together; a publisher that sends more
/// is slowed down by TCP. (libzmq counts whole messages, so it has to be one that is not hostile.)
constexpr std::size_t MAX_WAITING = 100;
constexpr std::size_t MAX_WAITING_BYTES = std::size_t{64} << 20U;
/// Parts of one message that are handed on. Those behind them are dropped.
constexpr std::size_t MAX_PARTS = 8;
/// Messages taken in one turn; after a full turn the other users of the executor have a pause.
constexpr std::size_t BATCH = 64;
constexpr util::Duration FLOOD_PAUSE = 10ms;
constexpr int FIRST_RECONNECT_MS = 200;
constexpr int LAST_RECONNECT_MS = 5'000;
constexpr int CONNECT_LIMIT_MS = 5'000;
constexpr int HANDSHAKE_LIMIT_MS = 10'000;
// As for the other connections of this module.
constexpr int KEEPALIVE_IDLE_SECONDS = 60;
constexpr int KEEPALIVE_INTERVAL_SECONDS = 20;
constexpr int KEEPALIVE_COUNT = 5;

class Socket final
{
public:
    Socket(const ZmqContext& context, int type)
        : m_handle(zmq_socket(context.handle(), type))
    {}
    ~Socket()
    {
        if (m_handle != nullptr) {
            zmq_close(m_handle);
        }
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] bool isOpen() const { return m_handle != nullptr; }
    [[nodiscard]] void* handle() const { return m_handle; }
    void set(int option, int value) { zmq_setsockopt(m_handle, option, &value, sizeof(value)); }
    [[nodiscard]] int descriptor() const
    {
        int value = -1;
        std::size_t size = sizeof(value);
        zmq_getsockopt(m_handle, ZMQ_FD, &value, &size);
        return value;
    }

private:
    void* m_handle;
};

/// One part of a message.
class Part final
{
public:
    Part() { zmq_msg_init(&m_message); }
    ~Part() { zmq_msg_close(&m_message); }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    /// False where none waits.
    [[nodiscard]] bool receive(const Socket& socket)
    {
        return zmq_msg_recv(&m_message, socket.handle(), ZMQ_DONTWAIT) >= 0;
    }
    [[nodiscard]] bool hasNext() const { return zmq_msg_more(&m_message) != 0; }
    [[nodiscard]] util::ByteView bytes()
    {
        return {static_cast<const std::byte*>(zmq_msg_data(&m_message)), zmq_msg_size(&m_message)};
    }

private:
    zmq_msg_t m_message{};
};

/// A descriptor of libzmq's, which stays libzmq's.
struct Watch
{
    explicit Watch(boost::asio::io_context& context)
        : descriptor(context)
    {}

    Descriptor descriptor;
    bool isArmed = false;
};

int milliseconds(util::Duration duration)
{
    return static_cast<int>(
        std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

} // namespace

class ZmqSubscriber::Impl final : public std::enable_shared_from_this<Impl>
{
public:
    Impl(std::shared_ptr<const ZmqContext> context, AsioExecutor& executor,
         SubscriberOptions options, SubscriberEvents events)
        : m_executor(executor)
        , m_context(std::move(context))
        , m_options(std::move(options))
        , m_events(std::move(events))
        , m_socket(*m_context, ZMQ_SUB)
        , m_monitor(*m_context, ZMQ_PAIR)
        , m_socketWatch(executor.context())
        , m_monitorWatch(executor.context())
    {}
    ~Impl() { close(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] bool open();
    void close();

private:
    void configure();
    /// libzmq tells of connections through a socket of its own.
    [[nodiscard]] bool openMonitor();
    void readMessages();
    [[nodiscard]] bool readMessage();
    void readMonitor();
    [[nodiscard]] std::optional<SubscriberLink> readEvent();
    void wait(Watch& watch, void (Impl::*then)());
    /// libzmq gives a publisher up that breaks its protocol.
    void planRenewal();
    void renew();

    AsioExecutor& m_executor;
    std::shared_ptr<const ZmqContext> m_context; ///< goes after its sockets
    SubscriberOptions m_options;
    SubscriberEvents m_events;
    Socket m_socket;
    Socket m_monitor;
    Watch m_socketWatch;
    Watch m_monitorWatch;
    bool m_isClosed = false;
    util::TimerHandle m_start;
    util::TimerHandle m_pause;
    util::TimerHandle m_renewal;
};

bool ZmqSubscriber::Impl::open()
{
    if (!m_socket.isOpen() || !m_monitor.isOpen()) {
        return false;
    }
    configure();
    if (!openMonitor() || zmq_connect(m_socket.handle(), m_options.endpoint.c_str()) != 0) {
        return false;
    }
    ErrorCode error;
    m_socketWatch.descriptor.assign(m_socket.descriptor(), error);
    if (!error) {
        m_monitorWatch.descriptor.assign(m_monitor.descriptor(), error);
    }
    planRenewal();
    m_start = m_executor.after(util::Duration::zero(), [this] {
        const auto self = shared_from_this(); // a callback may end the subscriber
        self->readMonitor();
        self->readMessages();
    });
    return !error;
}

void ZmqSubscriber::Impl::configure()
{
    for (const std::string& topic : m_options.topics) {
        zmq_setsockopt(m_socket.handle(), ZMQ_SUBSCRIBE, topic.data(), topic.size());
    }
    const auto maxBytes = static_cast<std::int64_t>(m_options.maxPartBytes);
    zmq_setsockopt(m_socket.handle(), ZMQ_MAXMSGSIZE, &maxBytes, sizeof(maxBytes));
    const int heartbeat = milliseconds(m_options.heartbeat);
    m_socket.set(ZMQ_LINGER, 0);
    m_socket.set(ZMQ_RCVHWM,
                 static_cast<int>(std::clamp(MAX_WAITING_BYTES /
                                                 std::max(m_options.maxPartBytes, std::size_t{1}),
                                             std::size_t{1}, MAX_WAITING)));
    m_socket.set(ZMQ_HEARTBEAT_IVL, heartbeat);
    m_socket.set(ZMQ_HEARTBEAT_TIMEOUT, heartbeat);
    m_socket.set(ZMQ_RECONNECT_IVL, FIRST_RECONNECT_MS);
    m_socket.set(ZMQ_RECONNECT_IVL_MAX, LAST_RECONNECT_MS);
    m_socket.set(ZMQ_CONNECT_TIMEOUT, CONNECT_LIMIT_MS);
    m_socket.set(ZMQ_HANDSHAKE_IVL, HANDSHAKE_LIMIT_MS);
    m_socket.set(ZMQ_TCP_KEEPALIVE, 1);
    m_socket.set(ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_SECONDS);
    m_socket.set(ZMQ_TCP_KEEPALIVE_INTVL, KEEPALIVE_INTERVAL_SECONDS);
    m_socket.set(ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_COUNT);
    // With this option a name is looked up for IPv6 first and only its first address is tried,
    // which for "localhost" is not the one that nodes publish on by default.
    m_socket.set(ZMQ_IPV6, m_options.endpoint.find('[') != std::string::npos ? 1 : 0);
}

bool ZmqSubscriber::Impl::openMonitor()
{
    const std::string name = fmt::format("inproc://monitor-{}", fmt::ptr(m_socket.handle()));
    m_monitor.set(ZMQ_LINGER, 0);
    return zmq_socket_monitor(m_socket.handle(), name.c_str(),
                              ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED) == 0 &&
           zmq_connect(m_monitor.handle(), name.c_str()) == 0;
}

void ZmqSubscriber::Impl::close()
{
    if (std::exchange(m_isClosed, true)) {
        return;
    }
    m_start.reset();
    m_pause.reset();
    m_renewal.reset();
    for (Watch* const watch : {&m_socketWatch, &m_monitorWatch}) {
        if (watch->descriptor.is_open()) {
            static_cast<void>(watch->descriptor.release());
        }
    }
    if (m_socket.isOpen()) {
        zmq_socket_monitor(m_socket.handle(), nullptr, 0);
    }
}

void ZmqSubscriber::Impl::wait(Watch& watch, void (Impl::*then)())
{
    if (std::exchange(watch.isArmed, true)) {
        return;
    }
    watch.descriptor.async_wait(Descriptor::wait_read,
                                [weak = weak_from_this(), &watch, then](ErrorCode error) {
                                    const auto self = weak.lock();
                                    if (!self || self->m_isClosed) {
                                        return;
                                    }
                                    watch.isArmed = false;
                                    if (!error) {
                                        ((*self).*then)();
                                    }
                                });
}

void ZmqSubscriber::Impl::planRenewal()
{
    m_renewal = m_executor.after(m_options.renewal, [this] { renew(); });
}

void ZmqSubscriber::Impl::renew()
{
    const auto self = shared_from_this();
    zmq_disconnect(m_socket.handle(), m_options.endpoint.c_str());
    zmq_connect(m_socket.handle(), m_options.endpoint.c_str());
    planRenewal();
    // Either call may have taken what the descriptor had to say.
    readMessages();
}

void ZmqSubscriber::Impl::readMessages()
{
    // The descriptor speaks only once of what has come: all of it is read before waiting again.
    std::size_t count = 0;
    while (!m_isClosed && count < BATCH && readMessage()) {
        ++count;
    }
    if (m_isClosed) {
        return;
    }
    m_pause.reset();
    if (count < BATCH) {
        wait(m_socketWatch, &Impl::readMessages);
        return;
    }
    m_pause = m_executor.after(FLOOD_PAUSE, [this] {
        const auto self = shared_from_this();
        readMessages();
    });
}

bool ZmqSubscriber::Impl::readMessage()
{
    std::array<Part, MAX_PARTS> parts;
    std::array<util::ByteView, MAX_PARTS> views;
    if (!parts[0].receive(m_socket)) {
        return false;
    }
    std::size_t count = 1;
    bool hasNext = parts[0].hasNext();
    while (hasNext) {
        Part surplus;
        Part& part = count < MAX_PARTS ? parts.at(count++) : surplus;
        hasNext = part.receive(m_socket) && part.hasNext(); // the parts of a message come together
    }
    for (std::size_t i = 0; i < count; ++i) {
        views.at(i) = parts.at(i).bytes();
    }
    m_events.onMessage(std::span(views).first(count));
    return true;
}

void ZmqSubscriber::Impl::readMonitor()
{
    while (!m_isClosed) {
        const auto link = readEvent();
        if (!link) {
            wait(m_monitorWatch, &Impl::readMonitor);
            return;
        }
        if (*link == SubscriberLink::Connected) {
            m_renewal.reset();
        } else {
            planRenewal();
        }
        m_events.onLink(*link);
    }
}

std::optional<SubscriberLink> ZmqSubscriber::Impl::readEvent()
{
    Part event;
    if (!event.receive(m_monitor)) {
        return std::nullopt;
    }
    for (bool hasNext = event.hasNext(); hasNext;) {
        Part address;
        hasNext = address.receive(m_monitor) && address.hasNext();
    }
    // Number of the event, two bytes, and a value, four, as the machine has them
    // (zmq_socket_monitor).
    const util::ByteView bytes = event.bytes();
    std::uint16_t number = 0;
    if (bytes.size() >= sizeof(number)) {
        std::memcpy(&number, bytes.data(), sizeof(number));
    }
    return number == ZMQ_EVENT_HANDSHAKE_SUCCEEDED ? SubscriberLink::Connected
                                                   : SubscriberLink::Lost;
}

util::Result<std::unique_ptr<Subscriber>, NetError>
ZmqSubscriber::create(std::shared_ptr<const ZmqContext> context, AsioExecutor& executor,
                      SubscriberOptions options, SubscriberEvents events)
{
    WARP_EXPECT_EXECUTOR(executor);
    auto impl =
        std::make_shared<Impl>(std::move(context), executor, std::move(options), std::move(events));
    if (!impl->open()) {
        const NetError error = zmq_errno() == EMFILE ? NetError::TooManyOpenFiles : NetError::Other;
        LOG_DEBUG(Net, "ZMQ: no subscription: {}", zmq_strerror(zmq_errno()));
        return util::Unexpected(error);
    }
    return std::unique_ptr<Subscriber>(new ZmqSubscriber(std::move(impl)));
}

ZmqSubscriber::ZmqSubscriber(std::shared_ptr<Impl> impl)
    : m_impl(std::move(impl))
{}

ZmqSubscriber::~ZmqSubscriber()
{
    m_impl->close();
}

} // namespace warp::net
