#include "core/net/tcp_stream.h"

#include "core/net/asio_executor.h"
#include "core/net/tcp_context.h"

#include <algorithm>
#include <utility>

namespace warp::net {

namespace {

// Bounds what one peer can make us read in one turn while we end its connection.
constexpr int MAX_FINAL_READS = 16;

constexpr util::Duration MIN_SWEEP_INTERVAL = std::chrono::milliseconds(5);
constexpr util::Duration MAX_SWEEP_INTERVAL = std::chrono::seconds(1);

} // namespace

TcpStream::TcpStream(AsioExecutor& executor, SocketChannel channel, Endpoint peer,
                     const TcpLimits& limits)
    : m_executor(executor)
    , m_channel(std::move(channel))
    , m_peer(std::move(peer))
    , m_limits(limits)
{}

void TcpStream::start(ConnectionHandler& handler)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    m_handler = &handler;
    if (m_state == State::Open) {
        armRead();
    } else if (m_state == State::Closed) {
        m_executor.post([self = shared_from_this()] {
            if (auto* const closed = std::exchange(self->m_handler, nullptr)) {
                closed->onClosed(self->m_closeReason);
            }
        });
    }
}

void TcpStream::armRead()
{
    if (m_channel.isReadOver()) {
        m_executor.post([self = shared_from_this()] { self->onReadable(); });
        return;
    }
    m_channel.socket().async_wait(TcpSocket::wait_read,
                                  [self = shared_from_this()](const ErrorCode& error) {
                                      if (!error) {
                                          self->onReadable();
                                      }
                                  });
}

void TcpStream::onReadable()
{
    if (m_state != State::Open) {
        return;
    }
    const std::span<std::byte> buffer = m_executor.tcp().readBuffer();
    const IoResult result = m_channel.read(buffer);
    switch (result.state) {
    case IoState::Ended:
        onEndOfStream();
        return;
    case IoState::Failed:
        close(CloseReason::Failed);
        return;
    case IoState::NeedsWrite:
        m_isReadHeld = true;
        armWrite();
        return;
    case IoState::Done:
        m_handler->onBytes(buffer.first(result.count));
        break;
    case IoState::NeedsRead:
        break;
    }
    if (m_state == State::Open) {
        armRead();
    }
}

void TcpStream::onEndOfStream()
{
    if (pendingBytes() == 0) {
        close(CloseReason::PeerClosed);
        return;
    }
    // A peer that has only ended its own side still gets its answers.
    m_state = State::PeerEnded;
    m_isCounting = false;
}

void TcpStream::send(util::ByteView bytes)
{
    if (!maySend()) {
        return;
    }
    if (pendingBytes() > 0 && pendingBytes() + bytes.size() > m_pendingLimit) {
        // The peer may have read since the loop last looked at this socket.
        writePending();
    }
    if (pendingBytes() == 0 && maySend()) {
        bytes = writeNow(bytes);
    }
    if (bytes.empty() || !maySend()) {
        return;
    }
    if (pendingBytes() + bytes.size() > m_pendingLimit) {
        fail(CloseReason::WriteBufferFull);
        return;
    }
    m_pending.erase(m_pending.begin(),
                    m_pending.begin() + static_cast<std::ptrdiff_t>(m_sentOfPending));
    m_sentOfPending = 0;
    util::append(m_pending, bytes);
    watch();
    armWrite();
}

util::ByteView TcpStream::writeNow(util::ByteView bytes)
{
    if (bytes.empty()) {
        return bytes;
    }
    const IoResult result = m_channel.write(bytes);
    // TLS 1.3 never reads in order to write: who waits for that would wait in vain.
    if (result.state != IoState::Done && result.state != IoState::NeedsWrite) {
        onWriteError();
        return {};
    }
    return bytes.subspan(result.count);
}

void TcpStream::writePending()
{
    const util::ByteView waiting = util::ByteView(m_pending).subspan(m_sentOfPending);
    const std::size_t before = waiting.size();
    const std::size_t after = writeNow(waiting).size();
    if (m_state == State::Broken || m_state == State::Failing) {
        return;
    }
    if (after < before) {
        // Only the flush of a closing connection has an absolute limit.
        m_isCounting = m_isCounting && m_state != State::Open;
        m_sentOfPending += before - after;
    }
    if (after == 0) {
        dropPending();
    }
}

