// One block's way to one node: sent at once, sent again until the node has it or refuses it. What
// hangs is sent again on a fresh connection as soon as the node is heard, and after any failure the
// node is asked whether it has the block. Owned by BlockDelivery; lives on the courier's executor.
#pragma once

#include "core/engine/spooled_block.h"
#include "core/node/node_interfaces.h"
#include "core/util/executor.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace warp::engine {

struct DeliveryOptions
{
    util::Duration submitTimeout{std::chrono::seconds(30)};
    util::Duration retryDelay{std::chrono::milliseconds(500)};
    util::Duration retryDelayMax{std::chrono::seconds(5)}; ///< the delay doubles up to this
    /// A node that has not answered for so long is asked whether it is alive and has the block.
    util::Duration hedgeDelay{std::chrono::seconds(5)};
    util::Duration questionTimeout{std::chrono::seconds(5)};
    /// So long after the verdict, nodes that have not got the block are tried no more.
    util::Duration backgroundLimit{std::chrono::minutes(10)};
};

/// A block's bytes are sent at once, or only to a node that says that it has not got it.
enum class DeliveryStart : std::uint8_t { Submit, AskFirst };

class DeliveryLeg final
{
public:
    enum class Standing : std::uint8_t {
        Trying,   ///< nothing heard yet
        Silent,   ///< tried at least once; goes on
        HasIt,    ///< in its best chain, or as good as
        SideOnly, ///< has it outside of its best chain
        Refuses,
    };

    /// @param onChange  after each change of standing; may not destroy the leg.
    DeliveryLeg(util::Executor& executor, node::BlockSubmitter& submitter, std::string nodeName,
                std::shared_ptr<const node::BlockBytes> block, const DeliveryOptions& options,
                DeliveryStart start, std::function<void()> onChange);

    /// At once instead of after the delay.
    void retryNow();

    [[nodiscard]] Standing standing() const { return m_standing; }
    [[nodiscard]] bool isSettled() const { return m_standing >= Standing::HasIt; }
    /// As last heard.
    [[nodiscard]] const NodeVerdict& verdict() const { return m_verdict; }

private:
    void submit();
    void onOutcome(const node::SubmitOutcome& outcome);
    void ask();
    void onLocation(const node::BlockLocation& location);
    void retryLater();
    void watchForSilence();
    /// What the block's bytes take over a slow line.
    [[nodiscard]] util::Duration transferTime() const;
    [[nodiscard]] util::Duration submitTimeout() const;
    void setStanding(Standing standing);

    util::Executor& m_executor;
    node::BlockSubmitter& m_submitter;
    std::shared_ptr<const node::BlockBytes> m_block;
    const DeliveryOptions& m_options;
    std::function<void()> m_onChange;
    Standing m_standing = Standing::Trying;
    NodeVerdict m_verdict;
    std::uint32_t m_attempts = 0;
    std::uint32_t m_hedges = 0;   ///< submissions beside one that hangs, since the last answer
    std::uint32_t m_underWay = 0; ///< submissions without an answer
    bool m_isInconclusive = false;
    std::array<util::RequestHandle, 2> m_submissions; ///< the older one may still be answered
    util::RequestHandle m_question;
    util::TimerHandle m_retryTimer;
    util::TimerHandle m_hedgeTimer;
};

} // namespace warp::engine
