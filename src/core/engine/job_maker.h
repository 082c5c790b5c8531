// Turns templates into jobs and keeps those that are live: payout, numbers, interned texts. Owned
// by WorkMaster, lives on its executor.
#pragma once

#include "core/mining/job_book.h"
#include "core/mining/job_factory.h"
#include "core/mining/payout_policy.h"
#include "core/mining/transaction_texts.h"
#include "core/node/node_types.h"
#include "core/util/clock.h"
#include "core/util/random.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace warp::engine {

class JobMaker final
{
public:
    /// @param byteBudget see mining::JobBook
    JobMaker(util::Random& random, std::string tag, std::size_t byteBudget);

    /// Who is paid from the next job on; nullptr while nobody can be.
    void setPayout(std::shared_ptr<const mining::PayoutPolicy> policy);
    /// Of the next jobs.
    void setTag(std::string tag) { m_factory.setTag(std::move(tag)); }
    /// The next job replaces all before it, as one of a new tip would: whoever still works on them
    /// is told to stop.
    void startAfresh() { m_isAfresh = true; }
    [[nodiscard]] bool canPay() const { return m_factory.hasPayout(); }

    /// A job that is not yet among the live ones. Only while canPay().
    /// @param chain  what the node last said of itself
    [[nodiscard]] util::Result<std::shared_ptr<const mining::Job>, mining::JobError>
    make(const std::shared_ptr<const mining::BlockTemplate>& source, const node::ChainInfo& chain,
         util::BootTime now);
    /// Puts it in front of the live ones.
    [[nodiscard]] std::shared_ptr<const mining::JobSet> add(std::shared_ptr<const mining::Job> job,
                                                            util::BootTime now);
    /// The newest live one; nullptr before the first.
    [[nodiscard]] const std::shared_ptr<const mining::Job>& newest() const { return m_newest; }

private:
    std::uint32_t m_tipNumber = 0;
    bool m_isAfresh = false;
    mining::JobFactory m_factory;
    mining::TransactionTexts m_texts;
    mining::JobBook m_book;
    std::shared_ptr<const mining::Job> m_newest;
};

} // namespace warp::engine