void TcpStream::armWrite()
{
    if (std::exchange(m_isWriteArmed, true)) {
        return;
    }
    m_channel.socket().async_wait(TcpSocket::wait_write,
                                  [self = shared_from_this()](const ErrorCode& error) {
                                      self->m_isWriteArmed = false;
                                      if (!error) {
                                          self->onWritable();
                                      }
                                  });
}

void TcpStream::onWritable()
{
    if (!maySend() && m_state != State::Flushing) {
        return;
    }
    writePending();
    if (m_state == State::Broken || m_state == State::Failing) {
        return;
    }
    if (std::exchange(m_isReadHeld, false)) {
        armRead();
    }
    if (pendingBytes() > 0) {
        armWrite();
    } else if (m_state == State::PeerEnded) {
        close(CloseReason::PeerClosed);
    } else if (m_state == State::Flushing) {
        onFlushed();
    } else if (m_handler != nullptr) {
        m_handler->onDrained();
    }
}

void TcpStream::onWriteError()
{
    dropPending();
    if (m_state != State::Open) {
        fail(CloseReason::Failed);
        return;
    }
    // What the peer sent before it went can hold a block: it is read first.
    m_state = State::Broken;
    m_executor.post([self = shared_from_this()] { self->readRest(); });
}

void TcpStream::readRest()
{
    const std::span<std::byte> buffer = m_executor.tcp().readBuffer();
    for (int i = 0; i < MAX_FINAL_READS && m_state == State::Broken && m_handler != nullptr; ++i) {
        const IoResult result = m_channel.read(buffer);
        if (result.state != IoState::Done) {
            break;
        }
        m_handler->onBytes(buffer.first(result.count));
    }
    if (m_state == State::Broken) {
        close(CloseReason::Failed);
    }
}

void TcpStream::closeAfterFlush()
{
    if (!maySend()) {
        return;
    }
    m_state = State::Flushing;
    m_isCounting = false;
    if (pendingBytes() == 0) {
        m_executor.post([self = shared_from_this()] { self->onFlushed(); });
    }
}

void TcpStream::onFlushed()
{
    if (m_state != State::Flushing) {
        return;
    }
    m_channel.endSending(m_executor.tcp().readBuffer());
    close(CloseReason::Local);
}

bool TcpStream::isOverdue(TimePoint now)
{
    if (std::exchange(m_isCounting, true)) {
        return now >= m_overdueAt;
    }
    m_overdueAt = now + (m_state == State::Open ? m_limits.writeStall : m_limits.flush);
    return false;
}

void TcpStream::onOverdue()
{
    switch (m_state) {
    case State::Open:
        setAbortive(m_channel.socket());
        close(CloseReason::Stalled);
        break;
    case State::PeerEnded:
        close(CloseReason::PeerClosed);
        break;
    case State::Flushing:
        close(CloseReason::Local);
        break;
    case State::Broken:
    case State::Failing:
    case State::Closed:
        break;
    }
}

void TcpStream::fail(CloseReason reason)
{
    if (reason == CloseReason::WriteBufferFull) {
        setAbortive(m_channel.socket());
    }
    dropPending();
    m_state = State::Failing;
    m_executor.post([self = shared_from_this(), reason] {
        if (self->m_state == State::Failing) {
            self->close(reason);
        }
    });
}

void TcpStream::watch()
{
    const util::Duration shortest = std::min(m_limits.writeStall, m_limits.flush);
    m_executor.tcp().watch(*this, std::clamp(shortest / 4, MIN_SWEEP_INTERVAL, MAX_SWEEP_INTERVAL));
}

void TcpStream::dropPending()
{
    util::Bytes().swap(m_pending);
    m_sentOfPending = 0;
    m_isCounting = false;
    m_executor.tcp().forget(*this);
}

void TcpStream::closeSocket()
{
    m_state = State::Closed;
    dropPending();
    m_channel.close();
}

void TcpStream::close(CloseReason reason)
{
    closeSocket();
    m_closeReason = reason;
    if (auto* const handler = std::exchange(m_handler, nullptr)) {
        handler->onClosed(reason);
    }
}

void TcpStream::abandon()
{
    m_handler = nullptr;
    if (m_state != State::Closed) {
        closeSocket();
    }
}

} // namespace warp::net
