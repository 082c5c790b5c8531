// PendingReplies: HTTP requests that have no answer yet. Each is answered at most once, and all can
// be lost at one stroke when the simulated node goes down.
// Owned by a SimulatedNode; lives on its executor.
#pragma once

#include "core/net/http.h"
#include "core/util/executor.h"

#include <cstddef>
#include <cstdint>
#include <map>

namespace warp::sim {

/// Status of an answer that is none: the connection ends without one.
inline constexpr int CONNECTION_LOST = 0;

class PendingReplies final
{
public:
    using Id = std::uint64_t;

    /// Past this many the oldest is lost.
    static constexpr std::size_t MAX_PENDING = 1'000;

    explicit PendingReplies(util::Executor& executor);

    [[nodiscard]] Id hold(util::Reply<net::HttpResponse> reply);
    /// The reply runs later, as a task of its own. Without effect where it was lost.
    void answer(Id id, net::HttpResponse response);
    /// Every held reply gets the status CONNECTION_LOST.
    void loseAll();

private:
    util::Executor& m_executor;
    std::map<Id, util::Reply<net::HttpResponse>> m_replies;
    Id m_nextId = 0;
};

} // namespace warp::sim
