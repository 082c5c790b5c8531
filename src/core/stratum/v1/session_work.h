// The work of one session, and what of it its miner was sent. Owned by the session.
#pragma once

#include "core/mining/job_set.h"
#include "core/mining/miner_class.h"
#include "core/mining/payout_policy.h"
#include "core/mining/share_validator.h"
#include "core/stratum/v1/parked_sessions.h"
#include "core/stratum/v1/server_context.h"
#include "core/util/strong.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace warp::stratum::v1 {

class SessionWork final
{
public:
    explicit SessionWork(ServerContext& context)
        : m_context(context)
    {}

    /// What the pool works on; it may be sent again. Where each key has its own coinbase it waits
    /// until it is known whom it is to pay.
    /// @return whether it is work of this session: not while it waits, nor without a coinbase
    [[nodiscard]] bool set(const std::shared_ptr<const mining::JobSet>& jobs);
    /// Whom the work pays, where that makes a difference. The first one counts.
    /// @return whether it is that one
    [[nodiscard]] bool setKey(const mining::PayoutKey& key);
    /// What set() was given and is not yet work of this session, while its key is known; nullptr
    /// where there is nothing.
    [[nodiscard]] std::shared_ptr<const mining::JobSet> waiting() const;
    /// Nothing of it is sent any more until the next set().
    void withdraw();

    /// What the session has that comes after this one.
    [[nodiscard]] WorkLeft leave() const;
    /// What was left behind is work of this session where it pays the same; else it is good for
    /// findBlock() alone.
    void resume(WorkLeft left);
    /// Whether findBlock() knows more than jobs().
    [[nodiscard]] bool hasFormer() const { return m_former != nullptr; }
    /// The block test, on all that the session and the one before it had.
    [[nodiscard]] std::optional<mining::FoundBlock>
    findBlock(const mining::ShareValidator& validator, const mining::Share& share,
              const mining::ShareValidator::Terms& terms) const;

    [[nodiscard]] bool hasJobs() const { return m_jobs != nullptr; }
    /// Whether it has jobs, and they hold.
    [[nodiscard]] bool isWorking() const { return hasJobs() && !m_isWithdrawn; }
    /// nullptr before the first work.
    [[nodiscard]] const std::shared_ptr<const mining::JobSet>& jobs() const { return m_jobs; }
    /// With jobs only, as all below.
    [[nodiscard]] const mining::Job& current() const { return *m_jobs->current(); }

    /// The job that a miner names, or what the variant that it names was made from; without a name
    /// the current one. nullptr where there is none. Jobs are not needed.
    /// @param name  raw JSON; empty for no name
    [[nodiscard]] const mining::Job* find(std::string_view name) const;

    /// On this connection, as with the one below.
    [[nodiscard]] bool hasSent() const { return m_sentTip.has_value(); }
    [[nodiscard]] bool hasSentCurrent() const { return hasSent() && m_sentJob == current().id; }
    /// Whether the current job may go to a miner of this class.
    [[nodiscard]] bool canSend(mining::MinerClass minerClass) const;
    /// Clean is what differs in its tip from the job that was sent last, whatever sets the miner
    /// missed in between; the first job of a connection replaces all that the miner did before.
    [[nodiscard]] mining::CleanJobs cleanness() const;
    /// Whether there can be a variant of the current job: the miner has the job, and it holds.
    [[nodiscard]] bool canVary() const { return isWorking() && hasSentCurrent(); }
    /// The current job as work that the miner has not begun: the job itself where it was not sent,
    /// else its next variant. nullptr where there is no more.
    [[nodiscard]] std::shared_ptr<const mining::Job> next() const;
    /// @param job  next(), or the current one once more
    void send(const std::shared_ptr<const mining::Job>& job, mining::CleanJobs clean,
              std::string& out);

private:
    ServerContext& m_context;
    std::shared_ptr<const mining::JobSet> m_jobs;
    /// What `m_jobs` was made from, where each key has its own.
    std::shared_ptr<const mining::JobSet> m_source;
    std::shared_ptr<const mining::JobSet> m_former; ///< of the session before, not yet in `m_jobs`
    std::optional<mining::PayoutKey> m_key;         ///< of the first worker
    std::optional<util::JobId> m_sentJob;     ///< not of a variant; by the session before, too
    std::optional<std::uint32_t> m_sentTip{}; ///< Job::tipNumber of it, on this connection
    std::uint8_t m_variant = 0;               ///< number of the last one of m_sentJob
    bool m_isWithdrawn = false;
};

} // namespace warp::stratum::v1
