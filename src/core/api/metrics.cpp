#include "core/api/metrics.h"

#include "core/api/metric_list.h"
#include "core/util/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <string_view>
#include <vector>

namespace warp::api {

namespace {

using interfaces::EngineState;
using interfaces::NodeView;
using interfaces::PoolSnapshot;

constexpr auto BRAND = "WarpPool";

template <class Number>
double toDouble(Number number)
{
    return static_cast<double>(number);
}

double secondsOf(util::WallTime time)
{
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

double secondsOf(std::chrono::nanoseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

double flag(bool value)
{
    return value ? 1 : 0;
}

/// As the nodes stand in the configuration; never their hosts.
std::string nodeLabel(std::size_t index)
{
    return index == 0 ? "primary" : fmt::format("backup_{}", index);
}

const NodeView* activeNode(const PoolSnapshot& snapshot)
{
    const auto found = std::find_if(snapshot.nodes.begin(), snapshot.nodes.end(),
                                    [](const NodeView& node) { return node.isActive; });
    if (found != snapshot.nodes.end()) {
        return &*found;
    }
    return snapshot.nodes.empty() ? nullptr : snapshot.nodes.data();
}

void addProgram(MetricList& list, const PoolSnapshot& snapshot, const HealthTracker& health,
                const ProgramFacts& facts)
{
    const std::string chain =
        snapshot.network ? std::string(chainName(*snapshot.network)) : "unknown";
    list.gauge("build_info", "The program and what it runs as; always 1.",
               std::vector{MetricSample{.labels = {{"brand", BRAND},
                                                   {"version", facts.version},
                                                   {"profile", facts.profile},
                                                   {"chain", chain}},
                                        .value = 1}});
    list.gauge("started_at_seconds", "When the program started, since 1970 UTC.",
               secondsOf(facts.startedAt));
    std::vector<MetricSample> states;
    for (const EngineState state :
         {EngineState::NeedsSetup, EngineState::Starting, EngineState::Running, EngineState::NoWork,
          EngineState::Stopping, EngineState::Failed}) {
        states.push_back({.labels = {{"state", std::string(name(state))}},
                          .value = flag(snapshot.state == state)});
    }
    list.gauge("state", "1 for the state that the pool is in.", states);
    list.gauge("ready", "1 where node and work are ready for miners.",
               flag(unreadiness(snapshot).empty()));
    std::vector<MetricSample> checks;
    for (const HealthTracker::Check& each : health.checks()) {
        checks.push_back({.labels = {{"check", std::string(each.check.name)}},
                          .value = toDouble(each.check.state)});
    }
    list.gauge("health_status", "Each check: 0 ok, 1 degraded, 2 failed.", checks);
}

void addShares(MetricList& list, const PoolSnapshot& snapshot)
{
    const interfaces::ShareCounters& shares = snapshot.shares;
    list.counter("blocks_found_total", "Blocks that a node accepted, since the start.",
                 toDouble(snapshot.run.blocksFound));
    list.counter("blocks_rejected_total", "Blocks that the nodes refused, since the start.",
                 toDouble(snapshot.run.blocksRejected));
    list.counter("shares_accepted_total", "Shares that counted.", toDouble(shares.accepted));
    list.counter("shares_late_total", "Shares taken just after a change of tip; not counted.",
                 toDouble(shares.late));
    const std::array<std::pair<std::string_view, std::uint64_t>, 9> refused{
        {{"unknown_job", shares.unknownJob},
         {"stale", shares.stale},
         {"duplicate", shares.duplicate},
         {"low_difficulty", shares.lowDifficulty},
         {"bad_time", shares.badTime},
         {"bad_version", shares.badVersion},
         {"malformed", shares.malformed},
         {"unauthorized", shares.unauthorized},
         {"not_subscribed", shares.notSubscribed}}};
    std::vector<MetricSample> samples;
    samples.reserve(refused.size());
    for (const auto& [reason, count] : refused) {
        samples.push_back({.labels = {{"reason", std::string(reason)}}, .value = toDouble(count)});
    }
    list.counter("shares_rejected_total", "Shares that were refused, by reason.", samples);
    list.counter("accepted_difficulty_total",
                 "Sum of the difficulties of accepted shares; hashes are this times 2^32.",
                 shares.acceptedWork);
}

void addMiners(MetricList& list, const PoolSnapshot& snapshot)
{
    list.gauge("hashrate_hashes_per_second", "By accepted work of the last ten minutes.",
               snapshot.luck.hashrate.value());
    list.gauge("connections", "Connections of miners.", toDouble(snapshot.miners));
    const auto workers = toDouble(
        std::count_if(snapshot.workers.begin(), snapshot.workers.end(),
                      [](const interfaces::WorkerView& worker) { return worker.sessions > 0; }));
    list.gauge("workers", "Workers that are logged in.", workers);
    list.untyped("workers_total", "The same as workers, by an older name; a gauge.", workers);
    list.counter("workers_authorized_total", "Sessions that logged in.",
                 toDouble(snapshot.run.authorizations));
    list.counter("workers_disconnected_total", "Sessions that had logged in and are gone.",
                 toDouble(snapshot.run.disconnections));
    const auto best = [](std::string_view span, const interfaces::BestView& view) {
        return MetricSample{.labels = {{"span", std::string(span)}},
                            .value = view.difficulty.value()};
    };
    list.gauge("best_share_difficulty", "The best share of each span.",
               std::vector{best("all_time", snapshot.luck.allTime),
                           best("since_block", snapshot.luck.sinceBlock),
                           best("run", snapshot.luck.run)});
    const auto odds = [](std::string_view period, double probability) {
        return MetricSample{.labels = {{"period", std::string(period)}}, .value = probability};
    };
    list.gauge("block_probability_ratio", "Chance of at least one block, 0 to 1.",
               std::vector{odds("day", snapshot.luck.perDay), odds("month", snapshot.luck.perMonth),
                           odds("year", snapshot.luck.perYear)});
}

/// Names come from miners. Two that look alike once they are made harmless are one series.
void addWorkers(MetricList& list, const PoolSnapshot& snapshot)
{
    constexpr std::size_t MAX_SERIES = 1000;
    constexpr std::size_t MAX_NAME = 128;
    struct Sums
    {
        double accepted = 0;
        double rejected = 0;
        double hashrate = 0;
        double best = 0;
    };
    std::map<std::string, Sums> sums;
    for (const interfaces::WorkerView& worker : snapshot.workers) {
        if (sums.size() == MAX_SERIES) {
            break;
        }
        Sums& sum = sums[util::sanitize(worker.name, MAX_NAME)];
        sum.accepted += toDouble(worker.shares.accepted);
        sum.rejected += toDouble(worker.shares.refused());
        sum.hashrate += worker.hashrate.value();
        sum.best = std::max(sum.best, worker.bestRun.value());
    }
    const auto samples = [&sums](double Sums::* member) {
        std::vector<MetricSample> each;
        each.reserve(sums.size());
        for (const auto& [worker, sum] : sums) {
            each.push_back({.labels = {{"worker", worker}}, .value = sum.*member});
        }
        return each;
    };
    list.counter("worker_shares_accepted_total", "Shares of each worker that counted.",
                 samples(&Sums::accepted));
    list.counter("worker_shares_rejected_total", "Shares of each worker that were refused.",
                 samples(&Sums::rejected));
    list.gauge("worker_hashrate_hashes_per_second", "By each worker's last ten minutes.",
               samples(&Sums::hashrate));
    list.gauge("worker_best_share_difficulty", "Best share of each worker since the start.",
               samples(&Sums::best));
}

void addNodes(MetricList& list, const PoolSnapshot& snapshot)
{
    const NodeView* const node = activeNode(snapshot);
    list.gauge("rpc_ready", "1 where the active node is ready.",
               flag(node != nullptr && node->state == "node_ready"));
    list.gauge("rpc_ibd", "1 while the active node downloads the chain for the first time.",
               flag(node != nullptr && node->state == "node_initial_download"));
    list.gauge("network_height", "Height of the best chain; -1 where it is not known.",
               toDouble(node != nullptr ? node->height : std::int64_t{-1}));
    list.gauge("network_difficulty", "Difficulty of a block; 0 before the first work.",
               snapshot.luck.networkDifficulty.value());
    std::vector<MetricSample> heights;
    std::vector<MetricSample> readiness;
    std::vector<MetricSample> messages;
    std::vector<MetricSample> gaps;
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        const NodeView& each = snapshot.nodes[i];
        const MetricLabels labels{{"node", nodeLabel(i)}};
        heights.push_back({.labels = labels, .value = toDouble(each.height)});
        readiness.push_back({.labels = labels, .value = flag(each.state == "node_ready")});
        for (const interfaces::FeedView& feed : each.feeds) {
            const MetricLabels topic{{"node", nodeLabel(i)}, {"topic", feed.topic}};
            messages.push_back({.labels = topic, .value = toDouble(feed.messages)});
            gaps.push_back({.labels = topic, .value = toDouble(feed.gaps)});
        }
    }
    list.gauge("node_height", "Height of each node's best chain.", heights);
    list.gauge("node_ready", "1 for each node that is ready.", readiness);
    list.counter("node_feed_messages_total", "ZeroMQ messages of each node.", messages);
    list.counter("node_feed_gaps_total", "Times that ZeroMQ messages of a node were lost.", gaps);
}

void addWork(MetricList& list, const PoolSnapshot& snapshot, const HealthTracker& health)
{
    const interfaces::AuditView& audit = snapshot.work.audit;
    list.counter("jobs_total", "Jobs made.", toDouble(snapshot.jobsMade));
    list.gauge("current_job_height", "Height that is worked on; -1 before the first work.",
               toDouble(snapshot.work.job.height));
    list.gauge("current_job_coinbase_value_sats", "What its coinbase pays in all.",
               toDouble(snapshot.work.job.coinbaseValue.value()));
    list.gauge("last_template_at_seconds",
               "When the newest work was made, since 1970 UTC; 0 before the first.",
               health.lastTemplateAt() ? secondsOf(*health.lastTemplateAt()) : 0);
    list.counter("coinbases_audited_total", "Coinbases that were read back and judged.",
                 toDouble(audit.audited));
    list.counter("coinbases_refused_total", "Coinbases that were not as promised.",
                 toDouble(audit.refused));
    list.counter("empty_work_seconds_total", "Time in which miners worked on empty blocks.",
                 secondsOf(snapshot.work.emptyTime));
    list.gauge("tip_delivery_median_seconds",
               "When half of the hashrate had the newest tip's work, from its template on.",
               secondsOf(snapshot.delivery.medianByHashrate));
}

void addTimes(MetricList& list, const interfaces::LatencyView& latency)
{
    const auto alone = [](const util::DurationHistogram& histogram) {
        return std::vector{HistogramSample{.labels = {}, .histogram = histogram}};
    };
    list.histogram("share_reply_seconds", "From a share's bytes to its reply at the socket.",
                   alone(latency.shareReply));
    list.histogram("tip_delivery_seconds",
                   "From a new tip's template to the last miner's bytes at the socket.",
                   alone(latency.tipDelivery));
    list.histogram("block_submit_seconds",
                   "From the bytes of a share that is a block to its submission to the nodes.",
                   alone(latency.blockSubmit));
    std::vector<HistogramSample> rpc;
    rpc.reserve(latency.rpc.size());
    for (const interfaces::RpcLatency& each : latency.rpc) {
        rpc.push_back({.labels = {{"kind", each.kind}}, .histogram = each.answers});
    }
    list.histogram("rpc_latency_seconds", "Answers of the nodes, by kind of question.", rpc);
}

} // namespace

std::string metricsText(const PoolSnapshot& snapshot, const HealthTracker& health,
                        const ProgramFacts& facts)
{
    MetricList list;
    addProgram(list, snapshot, health, facts);
    addShares(list, snapshot);
    addMiners(list, snapshot);
    addNodes(list, snapshot);
    addWork(list, snapshot, health);
    addTimes(list, snapshot.latency);
    if (facts.workers == WorkerMetrics::On) {
        addWorkers(list, snapshot);
    }
    return list.text();
}

} // namespace warp::api
