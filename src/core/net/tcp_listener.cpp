#include "core/net/tcp_listener.h"

#include "core/net/asio_executor.h"
#include "core/net/tcp_connection.h"
#include "core/net/tcp_socket.h"
#include "core/net/tcp_stream.h"
#include "core/util/log.h"

#include <chrono>
#include <utility>

namespace warp::net {

namespace {

// The listening thread has sessions of its own: it looks after them between two batches.
constexpr int MAX_ACCEPTS_PER_TURN = 64;

// Without descriptors every turn would fail at once and spin.
constexpr util::Duration ACCEPT_BACK_OFF = std::chrono::milliseconds(100);

} // namespace

class TcpListener::Loop final : public std::enable_shared_from_this<Loop>
{
public:
    Loop(TcpAcceptor acceptor, std::vector<AsioExecutor*> targets, AcceptFn accept,
         const TcpLimits& limits)
        : m_acceptor(std::move(acceptor))
        , m_targets(std::move(targets))
        , m_accept(std::make_shared<const AcceptFn>(std::move(accept)))
        , m_limits(limits)
    {}

    void arm();
    void close()
    {
        ErrorCode ignored;
        m_acceptor.close(ignored);
        m_backOff.reset();
    }

private:
    void acceptWaiting();
    void deliver(std::size_t target, TcpSocket socket, const Tcp::endpoint& peer);
    void backOff(const ErrorCode& error);

    TcpAcceptor m_acceptor;
    std::vector<AsioExecutor*> m_targets;
    std::shared_ptr<const AcceptFn> m_accept; // shared with deliveries on their way
    TcpLimits m_limits;
    std::size_t m_nextTarget = 0;
    util::TimerHandle m_backOff;
};

void TcpListener::Loop::arm()
{
    m_acceptor.async_wait(TcpAcceptor::wait_read,
                          [self = shared_from_this()](const ErrorCode& error) {
                              if (!error && self->m_acceptor.is_open()) {
                                  self->acceptWaiting();
                              }
                          });
}

void TcpListener::Loop::acceptWaiting()
{
    for (int i = 0; i < MAX_ACCEPTS_PER_TURN; ++i) {
        const std::size_t target = m_nextTarget;
        ErrorCode error;
        Tcp::endpoint peer;
        // Waiting for a socket of another executor would tie that one's end to this loop; taking
        // one that is there already does not.
        TcpSocket socket = m_acceptor.accept(m_targets[target]->context(), peer, error);
        if (isWouldBlock(error)) {
            break;
        }
        if (error == boost::asio::error::connection_aborted) {
            continue;
        }
        if (error) {
            backOff(error);
            return;
        }
        m_nextTarget = (target + 1) % m_targets.size();
        deliver(target, std::move(socket), peer);
    }
    arm();
}

void TcpListener::Loop::deliver(std::size_t target, TcpSocket socket, const Tcp::endpoint& peer)
{
    AsioExecutor& executor = *m_targets[target];
    auto stream =
        std::make_shared<TcpStream>(executor, std::move(socket), toEndpoint(peer), m_limits);
    executor.post([accept = m_accept, target, stream = std::move(stream)] {
        (*accept)(target, std::make_unique<TcpConnection>(stream));
    });
}

void TcpListener::Loop::backOff(const ErrorCode& error)
{
    LOG_WARNING(Net, "cannot accept a connection: {}", describe(toNetError(error)));
    m_backOff = m_targets.front()->after(ACCEPT_BACK_OFF, [this] {
        m_backOff.reset();
        acceptWaiting();
    });
}

TcpListener::TcpListener(std::shared_ptr<Loop> loop, Endpoint local)
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
    ErrorCode error;
    const Tcp::endpoint bound = acceptor.local_endpoint(error);
    if (error) {
        return util::Unexpected(toNetError(error));
    }
    Endpoint local{.host = endpoint.host, .port = bound.port()};
    auto loop =
        std::make_shared<Loop>(std::move(acceptor), std::move(targets), std::move(accept), limits);
    loop->arm();
    return std::unique_ptr<Listener>(new TcpListener(std::move(loop), std::move(local)));
}

} // namespace warp::net
