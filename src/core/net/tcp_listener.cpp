#include "core/net/tcp_listener.h"

#include "core/net/accept_loop.h"
#include "core/net/asio_executor.h"
#include "core/net/tcp_connection.h"
#include "core/net/tcp_socket.h"
#include "core/net/tcp_stream.h"

#include <utility>

namespace warp::net {

TcpListener::TcpListener(std::shared_ptr<AcceptLoop> loop, Endpoint local)
    : m_loop(std::move(loop))
    , m_local(std::move(local))
{}

TcpListener::~TcpListener()
{
    m_loop->close();
}

util::Result<std::unique_ptr<Listener>, NetError>
TcpListener::create(const Endpoint& endpoint, std::vector<AsioExecutor*> targets, AcceptFn accept,
                    const TcpLimits& limits)
{
    WARP_ASSERT(!targets.empty());
    WARP_EXPECT_EXECUTOR(*targets.front());
    WARP_TRY(acceptor, openListener(targets.front()->context(), endpoint));
    Endpoint local{.host = endpoint.host, .port = localPort(acceptor)};
    // Shared with the deliveries on their way, which may outlive the listener.
    const auto shared = std::make_shared<const AcceptFn>(std::move(accept));
    const auto deliver = [shared, targets, limits](std::size_t target, TcpSocket socket,
                                                   const Endpoint& peer) {
        AsioExecutor& executor = *targets[target];
        auto stream = std::make_shared<TcpStream>(executor, std::move(socket), peer, limits);
        executor.post([shared, target, stream = std::move(stream)] {
            (*shared)(target, std::make_unique<TcpConnection>(stream));
        });
    };
    auto loop = std::make_shared<AcceptLoop>(std::move(acceptor), std::move(targets), deliver);
    loop->start();
    return std::unique_ptr<Listener>(new TcpListener(std::move(loop), std::move(local)));
}

} // namespace warp::net
