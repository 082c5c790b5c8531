#include "core/engine/rate_recall.h"

#include <algorithm>

namespace warp::engine {

std::optional<mining::KnownRate> RateRecall::recall(std::string_view worker,
                                                    mining::MinerClass minerClass) const
{
    const auto directory = m_directory();
    const auto* const known = directory->find(worker, mining::traits(minerClass).name);
    if (known == nullptr || !(known->rate.value() > 0)) {
        return std::nullopt;
    }
    // The wall clock may have been set back since.
    const auto age = m_clock.wall().time - known->notedAt;
    return mining::KnownRate{.rate = known->rate,
                             .age = std::max<util::Duration>(age, util::Duration::zero())};
}

} // namespace warp::engine
