// The routes of this server and what they answer, without a socket: answers come from the pool's
// snapshot, the health that is kept of it, and the store. Lives on the API's executor.
#pragma once

#include "core/api/api_options.h"
#include "core/api/health_tracker.h"
#include "core/api/history_route.h"
#include "core/api/router.h"
#include "core/interfaces/pool_service.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <memory>
#include <string>

namespace warp::api {

class ApiRoutes final
{
public:
    /// All references must outlive it.
    ApiRoutes(util::Executor& executor, interfaces::PoolService& service, const util::Clock& clock,
              ProgramFacts facts);

    void handle(const net::HttpServerRequest& request,
                util::Reply<net::HttpServerResponse> reply) const
    {
        m_router.handle(request, std::move(reply));
    }

    /// Looks at the pool's health; once a second.
    void update();

    [[nodiscard]] const Router& router() const { return m_router; }

private:
    [[nodiscard]] std::vector<Route> table();
    [[nodiscard]] net::HttpServerResponse health(const ApiRequest& request) const;
    [[nodiscard]] net::HttpServerResponse readiness() const;

    const interfaces::PoolService& m_service;
    const util::Clock& m_clock;
    ProgramFacts m_facts;
    HealthTracker m_health;
    HistoryRoute m_history;
    Router m_router;
};

} // namespace warp::api
