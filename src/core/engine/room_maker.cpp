#include "core/engine/room_maker.h"

#include <algorithm>
#include <map>
#include <queue>
#include <utility>

namespace warp::engine {

namespace {

/// A peer's candidates, the oldest last.
struct Group
{
    std::vector<RoomMaker::Candidate> candidates;
    std::size_t surplus = 0;
};

bool goesLater(const Group* a, const Group* b)
{
    if (a->surplus != b->surplus) {
        return a->surplus < b->surplus;
    }
    return a->candidates.back().since > b->candidates.back().since;
}

} // namespace

void RoomMaker::look(util::BootTime now)
{
    m_lookedAt = now;
    m_found.clear();
    std::map<std::string, Group> groups;
    for (Candidate& candidate : m_look()) {
        if (candidate.surplus > 0 && now - candidate.since >= MIN_AGE) {
            Group& group = groups[candidate.peer];
            group.surplus = candidate.surplus;
            group.candidates.push_back(std::move(candidate));
        }
    }
    std::priority_queue<Group*, std::vector<Group*>, decltype(&goesLater)> order(&goesLater);
    for (auto& [peer, group] : groups) {
        std::ranges::sort(group.candidates, std::greater(), &Candidate::since);
        order.push(&group);
    }
    while (!order.empty() && m_found.size() < MAX_FOUND) {
        Group* const first = order.top();
        order.pop();
        m_found.push_back(std::move(first->candidates.back()));
        first->candidates.pop_back();
        --first->surplus;
        if (first->surplus > 0 && !first->candidates.empty()) {
            order.push(first);
        }
    }
    std::ranges::reverse(m_found);
}

std::optional<std::uint64_t> RoomMaker::next(const ListenerState* listener, util::BootTime now)
{
    if (!m_lookedAt || now - *m_lookedAt >= LOOK_INTERVAL) {
        look(now);
    }
    const auto found =
        std::find_if(m_found.rbegin(), m_found.rend(), [&](const Candidate& candidate) {
            return listener == nullptr || candidate.listener == listener;
        });
    if (found == m_found.rend()) {
        return std::nullopt;
    }
    const std::uint64_t id = found->id;
    m_found.erase(std::next(found).base());
    return id;
}

} // namespace warp::engine
