// GET /api/history: what was mined within a span of time, as buckets. Asks the pool's store, whose
// answer comes later. Owned by ApiRoutes, lives on the API's executor.
#pragma once

#include "core/api/router.h"
#include "core/interfaces/history.h"
#include "core/interfaces/pool_service.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <cstddef>
#include <cstdint>
#include <map>

namespace warp::api {

class HistoryRoute final
{
public:
    /// Buckets of one answer, which is then some 1.5 MB long; "is_cut" says that there are more.
    static constexpr std::uint32_t MAX_BUCKETS = 5'000;
    /// Questions that the store has not answered yet; beyond: 503.
    static constexpr std::size_t MAX_OPEN = 16;

    /// All references must outlive it.
    HistoryRoute(util::Executor& executor, interfaces::PoolService& service,
                 const util::Clock& clock)
        : m_executor(executor)
        , m_service(service)
        , m_clock(clock)
    {}

    /// Answers 400 where a parameter is unknown or wrong, 503 where the store cannot answer.
    void handle(const ApiRequest& request, util::Reply<net::HttpServerResponse> reply);

private:
    util::Executor& m_executor;
    interfaces::PoolService& m_service;
    const util::Clock& m_clock;
    std::uint64_t m_nextId = 1;
    std::map<std::uint64_t, util::RequestHandle> m_open;
};

} // namespace warp::api
