// One TCP socket with its state: what TcpConnection is to its owner, this is to the loop. Lives on
// one executor; waiting operations keep it alive, so the owner may go in any callback.
#pragma once

#include "core/net/connection.h"
#include "core/net/socket_channel.h"
#include "core/net/tcp_limits.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace warp::net {

class AsioExecutor;

class TcpStream final : public std::enable_shared_from_this<TcpStream>
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Made on any thread; every other call is made on `executor`.
    TcpStream(AsioExecutor& executor, SocketChannel channel, Endpoint peer,
              const TcpLimits& limits);
    ~TcpStream() = default;
    TcpStream(const TcpStream&) = delete;
    TcpStream& operator=(const TcpStream&) = delete;

    void start(ConnectionHandler& handler);
    void send(util::ByteView bytes);
    void setPendingLimit(std::size_t bytes) { m_pendingLimit = bytes; }
    void closeAfterFlush();
    /// The owner has gone: closes at once, without a callback.
    void abandon();

    [[nodiscard]] std::size_t pendingBytes() const { return m_pending.size() - m_sentOfPending; }
    [[nodiscard]] const Endpoint& peer() const { return m_peer; }
    [[nodiscard]] Encryption encryption() const { return m_channel.encryption(); }

    /// Asked by the sweep; the first time after progress it begins to count.
    [[nodiscard]] bool isOverdue(TimePoint now);
    void onOverdue();

private:
    enum class State : std::uint8_t {
        Open,
        PeerEnded, ///< read to the end; what is queued still goes out
        Flushing,  ///< closeAfterFlush(); no reading, no further sends
        Broken,    ///< writing failed; what had arrived is still read
        Failing,   ///< given up; only the callback is left to do
        Closed,
    };

    [[nodiscard]] bool maySend() const
    {
        return m_state == State::Open || m_state == State::PeerEnded;
    }
    void armRead();
    void onReadable();
    void onEndOfStream();
    void armWrite();
    void onWritable();
    [[nodiscard]] util::ByteView writeNow(util::ByteView bytes);
    void writePending();
    void onWriteError();
    void readRest();
    void fail(CloseReason reason);
    void onFlushed();
    void watch();
    void close(CloseReason reason);
    void closeSocket();
    void dropPending();

    AsioExecutor& m_executor;
    SocketChannel m_channel;
    ConnectionHandler* m_handler = nullptr;
    Endpoint m_peer;
    TcpLimits m_limits;
    util::Bytes m_pending; // released as soon as it is sent: an idle connection holds no buffer
    std::size_t m_sentOfPending = 0;
    std::size_t m_pendingLimit = Connection::MAX_PENDING_BYTES;
    TimePoint m_overdueAt{};
    State m_state = State::Open;
    CloseReason m_closeReason = CloseReason::Local; // of a close before start()
    bool m_isWriteArmed = false;
    bool m_isReadHeld = false; // TLS has to write before it can read on
    bool m_isCounting = false; // m_overdueAt is valid
};

} // namespace warp::net
