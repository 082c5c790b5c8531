// ZmqContext: libzmq's own threads, which start with the first socket and end with the context.
// Shared by AsioNetwork and its subscribers; any thread.
#pragma once

namespace warp::net {

class ZmqContext final
{
public:
    ZmqContext();
    /// All sockets are closed by then, without anything left to send: it does not wait long.
    ~ZmqContext();
    ZmqContext(const ZmqContext&) = delete;
    ZmqContext& operator=(const ZmqContext&) = delete;

    [[nodiscard]] void* handle() const { return m_handle; }

private:
    void* m_handle;
};

} // namespace warp::net
