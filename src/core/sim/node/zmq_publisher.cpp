#include "core/sim/node/zmq_publisher.h"

#include "core/util/assert.h"

#include <zmq.h>

#include <array>
#include <utility>

namespace warp::sim {

namespace {

/// Messages that wait for one slow reader (Bitcoin Core -zmqpubhashblockhwm).
constexpr int HIGH_WATER_MARK = 1'000;
constexpr std::size_t MAX_ADDRESS = 256;

[[nodiscard]] ZmqError lastError()
{
    const int code = zmq_errno();
    return {code, zmq_strerror(code)};
}

} // namespace

class ZmqPublisher::Context final
{
public:
    Context()
        : m_handle(zmq_ctx_new())
    {
        WARP_ASSERT(m_handle != nullptr);
    }
    ~Context() { zmq_ctx_term(m_handle); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    [[nodiscard]] void* handle() const { return m_handle; }

private:
    void* m_handle;
};

class ZmqPublisher::Socket final
{
public:
    explicit Socket(const Context& context)
        : m_handle(zmq_socket(context.handle(), ZMQ_PUB))
    {
        WARP_ASSERT(m_handle != nullptr);
        setOption(ZMQ_LINGER, 0);
        setOption(ZMQ_SNDHWM, HIGH_WATER_MARK);
    }
    ~Socket() { zmq_close(m_handle); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] bool bind(const std::string& address)
    {
        return zmq_bind(m_handle, address.c_str()) == 0;
    }

    [[nodiscard]] std::string address() const
    {
        std::array<char, MAX_ADDRESS> text{};
        std::size_t length = text.size();
        zmq_getsockopt(m_handle, ZMQ_LAST_ENDPOINT, text.data(), &length);
        return text.data();
    }

    void send(util::ByteView part, int more)
    {
        // A full queue drops the message, which the reader sees in its counter.
        zmq_send(m_handle, part.data(), part.size(), ZMQ_DONTWAIT | more);
    }

private:
    void setOption(int option, int value)
    {
        zmq_setsockopt(m_handle, option, &value, sizeof(value));
    }

    void* m_handle;
};

ZmqPublisher::ZmqPublisher()
    : m_context(std::make_unique<Context>())
{}

ZmqPublisher::~ZmqPublisher()
{
    // The context ends only after its sockets.
    m_topics.clear();
    m_sockets.clear();
}

util::Result<std::string, ZmqError> ZmqPublisher::add(const std::string& topic,
                                                      const std::string& address)
{
    auto& socket = m_sockets[address];
    if (!socket) {
        auto fresh = std::make_shared<Socket>(*m_context);
        if (!fresh->bind(address)) {
            m_sockets.erase(address);
            return util::Unexpected(lastError());
        }
        socket = std::move(fresh);
    }
    m_topics.insert_or_assign(topic, Topic{.socket = socket});
    return socket->address();
}

void ZmqPublisher::publish(const std::string& topic, util::ByteView body)
{
    const auto found = m_topics.find(topic);
    if (found == m_topics.end()) {
        return;
    }
    auto& [socket, sequence] = found->second;
    std::array<std::byte, sizeof(sequence)> counter{};
    util::storeLittleEndian<std::uint32_t>(counter, sequence++);
    socket->send(util::asBytes(topic), ZMQ_SNDMORE);
    socket->send(body, ZMQ_SNDMORE);
    socket->send(counter, 0);
}

} // namespace warp::sim
