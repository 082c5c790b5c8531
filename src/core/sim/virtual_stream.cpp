#include "core/sim/virtual_stream.h"

#include "core/util/assert.h"

#include <algorithm>

namespace warp::sim {

namespace {

constexpr util::Duration FLUSH_LIMIT = std::chrono::seconds(5);
/// A socket is read in portions; the handler never sees more in one call.
constexpr std::size_t READ_BYTES = 64 * 1024;

/// One end as the program holds it; the contract of net::Connection is checked here.
class VirtualConnection final : public net::Connection
{
public:
    VirtualConnection(std::shared_ptr<VirtualStream> stream, std::size_t end)
        : m_stream(std::move(stream))
        , m_end(end)
    {}
    ~VirtualConnection() override
    {
        WARP_ASSERT(m_stream->place(m_end).executor.mayDestroyHere());
        m_stream->drop(m_end);
    }
    VirtualConnection(const VirtualConnection&) = delete;
    VirtualConnection& operator=(const VirtualConnection&) = delete;

    void start(net::ConnectionHandler& handler) override
    {
        WARP_ASSERT(m_stream->place(m_end).executor.isCurrent());
        m_stream->start(m_end, handler);
    }
    void send(util::ByteView bytes) override
    {
        WARP_ASSERT(m_stream->place(m_end).executor.isCurrent());
        m_stream->send(m_end, bytes);
    }
    void setPendingLimit(std::size_t bytes) override
    {
        WARP_ASSERT(m_stream->place(m_end).executor.isCurrent());
        m_stream->setPendingLimit(m_end, bytes);
    }
    void closeAfterFlush() override
    {
        WARP_ASSERT(m_stream->place(m_end).executor.isCurrent());
        m_stream->closeAfterFlush(m_end);
    }
    [[nodiscard]] std::size_t pendingBytes() const override
    {
        return m_stream->pendingBytes(m_end);
    }
    [[nodiscard]] const net::Endpoint& peer() const override { return m_stream->place(m_end).peer; }

private:
    std::shared_ptr<VirtualStream> m_stream;
    std::size_t m_end;
};

} // namespace

VirtualStream::VirtualStream(std::shared_ptr<Fabric> fabric, StreamPlace client, StreamPlace server)
    : m_fabric(std::move(fabric))
    , m_ends{End(std::move(client)), End(std::move(server))}
{}

std::unique_ptr<net::Connection> VirtualStream::open(std::size_t end)
{
    return std::make_unique<VirtualConnection>(shared_from_this(), end);
}

void VirtualStream::reset()
{
    for (std::size_t end = 0; end < m_ends.size(); ++end) {
        End& side = m_ends[end];
        side.flight.clear();
        side.arrivalTimer.reset();
        side.flightBytes = 0;
        side.arrived.clear();
        if (!side.isClosed) {
            side.isClosed = true;
            side.pending.clear();
            closeLater(end, net::CloseReason::Failed);
        }
    }
}

void VirtualStream::resume()
{
    for (std::size_t end = 0; end < m_ends.size(); ++end) {
        End& side = m_ends[end];
        side.lastArrival = {};
        for (Packet& packet : side.flight) {
            packet.arrival = nextArrival(side);
        }
        armArrival(end);
    }
}

bool VirtualStream::touches(const std::string& machine) const
{
    return m_ends[0].place.machine == machine || m_ends[1].place.machine == machine;
}

bool VirtualStream::connects(const std::string& one, const std::string& other) const
{
    const auto& [first, second] = m_ends;
    return (first.place.machine == one && second.place.machine == other) ||
           (first.place.machine == other && second.place.machine == one);
}

void VirtualStream::start(std::size_t end, net::ConnectionHandler& handler)
{
    m_ends[end].handler = &handler;
    if (m_ends[end].closing) {
        postClose(end);
    } else {
        postRead(end);
    }
}

void VirtualStream::send(std::size_t end, util::ByteView bytes)
{
    End& side = m_ends[end];
    if (side.isClosed || side.isFlushing) {
        return;
    }
    util::append(side.pending, bytes);
    pump(end);
    if (side.pending.size() > side.pendingLimit) {
        shut(end, PacketKind::Finish);
        closeLater(end, net::CloseReason::WriteBufferFull);
    }
}

void VirtualStream::closeAfterFlush(std::size_t end)
{
    End& side = m_ends[end];
    if (side.isClosed || side.isFlushing) {
        return;
    }
    side.isFlushing = true;
    side.arrived.clear();
    side.flushTimer = side.place.executor.at(
        m_fabric->scheduler().boot() + FLUSH_LIMIT, [weak = weak_from_this(), end] {
            if (const auto stream = weak.lock(); stream && !stream->m_ends[end].isClosed) {
                stream->shut(end, PacketKind::Finish);
                stream->closeLater(end, net::CloseReason::Local);
            }
        });
    pump(end);
}

void VirtualStream::drop(std::size_t end)
{
    End& side = m_ends[end];
    side.handler = nullptr;
    side.flushTimer.reset();
    if (!side.isClosed) {
        // A socket that is closed over unread bytes tells its peer so by a reset.
        shut(end, side.arrived.empty() ? PacketKind::Finish : PacketKind::Reset);
    }
}

std::size_t VirtualStream::pendingBytes(std::size_t end) const
{
    return m_ends[end].pending.size();
}

bool VirtualStream::isHeld() const
{
    return m_isBlackHole ||
           m_fabric->link(m_ends[0].place.machine, m_ends[1].place.machine) != LinkState::Up;
}

util::BootTime VirtualStream::nextArrival(End& from)
{
    from.lastArrival =
        std::max(from.lastArrival, m_fabric->scheduler().boot() + m_fabric->drawLatency());
    return from.lastArrival;
}

void VirtualStream::pump(std::size_t end)
{
    End& side = m_ends[end];
    const std::size_t taken = side.flightBytes + m_ends[1 - end].arrived.size();
    const std::size_t window = m_fabric->options().windowBytes;
    const std::size_t room = window > taken ? window - taken : 0;
    const std::size_t count = std::min(room, side.pending.size());
    if (count > 0) {
        const auto last = side.pending.begin() + static_cast<std::ptrdiff_t>(count);
        auto from = side.pending.begin();
        for (const std::size_t piece : m_fabric->drawPieces(count)) {
            const auto to = from + static_cast<std::ptrdiff_t>(piece);
            launch(end, PacketKind::Data, util::Bytes(from, to));
            from = to;
        }
        side.pending.erase(side.pending.begin(), last);
        side.stallTimer.reset();
    }
    if (!side.pending.empty()) {
        side.isQueueing = true;
        armStall(end);
    } else if (side.isFlushing && !side.isClosed) {
        shut(end, PacketKind::Finish);
        closeLater(end, net::CloseReason::Local);
    } else if (std::exchange(side.isQueueing, false)) {
        postDrained(end);
    }
}

void VirtualStream::launch(std::size_t end, PacketKind kind, util::Bytes bytes)
{
    End& side = m_ends[end];
    side.flightBytes += bytes.size();
    const util::BootTime arrival = nextArrival(side);
    side.flight.push_back({.arrival = arrival, .kind = kind, .bytes = std::move(bytes)});
    if (side.flight.size() == 1) {
        armArrival(end);
    }
}

void VirtualStream::armArrival(std::size_t end)
{
    End& side = m_ends[end];
    if (side.flight.empty()) {
        side.arrivalTimer.reset();
        return;
    }
    // What is under way keeps the stream, not the ends: a close must reach the other side.
    side.arrivalTimer = m_fabric->environment().at(
        side.flight.front().arrival, [self = shared_from_this(), end] { self->onArrival(end); });
}

void VirtualStream::onArrival(std::size_t end)
{
    if (isHeld()) {
        return; // resume() arms the timer again
    }
    End& from = m_ends[end];
    End& side = m_ends[1 - end];
    while (!from.flight.empty() && from.flight.front().arrival <= m_fabric->scheduler().boot()) {
        Packet packet = std::move(from.flight.front());
        from.flight.pop_front();
        from.flightBytes -= packet.bytes.size();
        if (packet.kind != PacketKind::Data) {
            side.hasPeerEnded = true;
            side.peerEnd = packet.kind == PacketKind::Finish ? net::CloseReason::PeerClosed
                                                             : net::CloseReason::Failed;
        } else if (!side.isClosed && !side.isFlushing) {
            util::append(side.arrived, packet.bytes);
        }
    }
    armArrival(end);
    postRead(1 - end);
    pump(end);
}

void VirtualStream::postRead(std::size_t end)
{
    End& side = m_ends[end];
    const bool hasNews = !side.arrived.empty() || side.hasPeerEnded;
    if (side.handler == nullptr || side.isClosed || side.isReadPosted || !hasNews) {
        return;
    }
    side.isReadPosted = true;
    side.place.executor.post([self = shared_from_this(), end] { self->read(end); });
}

void VirtualStream::read(std::size_t end)
{
    End& side = m_ends[end];
    side.isReadPosted = false;
    if (side.isClosed || side.handler == nullptr) {
        return;
    }
    if (!side.arrived.empty()) {
        const std::size_t count = std::min(side.arrived.size(), READ_BYTES);
        const auto last = side.arrived.begin() + static_cast<std::ptrdiff_t>(count);
        const util::Bytes portion(side.arrived.begin(), last);
        side.arrived.erase(side.arrived.begin(), last);
        side.handler->onBytes(portion);
        pump(1 - end);
        postRead(end);
        return;
    }
    if (side.hasPeerEnded) {
        shut(end, PacketKind::Finish);
        side.handler->onClosed(side.peerEnd);
    }
}

void VirtualStream::shut(std::size_t end, PacketKind kind)
{
    End& side = m_ends[end];
    side.isClosed = true;
    side.pending.clear();
    side.arrived.clear();
    side.stallTimer.reset();
    side.flushTimer.reset();
    launch(end, kind, {});
    pump(1 - end); // bytes for a closed end need no window
}

void VirtualStream::closeLater(std::size_t end, net::CloseReason reason)
{
    m_ends[end].closing = reason;
    if (m_ends[end].handler != nullptr) {
        postClose(end);
    }
}

void VirtualStream::postClose(std::size_t end)
{
    m_ends[end].place.executor.post([self = shared_from_this(), end] {
        End& side = self->m_ends[end];
        if (side.handler != nullptr) {
            side.handler->onClosed(*side.closing);
        }
    });
}

void VirtualStream::postDrained(std::size_t end)
{
    m_ends[end].place.executor.post([self = shared_from_this(), end] {
        End& side = self->m_ends[end];
        if (side.handler != nullptr && !side.isClosed && side.pending.empty()) {
            side.handler->onDrained();
        }
    });
}

void VirtualStream::armStall(std::size_t end)
{
    End& side = m_ends[end];
    if (side.stallTimer || side.isClosed) {
        return;
    }
    side.stallTimer = side.place.executor.at(
        m_fabric->scheduler().boot() + m_fabric->options().writeStallLimit,
        [weak = weak_from_this(), end] {
            if (const auto stream = weak.lock(); stream && !stream->m_ends[end].isClosed) {
                stream->shut(end, PacketKind::Finish);
                stream->closeLater(end, net::CloseReason::Stalled);
            }
        });
}

} // namespace warp::sim
