// A virtual byte-stream connection: both ends, what is under way between them, and its faults.
// Kept alive by its two ends and by what is under way; lives in the scheduler's one thread.
#pragma once

#include "core/net/connection.h"
#include "core/sim/fabric.h"
#include "core/util/bytes.h"

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace warp::sim {

/// One end's place: which machine, and whose executor.
struct StreamPlace
{
    std::string machine;
    ExecutorRef executor;
    net::Endpoint peer; ///< as this end sees the other
};

class VirtualStream final : public std::enable_shared_from_this<VirtualStream>
{
public:
    VirtualStream(std::shared_ptr<Fabric> fabric, StreamPlace client, StreamPlace server);

    /// The object that the program gets for end 0 (client) or 1 (server), once each. Its
    /// destruction closes that end.
    [[nodiscard]] std::unique_ptr<net::Connection> open(std::size_t end);

    /// Both ends hear Failed; what was under way is lost.
    void reset();
    /// Nothing arrives any more, in either direction, and nobody is told.
    void blackHole() { m_isBlackHole = true; }
    /// A link came back: what was under way sets out again.
    void resume();
    [[nodiscard]] bool touches(const std::string& machine) const;
    [[nodiscard]] bool connects(const std::string& one, const std::string& other) const;

    void start(std::size_t end, net::ConnectionHandler& handler);
    void send(std::size_t end, util::ByteView bytes);
    void setPendingLimit(std::size_t end, std::size_t bytes) { m_ends[end].pendingLimit = bytes; }
    void closeAfterFlush(std::size_t end);
    /// The program has destroyed its end.
    void drop(std::size_t end);
    [[nodiscard]] std::size_t pendingBytes(std::size_t end) const;
    [[nodiscard]] const StreamPlace& place(std::size_t end) const { return m_ends[end].place; }

private:
    enum class PacketKind : std::uint8_t { Data, Finish, Reset };
    struct Packet
    {
        util::BootTime arrival{};
        PacketKind kind = PacketKind::Data;
        util::Bytes bytes;
    };
    struct End
    {
        explicit End(StreamPlace itsPlace)
            : place(std::move(itsPlace))
        {}

        StreamPlace place;
        net::ConnectionHandler* handler = nullptr;
        bool isClosed = false;   ///< its socket is gone; perhaps onClosed() is yet to come
        bool isFlushing = false; ///< closeAfterFlush() was called
        bool isReadPosted = false;
        bool isQueueing = false;                 ///< since the last onDrained()
        std::optional<net::CloseReason> closing; ///< what onClosed() is to say
        util::Bytes pending;                     ///< waits for room in the window
        std::size_t pendingLimit = net::Connection::MAX_PENDING_BYTES;
        std::deque<Packet> flight; ///< on the way from here
        std::size_t flightBytes = 0;
        util::BootTime lastArrival{}; ///< packets of one direction never overtake each other
        util::Bytes arrived;          ///< here and unread
        bool hasPeerEnded = false;
        net::CloseReason peerEnd{};
        util::TimerHandle arrivalTimer; ///< of the first packet in flight
        util::TimerHandle flushTimer;
        util::TimerHandle stallTimer;
    };

    [[nodiscard]] bool isHeld() const;
    [[nodiscard]] util::BootTime nextArrival(End& from);
    void pump(std::size_t end);
    void launch(std::size_t end, PacketKind kind, util::Bytes bytes);
    void armArrival(std::size_t end);
    void onArrival(std::size_t end);
    void postRead(std::size_t end);
    void read(std::size_t end);
    /// Ends the socket of one side and tells the other one by a packet of `kind`.
    void shut(std::size_t end, PacketKind kind);
    void closeLater(std::size_t end, net::CloseReason reason);
    void postClose(std::size_t end);
    void postDrained(std::size_t end);
    void armStall(std::size_t end);

    std::shared_ptr<Fabric> m_fabric;
    std::array<End, 2> m_ends;
    bool m_isBlackHole = false;
};

} // namespace warp::sim
