#include "core/engine/block_delivery.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

using Standing = DeliveryLeg::Standing;

BlockDelivery::BlockDelivery(util::Executor& executor, const NodeLinks& links,
                             const std::shared_ptr<const node::BlockBytes>& block,
                             const DeliveryOptions& options, DeliveryStart start,
                             std::function<void(Verdict)> onVerdict, std::function<void()> onOver)
    : m_executor(executor)
    , m_options(options)
    , m_onVerdict(std::move(onVerdict))
    , m_onOver(std::move(onOver))
{
    for (const NodeLink& link : links) {
        m_legs.push_back(std::make_unique<DeliveryLeg>(m_executor, *link.submitter, link.name,
                                                       block, m_options, start,
                                                       [this] { onLegChanged(); }));
    }
}

void BlockDelivery::retryNow()
{
    for (const auto& leg : m_legs) {
        leg->retryNow();
    }
}

BlockDelivery::Verdict BlockDelivery::judge() const
{
    const auto any = [this](Standing standing) {
        return std::any_of(m_legs.begin(), m_legs.end(),
                           [&](const auto& leg) { return leg->standing() == standing; });
    };
    if (any(Standing::HasIt)) {
        return Verdict::Accepted;
    }
    if (any(Standing::SideOnly)) {
        return Verdict::SideOnly;
    }
    // A node that has not been heard yet may still take it.
    return any(Standing::Refuses) && !any(Standing::Trying) ? Verdict::Rejected : Verdict::None;
}

void BlockDelivery::onLegChanged()
{
    const bool isOver =
        std::all_of(m_legs.begin(), m_legs.end(), [](const auto& leg) { return leg->isSettled(); });
    const Verdict verdict = judge();
    const bool isNews = verdict != m_verdict;
    m_verdict = verdict;
    if (isNews && verdict != Verdict::None && !m_limit) {
        m_limit = m_executor.after(m_options.backgroundLimit, [this] { m_onOver(); });
    }
    if (isOver) {
        m_limit = m_executor.after(util::Duration::zero(), [this] { m_onOver(); });
    }
    if (isNews) {
        m_onVerdict(verdict);
    }
}

std::string BlockDelivery::reason() const
{
    const Standing wanted = m_verdict == Verdict::Accepted ? Standing::HasIt : Standing::Refuses;
    for (const auto& leg : m_legs) {
        if (leg->standing() == wanted) {
            return leg->verdict().reason;
        }
    }
    for (const auto& leg : m_legs) {
        if (!leg->verdict().reason.empty()) {
            return leg->verdict().reason;
        }
    }
    return {};
}

std::vector<NodeVerdict> BlockDelivery::verdicts() const
{
    std::vector<NodeVerdict> verdicts;
    for (const auto& leg : m_legs) {
        verdicts.push_back(leg->verdict());
    }
    return verdicts;
}

} // namespace warp::engine
