// One byte-stream connection, as its owner sees it. Lives on one executor: every call and every
// callback happens there. Production is a TCP socket, the simulator has a virtual one.
#pragma once

#include "core/net/endpoint.h"
#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace warp::net {

enum class CloseReason : std::uint8_t {
    PeerClosed,      ///< the peer ended the stream
    Failed,          ///< reset, unreachable or another socket error
    WriteBufferFull, ///< the peer does not read: as much as may was waiting
    Stalled,         ///< the peer took no byte of what waits for it for WRITE_STALL_LIMIT
    Local,           ///< closeAfterFlush() has finished
};

/// What keeps others from reading and changing what goes over a connection.
enum class Encryption : std::uint8_t { None, Tls };

class ConnectionHandler
{
public:
    virtual ~ConnectionHandler() = default;

    /// Some bytes of the stream; valid during the call only. The connection may be destroyed in it.
    virtual void onBytes(util::ByteView bytes) = 0;
    /// All that was queued has gone out. The connection may be destroyed in it.
    virtual void onDrained() {}
    /// The last callback. The connection may be destroyed in it.
    virtual void onClosed(CloseReason reason) = 0;
};

/// Destroying a connection closes it at once; no callback follows. Callbacks never run inside a
/// call of send() or closeAfterFlush().
class Connection
{
public:
    /// Until setPendingLimit() says otherwise.
    static constexpr std::size_t MAX_PENDING_BYTES = 64 * 1024;

    virtual ~Connection() = default;

    /// Begins to read. The handler must outlive the connection.
    virtual void start(ConnectionHandler& handler) = 0;
    /// Sends or queues. Past the limit of what may wait the rest is dropped and
    /// onClosed(WriteBufferFull) follows. Ignored once closed.
    virtual void send(util::ByteView bytes) = 0;
    /// How much may wait for the peer, by the next send() on.
    virtual void setPendingLimit(std::size_t bytes) = 0;
    /// Stops reading, sends what is queued (at most 5 seconds), then calls onClosed(Local).
    virtual void closeAfterFlush() = 0;
    /// Queued bytes that the peer has not taken yet.
    [[nodiscard]] virtual std::size_t pendingBytes() const = 0;
    /// Whose connection it is; behind a proxy that is believed, the proxy's peer.
    [[nodiscard]] virtual const Endpoint& peer() const = 0;
    [[nodiscard]] virtual Encryption encryption() const { return Encryption::None; }
};

} // namespace warp::net
