#include "core/api/history_route.h"

#include "core/api/overview.h"
#include "core/api/problem.h"
#include "core/util/hashes.h"
#include "core/util/log.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace warp::api {

namespace {

namespace json = boost::json;
using interfaces::BucketSpan;
using interfaces::HistoryBucket;
using interfaces::HistoryQuery;

constexpr int OK = 200;
constexpr int BAD_REQUEST = 400;
constexpr int NOT_AVAILABLE = 503;
constexpr std::size_t MAX_WORKER_BYTES = 256;
constexpr std::int64_t LATEST_SECONDS = 253'402'300'799; // the end of the year 9999
constexpr std::chrono::hours USUAL_RANGE{24};

struct Wanted
{
    HistoryQuery query;
    std::string_view fault; ///< code of a parameter that is wrong; empty for none
};

std::int64_t secondsOf(util::WallTime time)
{
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

bool readTime(std::string_view text, util::WallTime& time)
{
    std::int64_t seconds = -1;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (fault != std::errc() || end != text.data() + text.size() || seconds < 0 ||
        seconds > LATEST_SECONDS) {
        return false;
    }
    time = util::WallTime(std::chrono::seconds(seconds));
    return true;
}

bool readSpan(std::string_view text, BucketSpan& span)
{
    for (const BucketSpan each :
         {BucketSpan::OneMinute, BucketSpan::FifteenMinutes, BucketSpan::Day}) {
        if (text == name(each)) {
            span = each;
            return true;
        }
    }
    return false;
}

/// The code of what is wrong with one parameter; empty for nothing.
std::string_view readParameter(std::string_view key, const std::string& value, HistoryQuery& query)
{
    if (key == "from") {
        return readTime(value, query.from) ? "" : "bad_from";
    }
    if (key == "to") {
        return readTime(value, query.to) ? "" : "bad_to";
    }
    if (key == "resolution") {
        return readSpan(value, query.span) ? "" : "bad_resolution";
    }
    if (key == "worker") {
        query.worker = value;
        return value.empty() || value.size() > MAX_WORKER_BYTES ? "bad_worker" : "";
    }
    return "unknown_parameter";
}

Wanted readQuery(std::string_view text, util::WallTime now)
{
    Wanted wanted;
    wanted.query.limit = HistoryRoute::MAX_BUCKETS + 1; // which tells where the page may end
    wanted.query.to = now;
    const auto parameters = net::parseQuery(text);
    if (!parameters) {
        wanted.fault = "bad_query";
        return wanted;
    }
    bool hasFrom = false;
    for (const auto& [key, value] : *parameters) {
        hasFrom = hasFrom || key == "from";
        wanted.fault = readParameter(key, value, wanted.query);
        if (!wanted.fault.empty()) {
            return wanted;
        }
    }
    if (!hasFrom) {
        wanted.query.from = wanted.query.to - USUAL_RANGE;
    }
    if (wanted.query.from >= wanted.query.to) {
        wanted.fault = "bad_range";
    }
    return wanted;
}

json::object toJson(const HistoryBucket& bucket)
{
    const double seconds = std::chrono::duration<double>(bucket.covered).count();
    json::object object;
    object["start_seconds"] = secondsOf(bucket.start);
    // As text: numbers of JSON are doubles to many readers, and this is 64 bits of chance.
    object["boot"] = std::to_string(bucket.bootId);
    object["covered_seconds"] = bucket.covered.count();
    object["hashrate_hashes_per_second"] =
        seconds > 0 ? bucket.acceptedWork * util::HASHES_PER_DIFFICULTY / seconds : 0.0;
    object["accepted_difficulty"] = bucket.acceptedWork;
    object["accepted"] = bucket.accepted;
    object["rejected"] = bucket.refused + bucket.stale;
    object["stale"] = bucket.stale;
    object["best_difficulty"] = bucket.best.value();
    object["connections"] = bucket.miners;
    return object;
}

/// Cuts to a page that ends between two spans: a span has one bucket for each run of the program,
/// and the next page begins behind the last span. One span with more of them than a page holds is
/// cut all the same.
void cutToPage(interfaces::HistoryReply& history)
{
    auto& buckets = history.buckets;
    if (buckets.size() > HistoryRoute::MAX_BUCKETS) {
        buckets.resize(HistoryRoute::MAX_BUCKETS + 1);
        history.isCut = true;
    }
    if (!history.isCut || buckets.empty()) {
        return;
    }
    const auto lastSpan =
        std::find_if(buckets.begin(), buckets.end(), [&](const HistoryBucket& bucket) {
            return bucket.start == buckets.back().start;
        });
    if (lastSpan != buckets.begin()) {
        buckets.erase(lastSpan, buckets.end());
    } else if (buckets.size() > HistoryRoute::MAX_BUCKETS) {
        buckets.pop_back();
    }
}

net::HttpServerResponse toResponse(const HistoryQuery& query, const interfaces::QueryReply& reply)
{
    if (!reply) {
        const interfaces::RequestError& error = reply.error();
        return problem(NOT_AVAILABLE, error.code.empty() ? name(error.fault) : error.code);
    }
    auto history = std::get<interfaces::HistoryReply>(*reply);
    cutToPage(history);
    json::object answer;
    answer["format"] = API_FORMAT;
    answer["resolution"] = name(history.span);
    answer["resolution_seconds"] = interfaces::lengthOf(history.span).count();
    answer["from_seconds"] = secondsOf(query.from);
    answer["to_seconds"] = secondsOf(query.to);
    answer["worker"] = query.worker.empty()
                           ? json::value()
                           : json::value(util::sanitize(query.worker, MAX_WORKER_BYTES));
    json::array buckets;
    for (const HistoryBucket& bucket : history.buckets) {
        buckets.push_back(toJson(bucket));
    }
    answer["buckets"] = std::move(buckets);
    answer["is_cut"] = history.isCut;
    return {.status = OK,
            .contentType = "application/json",
            .headers = {},
            .body = json::serialize(answer) + "\n"};
}

} // namespace

void HistoryRoute::handle(const ApiRequest& request, util::Reply<net::HttpServerResponse> reply)
{
    const Wanted wanted = readQuery(request.target.query, m_clock.wall().time);
    if (!wanted.fault.empty()) {
        reply(problem(BAD_REQUEST, wanted.fault));
        return;
    }
    if (m_open.size() >= MAX_OPEN) {
        reply(problem(NOT_AVAILABLE, "too_many_queries"));
        return;
    }
    const std::uint64_t id = m_nextId++;
    m_open[id] = m_service.query(wanted.query, m_executor,
                                 [this, id, query = wanted.query,
                                  reply = std::move(reply)](const interfaces::QueryReply& answer) {
                                     const auto ended =
                                         m_open.extract(id); // until the end of its own callback
                                     reply(toResponse(query, answer));
                                 });
}

} // namespace warp::api
