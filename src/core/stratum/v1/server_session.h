// Stratum V1 as the pool speaks it: newline-delimited JSON with subscribe, authorize, submit,
// configure (BIP 310, 320), extranonce.subscribe and suggest_difficulty, in any order.
// Owned by its io thread.
#pragma once

#include "core/mining/search_pace.h"
#include "core/mining/share_validator.h"
#include "core/stratum/authorize.h"
#include "core/stratum/session.h"
#include "core/stratum/session_difficulty.h"
#include "core/stratum/v1/line_splitter.h"
#include "core/stratum/v1/message.h"
#include "core/stratum/v1/reply.h"
#include "core/stratum/v1/server_context.h"
#include "core/stratum/v1/server_limits.h"
#include "core/stratum/v1/session_work.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::stratum::v1 {

/// Order of what is sent: each line's reply first, then the notifications that it causes; and no
/// notification at all before the session is both subscribed and authorized, because cgminer and
/// cpuminer take the next line for the reply they wait for. Then, at once: the version mask where
/// one was agreed on, the difficulty, the job.
///
/// A change of difficulty is always followed by a job at once, since most miners obey with the next
/// one. Where there is no new job, it is a variant of the one that the miner has: other work, which
/// it cannot have begun. While there is no job that may be sent, the change waits.
///
/// Where each payout key has its own coinbase, the first authorized worker decides the key of the
/// connection, and with it all the work that is sent; a worker with another key is refused, because
/// its shares could not pay it.
class ServerSession final : public Session
{
public:
    /// @param origin  the same number for connections from the same place
    ServerSession(ServerContext& context, const mining::Extranonce1& extranonce1,
                  util::BootTime now, std::uint64_t origin = 0);

    void onBytes(util::ByteView bytes, util::BootTime now, Actions& out) override;
    void takeJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
                  Actions& out) override;
    void onDrained(util::BootTime now, Actions& out) override;
    void withdrawJobs() override;
    void onTimer(util::BootTime now, Actions& out) override;
    /// Begins, where it has become subscribed and authorized. It is a clean job, and other work
    /// than any that the miner was sent, on a connection before, too, that this one goes on with.
    void repeatWork(util::BootTime now, Actions& out) override;
    [[nodiscard]] std::optional<mining::Extranonce1> leave(util::BootTime now) override;
    [[nodiscard]] SessionInfo info() const override;
    [[nodiscard]] util::Difficulty difficulty() const override { return m_validator.difficulty(); }
    [[nodiscard]] bool isAuthorized() const override { return !m_workers.empty(); }
    [[nodiscard]] mining::MinerClass minerClass() const { return m_difficulty.minerClass(); }

private:
    /// What a method's handler gets to see.
    struct Request
    {
        const Message& message;
        util::BootTime now;
        Actions& out;
    };
    using Handler = void (ServerSession::*)(const Request&);
    struct Method
    {
        std::string_view name;
        Handler handler;
    };

    void onLine(std::string_view line, util::BootTime now, Actions& out);
    void onRequest(const Request& request);
    [[nodiscard]] static Handler handlerOf(std::string_view method);
    void onSubscribe(const Request& request);
    void onAuthorize(const Request& request);
    void onConfigure(const Request& request);
    void onSubmit(const Request& request);
    void onSuggest(const Request& request);
    void onGetTransactions(const Request& request);
    /// With what a session of this id left behind, if there is one.
    void resume(std::string_view sessionId, util::BootTime now);

    [[nodiscard]] std::optional<AuthorizeRefusal> addWorker(const Request& request);
    [[nodiscard]] mining::ShareVerdict judge(const mining::Share& share, std::string_view worker,
                                             util::BootTime now);
    [[nodiscard]] mining::ShareVerdict refuse(mining::ShareCode code, const mining::Share* hashable,
                                              util::BootTime now);

    void sendVersionMask(Actions& out);
    /// Sends the difficulty if it has changed; the job with this id follows.
    void sendDifficulty(util::JobId job, util::BootTime now, Actions& out);
    /// @param job  as for SessionWork::send()
    void sendJob(const std::shared_ptr<const mining::Job>& job, mining::CleanJobs clean,
                 Actions& out);
    /// Sends the difficulty if it has changed, and other work with it. Not more often than
    /// MAX_CHANGES_PER_TICK.
    void followDifficulty(util::BootTime now, Actions& out);
    void close(CloseCause cause, Actions& out);

    ServerContext& m_context;
    mining::ShareValidator m_validator;
    mining::SearchPace m_searches;
    SessionDifficulty m_difficulty;
    LineSplitter m_lines{MAX_LINE_BYTES};
    SessionWork m_work;
    std::string m_userAgent;
    /// As authorized, the latest last. The connection's rate is remembered under the first one's.
    std::vector<std::string> m_workers;
    util::BootTime m_created;
    util::BootTime m_lastOutput; ///< when bytes were last sent
    std::uint64_t m_origin;
    util::Difficulty m_networkDifficulty{}; ///< of the current job
    std::uint32_t m_versionMask = mining::VERSION_ROLLING_MASK;
    std::uint16_t m_handshakeMessages = 0;
    std::uint8_t m_invalidLines = 0;
    std::uint8_t m_changesSinceTick = 0;
    bool m_hasListed = false; ///< transactions, since the last tick
    bool m_hasLine = false;
    bool m_isSubscribed = false;
    bool m_isVersionMaskDue = false; ///< agreed on, not yet sent
    bool m_hasBegun = false;
    bool m_isClosed = false;
};

} // namespace warp::stratum::v1
