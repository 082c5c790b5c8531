// The HTTP server of API, health and metrics: opens its listener, again and again where that fails,
// and hands requests to the routes. Owned by the composition root, lives on the "api" executor. It
// sees the pool as PoolService alone.
#pragma once

#include "core/api/api_options.h"
#include "core/api/api_routes.h"
#include "core/interfaces/pool_service.h"
#include "core/net/http_server.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace warp::api {

/// Told when the listener cannot be opened, and when it can again; on the API's executor.
struct ApiIssues
{
    std::function<void(const std::string& code, const std::string& detail)> raise;
    std::function<void(const std::string& code)> clear;
};

class ApiServer final
{
public:
    static constexpr std::chrono::seconds RETRY_DELAY{5};

    /// On `executor`. All references must outlive it.
    ApiServer(util::Executor& executor, const util::Clock& clock, interfaces::PoolService& service,
              ApiOptions options, ApiIssues issues);

    /// Where it listens; nullptr where it does not.
    [[nodiscard]] const net::Endpoint* local() const;

private:
    static constexpr std::chrono::seconds HEALTH_INTERVAL{1};

    void open();
    void scheduleUpdate();
    void reportOpen();
    [[nodiscard]] net::HttpServerOptions serverOptions() const;

    util::Executor& m_executor;
    ApiOptions m_options;
    ApiIssues m_issues;
    ApiRoutes m_routes;
    std::string m_issue; ///< that is raised; empty for none
    std::unique_ptr<net::HttpServer> m_server;
    util::TimerHandle m_retry;
    util::TimerHandle m_update;
};

} // namespace warp::api
