// A miner's session without I/O: bytes in, actions out. Server, simulator, fuzzers and tests run
// the same code. A session belongs to one io thread and knows no clock, socket or executor.
#pragma once

#include "core/mining/job_set.h"
#include "core/mining/share.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::stratum {

enum class CloseCause : std::uint8_t {
    LineTooLong,
    NotJson,          ///< too many lines that are no JSON
    HandshakeTimeout, ///< no full line in 10 s, or not authorized in 30 s
    Flood,            ///< more messages before authorization than any miner needs
    BadShares,        ///< nothing but shares that no honest miner sends
    OtherProtocol,    ///< what came is not what this port speaks
    NotAuthentic,     ///< bytes that the keys of the connection did not make
    BadMessage,       ///< a message that cannot be read, or not at this time
    SetupRefused,     ///< asked for what the pool does not do
    NoRoom,           ///< the io thread has no extranonce left
};

[[nodiscard]] std::string_view name(CloseCause cause);

struct ShareReport
{
    mining::ShareVerdict verdict;
    std::string worker; ///< as authorized, e.g. "bc1q....rig1"; unsanitised
};

/// What the caller has to do, in this order: blocks first, then send, then close.
struct Actions
{
    std::string output; ///< bytes to send
    std::vector<ShareReport> shares;
    std::optional<CloseCause> close;
    /// onTurn() is wanted, when the thread has time for something dear: the caller paces it.
    bool wantsTurn = false;

    void clear()
    {
        output.clear();
        shares.clear();
        close.reset();
        wantsTurn = false;
    }
};

struct SessionInfo
{
    std::string userAgent; ///< as sent, cut to 128 bytes; unsanitised
    std::string worker;    ///< the last one authorized; empty before
    util::Difficulty difficulty{};
    /// As its shares showed it when the last one came; 0 while they are too few.
    util::Hashrate provenRate{};
    /// Whose that rate is, for when the miner comes back; empty before there is one.
    std::string rateWorker;
    bool isAuthorized = false;
};

/// What a session's bytes are, for logs.
enum class Wire : std::uint8_t { Text, Encrypted };

class Session
{
public:
    virtual ~Session() = default;

    /// Appends to `out`; the caller clears it. Bytes may be any part of the stream.
    virtual void onBytes(util::ByteView bytes, util::BootTime now, Actions& out) = 0;
    /// New work. Never nullptr; without a call there is no work, and miners wait. Shares are judged
    /// by it from here on, and it is sent with onDrained(), unless newer work came meanwhile; a
    /// session that cannot put it off sends it at once.
    virtual void takeJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
                          Actions& out) = 0;
    /// All that was to be sent is with the miner's socket.
    virtual void onDrained(util::BootTime /*now*/, Actions& /*out*/) {}
    /// New work for a miner that has taken all before it.
    void onJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now, Actions& out)
    {
        takeJobs(jobs, now, out);
        onDrained(now, out);
    }
    /// The work that it was given is not to be trusted: what was not sent yet never is. A
    /// block that is found on what was sent is still known for one. takeJobs() ends it.
    virtual void withdrawJobs() = 0;
    /// Once a second or so: time-outs and difficulty.
    virtual void onTimer(util::BootTime now, Actions& out) = 0;
    /// What Actions::wantsTurn asked for, once each time.
    virtual void onTurn(util::BootTime /*now*/, Actions& /*out*/) {}
    /// Says difficulty and job once more, to a miner that does not seem to know them; nothing to
    /// one that is not ready for them.
    virtual void repeatWork(util::BootTime now, Actions& out) = 0;
    /// The pool stops on purpose, and the miner may come back soon.
    virtual void onStopping(util::BootTime /*now*/, Actions& /*out*/) {}
    /// The connection is over. Leaves behind what it takes to go on with another one, if this
    /// miner may come back.
    /// @return the extranonce1 that is free from here on, if it is
    [[nodiscard]] virtual std::optional<mining::Extranonce1> leave(util::BootTime now) = 0;
    [[nodiscard]] virtual SessionInfo info() const = 0;
    /// In force now; 0 before the first.
    [[nodiscard]] virtual util::Difficulty difficulty() const = 0;
    [[nodiscard]] virtual bool isAuthorized() const = 0;
    [[nodiscard]] virtual Wire wire() const { return Wire::Text; }
    /// Bytes that may wait for this miner beyond what may wait for any: one connection can need
    /// the work of many.
    [[nodiscard]] virtual std::size_t pendingAllowance() const { return 0; }
};

} // namespace warp::stratum
