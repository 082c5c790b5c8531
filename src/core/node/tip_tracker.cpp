#include "core/node/tip_tracker.h"

#include <algorithm>

namespace warp::node {

namespace {

// Answers are late by seconds, so that more tips than these never pass meanwhile.
constexpr std::size_t MAX_FORMER_TIPS = 16;

} // namespace

TipOffer TipTracker::offer(const Tip& tip, std::uint64_t askedAt)
{
    if (m_current) {
        if (m_current->hash == tip.hash) {
            if (m_current->chainwork.isZero()) {
                m_current->chainwork = tip.chainwork;
            }
            return TipOffer::Same;
        }
        const bool wasTip = std::ranges::find(m_former, tip.hash) != m_former.end();
        if (askedAt != m_generation && (wasTip || tip.height < m_current->height)) {
            return TipOffer::Doubtful;
        }
        m_former.push_back(m_current->hash);
        if (m_former.size() > MAX_FORMER_TIPS) {
            m_former.pop_front();
        }
    }
    m_current = tip;
    ++m_generation;
    return TipOffer::Adopted;
}

} // namespace warp::node
