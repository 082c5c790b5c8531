#include "core/net/tcp_listener.h"

#include "core/net/accept_loop.h"
#include "core/net/asio_executor.h"
#include "core/net/stream_opening.h"
#include "core/net/tcp_socket.h"

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
TcpListener::create(const Endpoint& endpoint, std::vector<AsioExecutor*> targets, ListenTerms terms,
                    const TcpLimits& limits)
{
    WARP_ASSERT(!targets.empty());
    WARP_EXPECT_EXECUTOR(*targets.front());
    WARP_TRY(acceptor, openListener(targets.front()->context(), endpoint));
    Endpoint local{.host = endpoint.host, .port = localPort(acceptor)};
    // Shared with the connections on their way, which may outlive the listener.
    const auto intake = std::make_shared<Intake>();
    intake->terms = std::move(terms);
    intake->limits = limits;
    const auto deliver = [intake, targets](std::size_t target, TcpSocket socket,
                                           const Endpoint& peer) {
        AsioExecutor& executor = *targets[target];
        auto opening =
            std::make_shared<StreamOpening>(executor, target, std::move(socket), peer, intake);
        executor.post([opening = std::move(opening)] { opening->begin(); });
    };
    auto loop = std::make_shared<AcceptLoop>(std::move(acceptor), std::move(targets), deliver);
    loop->start();
    return std::unique_ptr<Listener>(new TcpListener(std::move(loop), std::move(local)));
}

} // namespace warp::net
