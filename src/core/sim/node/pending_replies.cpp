#include "core/sim/node/pending_replies.h"

#include <utility>

namespace warp::sim {

PendingReplies::PendingReplies(util::Executor& executor)
    : m_executor(executor)
{}

PendingReplies::Id PendingReplies::hold(util::Reply<net::HttpResponse> reply)
{
    if (m_replies.size() >= MAX_PENDING) {
        answer(m_replies.begin()->first,
               {.status = CONNECTION_LOST, .body = {}, .contentType = {}});
    }
    const Id id = m_nextId++;
    m_replies.emplace(id, std::move(reply));
    return id;
}

void PendingReplies::answer(Id id, net::HttpResponse response)
{
    const auto found = m_replies.find(id);
    if (found == m_replies.end()) {
        return;
    }
    m_executor.post([reply = std::move(found->second), response = std::move(response)]() mutable {
        reply(std::move(response));
    });
    m_replies.erase(found);
}

void PendingReplies::loseAll()
{
    while (!m_replies.empty()) {
        answer(m_replies.begin()->first,
               {.status = CONNECTION_LOST, .body = {}, .contentType = {}});
    }
}

} // namespace warp::sim
