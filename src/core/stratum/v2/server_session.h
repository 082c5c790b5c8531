// A Stratum V2 miner's session: the Noise handshake, the encryption, and behind it the mining
// protocol. Owned by its io thread.
#pragma once

#include "core/stratum/session.h"
#include "core/stratum/v2/handshake_context.h"
#include "core/stratum/v2/mining_server.h"
#include "core/stratum/v2/noise_responder.h"
#include "core/stratum/v2/noise_transport.h"
#include "core/stratum/v2/server_context.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"

#include <cstddef>
#include <memory>
#include <optional>

namespace warp::stratum::v2 {

class ServerSession final : public Session
{
public:
    ServerSession(ServerContext& context, HandshakeContext& handshakes, util::BootTime now);

    void onBytes(util::ByteView bytes, util::BootTime now, Actions& out) override;
    /// Frames are sealed in the order in which they go out: work is sent at once.
    void takeJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
                  Actions& out) override;
    void withdrawJobs() override { m_server.withdrawJobs(); }
    void onTimer(util::BootTime now, Actions& out) override;
    /// Answers a whole act 1.
    void onTurn(util::BootTime now, Actions& out) override;
    void repeatWork(util::BootTime now, Actions& out) override;
    void onStopping(util::BootTime now, Actions& out) override;
    /// Channels have an extranonce1 each, which they give back themselves.
    [[nodiscard]] std::optional<mining::Extranonce1> leave(util::BootTime now) override;
    [[nodiscard]] SessionInfo info() const override { return m_server.info(); }
    [[nodiscard]] util::Difficulty difficulty() const override { return m_server.difficulty(); }
    [[nodiscard]] bool isAuthorized() const override { return m_server.isAuthorized(); }
    [[nodiscard]] Wire wire() const override { return Wire::Encrypted; }
    [[nodiscard]] std::size_t pendingAllowance() const override
    {
        return m_server.channels() * PENDING_BYTES_PER_CHANNEL;
    }

private:
    void readHandshake(util::ByteView& bytes, Actions& out);
    void askForTurn(Actions& out);
    /// Closes one that takes too long, before the server's own time-outs count.
    void watchHandshake(util::BootTime now, Actions& out);
    /// The same for a frame that is begun and never ends.
    void watchFrame(util::BootTime now, Actions& out);
    void readFrames(util::ByteView bytes, util::BootTime now, Actions& out);
    /// Runs a step of the server's, unless the session is over, and encrypts what it has to say.
    template <class Step>
    void run(Actions& out, const Step& step);
    void seal(util::ByteView frames, Actions& out);
    void close(CloseCause cause, Actions& out);

    HandshakeContext& m_handshakes;
    MiningServer m_server;
    NoiseResponder m_responder;
    std::unique_ptr<NoiseTransport> m_transport; ///< none before the handshake
    util::BootTime m_since;                      ///< the connection's start
    std::optional<util::BootTime> m_frameBegun;  ///< seen at a tick
    bool m_isTurnAsked = false;
    bool m_isClosed = false;
};

} // namespace warp::stratum::v2
