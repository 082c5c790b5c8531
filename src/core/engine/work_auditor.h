// Audits each job before it is served, from the very messages that miners are sent by either
// protocol, and says what was found in the snapshot. Owned by the work executor.
#pragma once

#include "core/bitcoin/network.h"
#include "core/engine/hosted.h"
#include "core/engine/statistics.h"
#include "core/mining/job.h"
#include "core/mining/job_audit.h"
#include "core/mining/payout_policy.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warp::engine {

/// A job as a miner would read it from its line mining.notify; nothing where it could not.
[[nodiscard]] std::optional<mining::SentWork> sentWork(const mining::Job& job);

/// A job as a miner would read it from its messages NewExtendedMiningJob and SetNewPrevHash;
/// nothing where it could not.
[[nodiscard]] std::optional<mining::SentWork> sentV2Work(const mining::Job& job);

/// A division of a block's value, for people.
[[nodiscard]] std::vector<interfaces::PayoutPartView> toView(const mining::PayoutSplit& split,
                                                             bitcoin::Network network);

class WorkAuditor final
{
public:
    static constexpr auto ISSUE = "work_audit_failed";

    /// @param tag as configured
    WorkAuditor(Hosted<Statistics>& statistics, std::string tag);

    /// Of the jobs from here on.
    void setTag(std::string tag) { m_tag = std::move(tag); }
    /// What is promised from here on.
    void setPromise(std::shared_ptr<const mining::PayoutPolicy> policy, bitcoin::Network network);

    /// The coinbase and the header: some microseconds. False, and the issue is raised, where the
    /// job must not be served.
    [[nodiscard]] bool isGood(const mining::Job& job);
    /// The branch, against all transactions: up to some milliseconds.
    [[nodiscard]] bool isBranchGood(const mining::Job& job);

private:
    void report(const mining::Job& job, const mining::WorkAudit& audit);

    Hosted<Statistics>& m_statistics;
    std::string m_tag;
    std::shared_ptr<const mining::PayoutPolicy> m_policy;
    bitcoin::Network m_network = bitcoin::Network::Main;
    std::optional<util::JobId> m_reportedJob; ///< of many keys' coinbases one a job is shown
    std::uint64_t m_audited = 0;
    std::uint64_t m_refused = 0;
    bool m_isRed = false;
};

} // namespace warp::engine
