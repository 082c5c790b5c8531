// Accepts TCP connections on the first of its executors, for all of them in turn. Lives on that
// first one; its waiting operation keeps it alive until close().
#pragma once

#include "core/net/tcp_socket.h"
#include "core/util/executor.h"

#include <functional>
#include <memory>
#include <vector>

namespace warp::net {

class AsioExecutor;

class AcceptLoop final : public std::enable_shared_from_this<AcceptLoop>
{
public:
    /// A socket that belongs to the loop of executor `target`; called on the first executor.
    using SocketFn =
        std::function<void(std::size_t target, TcpSocket socket, const Endpoint& peer)>;

    AcceptLoop(TcpAcceptor acceptor, std::vector<AsioExecutor*> targets, SocketFn onSocket);

    void start() { arm(); }
    /// No call of onSocket follows.
    void close();

private:
    void arm();
    void acceptWaiting();
    void backOff(const ErrorCode& error);

    TcpAcceptor m_acceptor;
    std::vector<AsioExecutor*> m_targets;
    SocketFn m_onSocket;
    std::size_t m_nextTarget = 0;
    util::TimerHandle m_backOff;
};

} // namespace warp::net
