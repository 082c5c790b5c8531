// ZmqPublisher: a Bitcoin node's notifications over ZMQ (Bitcoin Core doc/zmq.md): three parts, the
// topic, the body and the topic's own counter of 4 bytes, little-endian. Never waits: who does not
// keep up misses messages and sees a gap in the counter.
// Lives on one executor.
#pragma once

#include "core/util/bytes.h"
#include "core/util/result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace warp::sim {

/// errno of libzmq and its words, for logs.
struct ZmqError
{
    int code = 0;
    std::string message;
};

class ZmqPublisher final
{
public:
    ZmqPublisher();
    /// Frees the addresses before it returns.
    ~ZmqPublisher();
    ZmqPublisher(const ZmqPublisher&) = delete;
    ZmqPublisher& operator=(const ZmqPublisher&) = delete;

    /// Messages of `topic` go out at `address` ("tcp://127.0.0.1:28332", port "*" for any free
    /// one). Topics of the same address share its socket.
    /// @return the address with its real port.
    [[nodiscard]] util::Result<std::string, ZmqError> add(const std::string& topic,
                                                          const std::string& address);
    /// Without effect for a topic that was not added.
    void publish(const std::string& topic, util::ByteView body);

private:
    class Context;
    class Socket;

    struct Topic
    {
        std::shared_ptr<Socket> socket;
        std::uint32_t sequence = 0;
    };

    std::unique_ptr<Context> m_context;
    std::map<std::string, std::shared_ptr<Socket>> m_sockets; ///< by address as given
    std::map<std::string, Topic> m_topics;
};

} // namespace warp::sim
