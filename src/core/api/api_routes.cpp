#include "core/api/api_routes.h"

#include "core/api/metrics.h"
#include "core/api/overview.h"
#include "core/api/problem.h"
#include "core/api/profile_values.h"

#include <utility>

namespace warp::api {

namespace {

constexpr int OK = 200;
constexpr int NOT_FOUND = 404;
constexpr int NOT_READY = 503;

net::HttpServerResponse jsonResponse(int status, std::string body)
{
    return {.status = status,
            .contentType = "application/json",
            .headers = {},
            .body = std::move(body)};
}

} // namespace

ApiRoutes::ApiRoutes(util::Executor& executor, interfaces::PoolService& service,
                     const util::Clock& clock, ProgramFacts facts)
    : m_service(service)
    , m_clock(clock)
    , m_facts(std::move(facts))
    , m_history(executor, service, clock)
    , m_router(table())
{
    update();
}

void ApiRoutes::update()
{
    m_health.update(*m_service.snapshot(), m_clock.wall().time);
}

std::vector<Route> ApiRoutes::table()
{
    const auto reply = [](auto make) -> Handler {
        return [make](const ApiRequest& request, const util::Reply<net::HttpServerResponse>& done) {
            done(make(request));
        };
    };
    return {
        {.method = "GET",
         .pattern = "/healthz",
         .access = Access::Anywhere,
         .handler = reply([this](const ApiRequest& request) { return health(request); })},
        {.method = "GET",
         .pattern = "/readyz",
         .access = Access::Anywhere,
         .handler = reply([this](const ApiRequest&) { return readiness(); })},
        {.method = "GET",
         .pattern = "/metrics",
         .access = Access::Anywhere,
         .handler = reply([this](const ApiRequest&) {
             return net::HttpServerResponse{
                 .status = OK,
                 .contentType = METRICS_CONTENT_TYPE,
                 .headers = {},
                 .body = metricsText(*m_service.snapshot(), m_health, m_facts)};
         })},
        {.method = "GET",
         .pattern = "/api/overview",
         .handler = reply([this](const ApiRequest&) {
             return jsonResponse(OK, overviewJson(*m_service.snapshot(), m_health, m_facts));
         })},
        {.method = "GET",
         .pattern = "/api/profile",
         .handler = reply([this](const ApiRequest&) {
             return m_facts.settings == nullptr ? problem(NOT_FOUND, "not_found")
                                                : jsonResponse(OK, profileJson(*m_facts.settings));
         })},
        {.method = "GET",
         .pattern = "/api/history",
         .handler =
             [this](const ApiRequest& request, const util::Reply<net::HttpServerResponse>& done) {
                 m_history.handle(request, done);
             }},
        {.method = "GET", .pattern = "/api/version", .handler = reply([this](const ApiRequest&) {
                                                         return jsonResponse(OK,
                                                                             versionJson(m_facts));
                                                     })},
    };
}

net::HttpServerResponse ApiRoutes::health(const ApiRequest& request) const
{
    const Details details = request.http.isFromThisMachine() ? Details::Shown : Details::Hidden;
    const int status = m_health.state() == HealthState::Failed ? NOT_READY : OK;
    return jsonResponse(status, healthJson(m_health, details));
}

net::HttpServerResponse ApiRoutes::readiness() const
{
    const std::string_view reason = unreadiness(*m_service.snapshot());
    if (!reason.empty()) {
        return problem(NOT_READY, reason);
    }
    return jsonResponse(OK, "{\"ready\":true}\n");
}

} // namespace warp::api
