// A session on a port for both protocols: waits for what tells them apart, then is the one that its
// miner speaks. Owned by its io thread.
#pragma once

#include "core/stratum/first_bytes.h"
#include "core/stratum/session.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace warp::stratum {

class EitherSession final : public Session
{
public:
    /// @param since  when the connection began
    /// @return nullptr where there can be no more
    using MakeFn =
        std::function<std::unique_ptr<Session>(FirstBytes protocol, util::BootTime since)>;

    /// For the first bytes.
    static constexpr std::chrono::seconds TIMEOUT{10};

    /// `make` outlives the session, and is asked once.
    EitherSession(MakeFn make, util::BootTime now);

    void onBytes(util::ByteView bytes, util::BootTime now, Actions& out) override;
    void takeJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
                  Actions& out) override;
    void onDrained(util::BootTime now, Actions& out) override;
    void withdrawJobs() override;
    void onTimer(util::BootTime now, Actions& out) override;
    void onTurn(util::BootTime now, Actions& out) override;
    void repeatWork(util::BootTime now, Actions& out) override;
    void onStopping(util::BootTime now, Actions& out) override;
    [[nodiscard]] std::optional<mining::Extranonce1> leave(util::BootTime now) override;
    [[nodiscard]] SessionInfo info() const override;
    [[nodiscard]] util::Difficulty difficulty() const override;
    [[nodiscard]] bool isAuthorized() const override;
    [[nodiscard]] Wire wire() const override;
    [[nodiscard]] std::size_t pendingAllowance() const override;

private:
    MakeFn m_make;
    util::BootTime m_since;
    util::Bytes m_first;                          ///< while they are too few
    std::shared_ptr<const mining::JobSet> m_jobs; ///< for the session that is to be
    std::unique_ptr<Session> m_session;
    bool m_isClosed = false;
};

} // namespace warp::stratum
