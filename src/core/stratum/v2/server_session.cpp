#include "core/stratum/v2/server_session.h"

#include "core/stratum/first_bytes.h"
#include "core/stratum/v2/frame_sealing.h"
#include "core/util/log.h"

#include <string>

namespace warp::stratum::v2 {

namespace {

void appendText(std::string& out, util::ByteView bytes)
{
    out.append(util::asText(bytes));
}

void clear(util::Bytes& bytes)
{
    bytes.clear();
    if (bytes.capacity() > FrameScratch::KEPT_BYTES) {
        bytes.shrink_to_fit();
    }
}

} // namespace

template <class Step>
void ServerSession::run(Actions& out, const Step& step)
{
    if (m_isClosed) {
        return; // above all no frame behind a forged one (SV2-12)
    }
    util::Bytes& frames = m_handshakes.scratch.plain;
    step(ServerOutput{.frames = frames, .actions = out});
    m_isClosed = m_isClosed || out.close.has_value();
    if (m_transport != nullptr) {
        seal(frames, out);
    }
    clear(frames);
}

ServerSession::ServerSession(ServerContext& context, HandshakeContext& handshakes,
                             util::BootTime now)
    : m_handshakes(handshakes)
    , m_server(context, now)
{}

void ServerSession::onBytes(util::ByteView bytes, util::BootTime now, Actions& out)
{
    if (m_isClosed || bytes.empty()) {
        return;
    }
    if (m_transport == nullptr) {
        readHandshake(bytes, now, out);
    }
    if (m_transport != nullptr && !m_isClosed) {
        readFrames(bytes, now, out);
    }
}

void ServerSession::readHandshake(util::ByteView& bytes, util::BootTime now, Actions& out)
{
    const bool isWhole = m_responder.collect(bytes);
    if (guessProtocol(m_responder.collected()) == FirstBytes::StratumV1) {
        LOG_WARNING(Stratum, "a miner speaks Stratum V1 to the port for Stratum V2: it needs "
                             "stratum+tcp:// and the other port");
        close(CloseCause::OtherProtocol, out);
    } else if (!bytes.empty()) {
        // A client knows no keys before the answer, and can have nothing to say.
        close(CloseCause::NotAuthentic, out);
    } else if (isWhole) {
        respond(now, out);
    }
}

void ServerSession::respond(util::BootTime now, Actions& out)
{
    const auto identity = m_handshakes.identity.load();
    if (identity == nullptr || !m_handshakes.budget.take(now)) {
        return; // with a tick, or closed by its time-out
    }
    util::Bytes act;
    const TransportKeys keys =
        m_responder.respond(m_handshakes.curve, *identity, m_handshakes.keys.take(), act);
    m_transport = std::make_unique<NoiseTransport>(keys, NoiseSide::Server, MAX_FRAME_BYTES);
    appendText(out.output, act);
}

void ServerSession::readFrames(util::ByteView bytes, util::BootTime now, Actions& out)
{
    run(out, [&](ServerOutput output) {
        while (!output.actions.close) {
            const auto next = m_transport->next(bytes);
            if (!next) {
                LOG_DEBUG(Stratum, "a frame is {}",
                          next.error() == FrameFault::TooLong ? "too long" : "not authentic");
                close(next.error() == FrameFault::TooLong ? CloseCause::BadMessage
                                                          : CloseCause::NotAuthentic,
                      output.actions);
                // Nothing goes out behind a forged block, not even an answer (SV2-12).
                output.frames.clear();
                return;
            }
            if (!*next) {
                return;
            }
            const PlainFrame& frame = **next;
            m_server.onFrame(
                {.extension = static_cast<std::uint16_t>(frame.extensionType & 0x7fffU),
                 .scope = FrameScope::Connection,
                 .type = frame.messageType,
                 .payloadSize = static_cast<std::uint32_t>(frame.payload.size())},
                frame.payload, now, output);
        }
    });
}

void ServerSession::seal(util::ByteView frames, Actions& out)
{
    util::Bytes& sealed = m_handshakes.scratch.sealed;
    sealFrames(*m_transport, frames, sealed);
    appendText(out.output, sealed);
    clear(sealed);
}

void ServerSession::onJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
                           Actions& out)
{
    run(out, [&](ServerOutput output) {
        m_server.onJobs(jobs, now, output);
        if (const std::size_t frames = countFrames(output.frames); frames > 0) {
            m_handshakes.delivered.channels += m_server.channels();
            m_handshakes.delivered.frames += frames;
        }
    });
}

void ServerSession::onTimer(util::BootTime now, Actions& out)
{
    if (m_isClosed) {
        return;
    }
    if (m_transport == nullptr && m_responder.isWhole()) {
        respond(now, out);
    }
    run(out, [&](ServerOutput output) { m_server.onTimer(now, output); });
}

void ServerSession::repeatWork(util::BootTime now, Actions& out)
{
    run(out, [&](ServerOutput output) { m_server.repeatWork(now, output); });
}

void ServerSession::onStopping(util::BootTime /*now*/, Actions& out)
{
    run(out, [&](ServerOutput output) { m_server.onStopping(output); });
}

std::optional<mining::Extranonce1> ServerSession::leave(util::BootTime /*now*/)
{
    m_isClosed = true;
    m_server.leave();
    return std::nullopt;
}

void ServerSession::close(CloseCause cause, Actions& out)
{
    m_isClosed = true;
    out.close = cause;
}

} // namespace warp::stratum::v2
