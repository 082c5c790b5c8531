// One block's way to all nodes in parallel, and the verdict that follows from theirs: accepted
// where any node has it, rejected where every node that answers refuses it. The others are tried on
// beyond the verdict, for a while. Owned by the courier; lives on its executor.
#pragma once

#include "core/engine/delivery_leg.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace warp::engine {

/// A node that blocks go to.
struct NodeLink
{
    std::string name; ///< "node" for the primary one, "backup.1", ...
    std::unique_ptr<node::BlockSubmitter> submitter;
};

using NodeLinks = std::vector<NodeLink>;

class BlockDelivery final
{
public:
    enum class Verdict : std::uint8_t {
        None,
        Rejected,
        SideOnly, ///< known to a node, and in the best chain of none
        Accepted,
    };

    /// @param onVerdict  each time that it changes: a later one may be better.
    /// @param onOver     nothing is tried any more; the delivery may be destroyed, later.
    BlockDelivery(util::Executor& executor, const NodeLinks& links,
                  const std::shared_ptr<const node::BlockBytes>& block,
                  const DeliveryOptions& options, DeliveryStart start,
                  std::function<void(Verdict)> onVerdict, std::function<void()> onOver);

    void retryNow();

    [[nodiscard]] Verdict verdict() const { return m_verdict; }
    /// The node's words that matter: of the refusal, or why there is no verdict.
    [[nodiscard]] std::string reason() const;
    [[nodiscard]] std::vector<NodeVerdict> verdicts() const;

private:
    void onLegChanged();
    [[nodiscard]] Verdict judge() const;

    util::Executor& m_executor;
    DeliveryOptions m_options;
    std::function<void(Verdict)> m_onVerdict;
    std::function<void()> m_onOver;
    Verdict m_verdict = Verdict::None;
    util::TimerHandle m_limit;
    std::vector<std::unique_ptr<DeliveryLeg>> m_legs;
};

} // namespace warp::engine
