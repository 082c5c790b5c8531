// ViewList<View>: the list of views of a table, made anew only where something has changed. A
// table's entry has `view` with a `hashrate`, `isChanged` and `published`. Owned by a table.
#pragma once

#include "core/interfaces/shared_list.h"
#include "core/mining/rate_posterior.h"

#include <cstddef>
#include <memory>
#include <utility>

namespace warp::engine {

template <class View>
class ViewList final
{
public:
    /// Rates of miners that are silent change with time alone: each is computed anew once in so
    /// many calls of refresh().
    static constexpr std::size_t RATE_STEPS = 10;

    /// An entry was added or has gone.
    void onEntriesChanged() { m_isStale = true; }

    /// @param entries  a map
    /// @param rateOf  the mining::RateEstimate of an entry
    template <class Entries, class RateFn>
    [[nodiscard]] const interfaces::SharedList<View>& refresh(Entries& entries,
                                                              const RateFn& rateOf)
    {
        m_step = (m_step + 1) % RATE_STEPS;
        std::size_t index = 0;
        for (auto& [key, entry] : entries) {
            const bool isRateDue =
                index++ % RATE_STEPS == m_step && entry.view.hashrateHigh.value() > 0;
            if (!entry.isChanged && !isRateDue) {
                continue;
            }
            const mining::RateEstimate estimate = rateOf(entry);
            if (!entry.isChanged && estimate.rate == entry.view.hashrate &&
                estimate.high == entry.view.hashrateHigh) {
                continue;
            }
            entry.view.hashrate = estimate.rate;
            entry.view.hashrateLow = estimate.low;
            entry.view.hashrateHigh = estimate.high;
            entry.isChanged = false;
            entry.published = std::make_shared<const View>(entry.view);
            m_isStale = true;
        }
        if (std::exchange(m_isStale, false)) {
            typename interfaces::SharedList<View>::Items items;
            items.reserve(entries.size());
            for (const auto& [key, entry] : entries) {
                items.push_back(entry.published);
            }
            m_list = interfaces::SharedList<View>(std::move(items));
        }
        return m_list;
    }

private:
    interfaces::SharedList<View> m_list;
    bool m_isStale = false;
    std::size_t m_step = 0;
};

} // namespace warp::engine
