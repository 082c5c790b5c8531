// Gives events their number, time and cause, and keeps the last of them. Owned
// by Statistics, lives on its executor.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/interfaces/pool_event.h"
#include "core/interfaces/query.h"
#include "core/util/clock.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace warp::engine {

class EventJournal final
{
public:
    static constexpr std::size_t MAX_EVENTS = 1000;

    /// @param publish receives each event as it was completed
    EventJournal(const util::Clock& clock, interfaces::EventFn publish);

    /// Sets id, cause and time.
    void record(interfaces::PoolEvent event);

    /// Those that are kept. Where some between `after` and the first one here
    /// have fallen out, the ids show it: they are without gaps.
    [[nodiscard]] interfaces::EventsReply find(const interfaces::EventsQuery& query) const;

private:
    [[nodiscard]] std::uint64_t causeOf(const interfaces::PoolEvent& event);
    [[nodiscard]] std::uint64_t causeOfState(const interfaces::PoolEvent& event);

    const util::Clock& m_clock;
    interfaces::EventFn m_publish;
    std::uint64_t m_nextId = 1;
    std::deque<interfaces::PoolEvent> m_events;        ///< oldest first
    std::map<std::string, std::uint64_t> m_raised;     ///< by code: the event of an open issue
    std::set<std::uint64_t> m_stopping;                ///< those of m_raised that can stop work
    std::optional<std::uint64_t> m_noWork;             ///< cause of the NoWork that lasts
    std::map<bitcoin::Hash256, std::uint64_t> m_found; ///< the event that told of a block
    std::deque<bitcoin::Hash256> m_foundOrder;         ///< keys of m_found, oldest first
};

} // namespace warp::engine
