#include "core/stratum/v2/server_session.h"

#include "core/stratum/first_bytes.h"
#include "core/stratum/v2/frame_sealing.h"
#include "core/stratum/v2/message_sets.h"
#include "core/stratum/v2/server_limits.h"
#include "core/util/log.h"

#include <algorithm>
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

/// Of the key with which a handshake began when it had another encoding.
constexpr std::size_t OLD_ACT_1_SIZE = 32;

std::size_t payloadLimitOf(const FrameHeader& header)
{
    return std::min<std::size_t>(payloadLimit(Protocol::Mining, header), MAX_FRAME_BYTES);
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
    , m_since(now)
{}

void ServerSession::onBytes(util::ByteView bytes, util::BootTime now, Actions& out)
{
    if (m_isClosed || bytes.empty()) {
        return;
    }
    if (m_transport == nullptr) {
        readHandshake(bytes, out);
    }
    if (m_transport != nullptr && !m_isClosed) {
        readFrames(bytes, now, out);
    }
}

void ServerSession::readHandshake(util::ByteView& bytes, Actions& out)
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
        askForTurn(out);
    }
}

void ServerSession::askForTurn(Actions& out)
{
    if (!m_isTurnAsked && m_handshakes.identity.load() != nullptr) { // else with a tick
        m_isTurnAsked = true;
        out.wantsTurn = true;
    }
}

void ServerSession::onTurn(util::BootTime now, Actions& out)
{
    m_isTurnAsked = false;
    const auto identity = m_handshakes.identity.load();
    if (m_isClosed || m_transport != nullptr || identity == nullptr || !m_responder.isWhole()) {
        return;
    }
    util::Bytes act;
    const TransportKeys keys =
        m_responder.respond(m_handshakes.curve, *identity, m_handshakes.keys.take(), act);
    m_transport = std::make_unique<NoiseTransport>(keys, NoiseSide::Server, payloadLimitOf);
    m_server.begin(now);
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
            m_frameBegun.reset(); // what a tick finds begun next is another one
            m_server.onFrame((*next)->header, (*next)->payload, now, output);
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

void ServerSession::takeJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
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
    if (m_transport == nullptr) {
        watchHandshake(now, out);
        return;
    }
    watchFrame(now, out);
    run(out, [&](ServerOutput output) { m_server.onTimer(now, output); });
}

void ServerSession::watchHandshake(util::BootTime now, Actions& out)
{
    // Who has said all that there is to say waits for us, and not we for him.
    const bool isOurTurn = m_responder.isWhole();
    if (now - m_since < (isOurTurn ? TURN_TIMEOUT : SETUP_TIMEOUT)) {
        if (isOurTurn) {
            askForTurn(out);
        }
        return;
    }
    if (isOurTurn) {
        LOG_WARNING(Stratum, "a Stratum V2 handshake was not answered in time: there is no "
                             "authority key, or more miners come than a thread has time for");
    } else if (m_responder.collected().size() == OLD_ACT_1_SIZE) {
        LOG_WARNING(Stratum, "a miner began a handshake of Stratum V2 as it was before 2024: it "
                             "needs newer firmware");
    }
    close(CloseCause::HandshakeTimeout, out);
}

void ServerSession::watchFrame(util::BootTime now, Actions& out)
{
    if (!m_transport->opener().isWithinFrame()) {
        m_frameBegun.reset();
    } else if (!m_frameBegun) {
        m_frameBegun = now;
    } else if (now - *m_frameBegun >= FRAME_TIMEOUT) {
        LOG_DEBUG(Stratum, "a frame was begun and never ended");
        close(CloseCause::BadMessage, out);
    }
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
