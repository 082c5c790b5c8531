// The work of one session, and what of it its miner was sent. Owned by the session.
#pragma once

#include "core/mining/job_set.h"
#include "core/mining/miner_class.h"
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

    void set(std::shared_ptr<const mining::JobSet> jobs) { m_jobs = std::move(jobs); }
    /// Nothing of it is sent any more until allow().
    void withdraw() { m_isWithdrawn = true; }
    void allow() { m_isWithdrawn = false; }

    [[nodiscard]] bool hasJobs() const { return m_jobs != nullptr; }
    /// nullptr before the first work.
    [[nodiscard]] const std::shared_ptr<const mining::JobSet>& jobs() const { return m_jobs; }
    /// With jobs only, as all below.
    [[nodiscard]] const mining::Job& current() const { return *m_jobs->current(); }

    /// The job that a miner names, or what the variant that it names was made from; without a name
    /// the current one. nullptr where there is none. Jobs are not needed.
    /// @param name  raw JSON; empty for no name
    [[nodiscard]] const mining::Job* find(std::string_view name) const;

    [[nodiscard]] bool hasSent() const { return m_sentJob.has_value(); }
    [[nodiscard]] bool hasSentCurrent() const { return m_sentJob == current().id; }
    /// Whether the current job may go to a miner of this class.
    [[nodiscard]] bool canSend(mining::MinerClass minerClass) const;
    /// Clean is what differs in its tip from the job that was sent last, whatever sets the miner
    /// missed in between; the first job replaces all that it did before.
    [[nodiscard]] mining::CleanJobs cleanness() const;
    void send(mining::CleanJobs clean, std::string& out);

    /// Whether there can be a variant of the current job: the miner has the job, and it holds.
    [[nodiscard]] bool canVary() const { return hasJobs() && hasSentCurrent() && !m_isWithdrawn; }
    /// The current job as other work, for the miner that has it; nullptr where there is no more.
    [[nodiscard]] std::shared_ptr<const mining::Job> nextVariant();

private:
    ServerContext& m_context;
    std::shared_ptr<const mining::JobSet> m_jobs;
    std::optional<util::JobId> m_sentJob; ///< not of a variant
    std::uint32_t m_sentTip = 0;          ///< Job::tipNumber of m_sentJob
    std::uint8_t m_variant = 0;           ///< number of the last one of m_sentJob
    bool m_isWithdrawn = false;
};

} // namespace warp::stratum::v1
