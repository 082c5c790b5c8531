#include "tools/cli/history_text.h"

#include "core/util/hashes.h"
#include "tools/cli/console.h"
#include "tools/cli/json_reading.h"
#include "tools/cli/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace warp::cli {

namespace {

namespace json = boost::json;

struct Bucket
{
    std::int64_t start = 0;
    std::string boot;
    std::int64_t covered = 0;
    double hashrate = 0;
    double work = 0;
    std::int64_t accepted = 0;
    std::int64_t rejected = 0;
    std::int64_t stale = 0;
    double best = 0;
    std::int64_t connections = 0;
    bool isAnew = false; ///< the program was started within it
};

/// A number of 64 bits as text, or "?": it goes into a file that other programs read.
std::string bootText(const json::object& bucket)
{
    std::string boot = text(bucket, {"boot"});
    return boot.find_first_not_of("0123456789") == std::string::npos ? boot : "?";
}

std::vector<Bucket> bucketsOf(const json::object& history)
{
    std::vector<Bucket> buckets;
    for (const json::value& each : list(history, {"buckets"})) {
        const json::object* const bucket = each.if_object();
        if (bucket == nullptr) {
            continue;
        }
        buckets.push_back({.start = whole(*bucket, {"start_seconds"}),
                           .boot = bootText(*bucket),
                           .covered = whole(*bucket, {"covered_seconds"}),
                           .hashrate = number(*bucket, {"hashrate_hashes_per_second"}),
                           .work = number(*bucket, {"accepted_difficulty"}),
                           .accepted = whole(*bucket, {"accepted"}),
                           .rejected = whole(*bucket, {"rejected"}),
                           .stale = whole(*bucket, {"stale"}),
                           .best = number(*bucket, {"best_difficulty"}),
                           .connections = whole(*bucket, {"connections"})});
    }
    return buckets;
}

std::int64_t sum(std::int64_t left, std::int64_t right)
{
    std::int64_t result = 0;
    return __builtin_add_overflow(left, right, &result) ? left : result;
}

/// One row a span: the runs of the program within it together.
std::vector<Bucket> rowsOf(const std::vector<Bucket>& buckets)
{
    std::vector<Bucket> rows;
    std::string boot = buckets.empty() ? std::string() : buckets.front().boot;
    for (const Bucket& bucket : buckets) {
        const bool isAnew = bucket.boot != boot;
        boot = bucket.boot;
        if (rows.empty() || rows.back().start != bucket.start) {
            rows.push_back(bucket);
            rows.back().isAnew = isAnew;
            continue;
        }
        Bucket& row = rows.back();
        row.covered = sum(row.covered, bucket.covered);
        row.work += bucket.work;
        row.hashrate = row.covered > 0 ? row.work * util::HASHES_PER_DIFFICULTY /
                                             static_cast<double>(row.covered)
                                       : 0;
        row.accepted = sum(row.accepted, bucket.accepted);
        row.rejected = sum(row.rejected, bucket.rejected);
        row.best = std::max(row.best, bucket.best);
        row.isAnew = row.isAnew || isAnew;
    }
    return rows;
}

/// "2023-11-14 22:13" of Unix seconds.
std::string minuteText(std::int64_t seconds)
{
    constexpr std::size_t LENGTH = 16;
    return timeText(seconds).substr(0, LENGTH);
}

std::string headline(const json::object& history)
{
    const json::value* const worker = find(history, {"worker"});
    const bool isOfWorker = worker != nullptr && worker->is_string();
    return fmt::format("{}, {} to {}\n", isOfWorker ? text(history, {"worker"}) : "The whole pool",
                       timeText(whole(history, {"from_seconds"})),
                       timeText(whole(history, {"to_seconds"})));
}

} // namespace

std::string historyTable(const json::object& history)
{
    const std::vector<Bucket> rows = rowsOf(bucketsOf(history));
    std::string out = headline(history);
    if (rows.empty()) {
        return out + "Nothing is known of this time.\n";
    }
    out += fmt::format("\n{:<16}  {:>11}  {:>10}  {:>9}  {:>10}\n", "time (UTC)", "hashrate",
                       "accepted", "rejected", "best share");
    Bucket total;
    bool hasBreak = false;
    for (const Bucket& row : rows) {
        out += fmt::format("{:<16}{:1} {:>11}  {:>10}  {:>9}  {:>10.4g}\n", minuteText(row.start),
                           row.isAnew ? "*" : "", hashrateText(row.hashrate), row.accepted,
                           row.rejected, row.best);
        total.covered = sum(total.covered, row.covered);
        total.work += row.work;
        total.accepted = sum(total.accepted, row.accepted);
        total.rejected = sum(total.rejected, row.rejected);
        total.best = std::max(total.best, row.best);
        hasBreak = hasBreak || row.isAnew;
    }
    const double mean = total.covered > 0 ? total.work * util::HASHES_PER_DIFFICULTY /
                                                static_cast<double>(total.covered)
                                          : 0;
    out += fmt::format("{:<16}  {:>11}  {:>10}  {:>9}  {:>10.4g}\n", "together", hashrateText(mean),
                       total.accepted, total.rejected, total.best);
    out += hasBreak ? "* the pool was started anew\n" : "";
    return out;
}

std::string historyCsv(const json::object& history)
{
    std::string out = "start_seconds,start_utc,boot,covered_seconds,hashrate_hashes_per_second,"
                      "accepted_difficulty,accepted,rejected,stale,best_difficulty,connections\n";
    for (const Bucket& bucket : bucketsOf(history)) {
        out +=
            fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", bucket.start, timeText(bucket.start),
                        bucket.boot, bucket.covered, bucket.hashrate, bucket.work, bucket.accepted,
                        bucket.rejected, bucket.stale, bucket.best, bucket.connections);
    }
    return out;
}

} // namespace warp::cli
