#include "core/engine/event_journal.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

namespace warp::engine {

using interfaces::EventKind;
using interfaces::PoolEvent;

namespace {

/// Blocks whose first event is remembered; a block is confirmed after a day.
constexpr std::size_t MAX_BLOCKS = 1000;

constexpr std::array<std::string_view, 6> WORK_ISSUES{"node_",  "payout_",   "job_",
                                                      "audit_", "coinbase_", "block_proposal_"};

/// What keeps the pool from having work. A code with a name behind it is of a node beside.
bool canStopWork(std::string_view code)
{
    return code != "node_on_backup" && code.find(':') == std::string_view::npos &&
           std::ranges::any_of(WORK_ISSUES,
                               [&](std::string_view prefix) { return code.starts_with(prefix); });
}

} // namespace

EventJournal::EventJournal(const util::Clock& clock, interfaces::EventFn publish)
    : m_clock(clock)
    , m_publish(std::move(publish))
{}

void EventJournal::record(PoolEvent event)
{
    event.id = m_nextId++;
    event.at = m_clock.wall().time;
    event.cause = causeOf(event);
    m_events.push_back(event);
    if (m_events.size() > MAX_EVENTS) {
        m_events.pop_front();
    }
    m_publish(event);
}

std::uint64_t EventJournal::causeOf(const PoolEvent& event)
{
    const auto of = [&event](const auto& causes, const auto& key) {
        const auto known = causes.find(key);
        return known == causes.end() ? event.id : known->second;
    };
    switch (event.kind) {
    case EventKind::IssueRaised:
        m_stopping.erase(std::exchange(m_raised[event.issue.code], event.id));
        if (canStopWork(event.issue.code)) {
            m_stopping.insert(event.id);
        }
        return event.id;
    case EventKind::IssueCleared: {
        const std::uint64_t cause = of(m_raised, event.issue.code);
        m_raised.erase(event.issue.code);
        m_stopping.erase(cause);
        return cause;
    }
    case EventKind::BlockAtRisk:
        return of(m_raised, event.issue.code);
    case EventKind::BlockFound:
        if (m_found.insert_or_assign(event.block.hash, event.id).second) {
            m_foundOrder.push_back(event.block.hash);
        }
        if (m_foundOrder.size() > MAX_BLOCKS) {
            m_found.erase(m_foundOrder.front());
            m_foundOrder.pop_front();
        }
        return event.id;
    case EventKind::BlockOrphaned:
    case EventKind::BlockConfirmed:
        return of(m_found, event.block.hash);
    case EventKind::StateChanged:
        return causeOfState(event);
    case EventKind::BlockRejected:
    case EventKind::TipChanged:
        break;
    }
    return event.id;
}

std::uint64_t EventJournal::causeOfState(const PoolEvent& event)
{
    if (event.state == interfaces::EngineState::NoWork) {
        m_noWork = m_stopping.empty() ? event.id : *m_stopping.rbegin();
        return *m_noWork;
    }
    return std::exchange(m_noWork, std::nullopt).value_or(event.id);
}

interfaces::EventsReply EventJournal::find(const interfaces::EventsQuery& query) const
{
    const auto first = std::ranges::upper_bound(m_events, query.after, {}, &PoolEvent::id);
    const auto count = std::min<std::ptrdiff_t>(std::distance(first, m_events.end()), query.limit);
    return {.events = {first, std::next(first, count)}};
}

} // namespace warp::engine
