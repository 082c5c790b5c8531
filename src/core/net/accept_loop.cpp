#include "core/net/accept_loop.h"

#include "core/net/asio_executor.h"
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

AcceptLoop::AcceptLoop(TcpAcceptor acceptor, std::vector<AsioExecutor*> targets, SocketFn onSocket)
    : m_acceptor(std::move(acceptor))
    , m_targets(std::move(targets))
    , m_onSocket(std::move(onSocket))
{}

void AcceptLoop::close()
{
    ErrorCode ignored;
    m_acceptor.close(ignored);
    m_backOff.reset();
}

void AcceptLoop::arm()
{
    m_acceptor.async_wait(TcpAcceptor::wait_read,
                          [self = shared_from_this()](const ErrorCode& error) {
                              if (!error) {
                                  self->acceptWaiting();
                              }
                          });
}

void AcceptLoop::acceptWaiting()
{
    for (int i = 0; i < MAX_ACCEPTS_PER_TURN && m_acceptor.is_open(); ++i) {
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
        m_onSocket(target, std::move(socket), toEndpoint(peer));
    }
    if (m_acceptor.is_open()) {
        arm();
    }
}

void AcceptLoop::backOff(const ErrorCode& error)
{
    LOG_WARNING(Net, "cannot accept a connection: {}", describe(toNetError(error)));
    m_backOff = m_targets.front()->after(ACCEPT_BACK_OFF, [self = shared_from_this()] {
        self->m_backOff.reset();
        self->acceptWaiting();
    });
}

} // namespace warp::net
