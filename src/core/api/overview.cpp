#include "core/api/overview.h"

#include "core/util/log.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace warp::api {

namespace {

namespace json = boost::json;
using interfaces::PoolSnapshot;

constexpr std::size_t LATEST_BLOCKS = 10;
constexpr std::size_t MAX_TEXT = 300;

std::int64_t unixSeconds(util::WallTime time)
{
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

json::value chainOf(const std::optional<bitcoin::Network>& network)
{
    return network ? json::value(chainName(*network)) : json::value();
}

json::object programOf(const ProgramFacts& facts)
{
    json::object program;
    program["name"] = "WarpPool";
    program["version"] = facts.version;
    program["profile"] = facts.profile;
    program["started_at_seconds"] = unixSeconds(facts.startedAt);
    return program;
}

json::object sharesOf(const interfaces::ShareCounters& shares)
{
    json::object counters;
    counters["accepted"] = shares.accepted;
    counters["late"] = shares.late;
    counters["rejected"] = shares.refused();
    counters["stale"] = shares.stale;
    counters["duplicate"] = shares.duplicate;
    counters["low_difficulty"] = shares.lowDifficulty;
    counters["accepted_difficulty"] = shares.acceptedWork;
    return counters;
}

json::object poolOf(const PoolSnapshot& snapshot)
{
    json::object pool;
    pool["hashrate_hashes_per_second"] = snapshot.luck.hashrate.value();
    pool["connections"] = snapshot.miners;
    pool["workers"] =
        std::count_if(snapshot.workers.begin(), snapshot.workers.end(),
                      [](const interfaces::WorkerView& worker) { return worker.sessions > 0; });
    pool["shares"] = sharesOf(snapshot.shares);
    return pool;
}

json::object workOf(const PoolSnapshot& snapshot, const HealthTracker& health)
{
    const interfaces::WorkView& work = snapshot.work;
    json::object job;
    job["height"] = work.job.height;
    job["coinbase_value_sats"] = work.job.coinbaseValue.value();
    job["network_difficulty"] = snapshot.luck.networkDifficulty.value();
    job["audit"] = name(work.audit.state);
    job["proposal"] = name(work.proposal.state);
    job["made_at_seconds"] = health.lastTemplateAt()
                                 ? json::value(unixSeconds(*health.lastTemplateAt()))
                                 : json::value();
    return job;
}

json::object bestOf(const interfaces::BestView& best)
{
    json::object view;
    view["difficulty"] = best.difficulty.value();
    view["fraction_of_block"] = best.fractionOfBlock;
    return view;
}

json::object luckOf(const interfaces::LuckView& luck)
{
    json::object odds;
    odds["day"] = luck.perDay;
    odds["month"] = luck.perMonth;
    odds["year"] = luck.perYear;
    json::object bests;
    bests["all_time"] = bestOf(luck.allTime);
    bests["since_block"] = bestOf(luck.sinceBlock);
    bests["run"] = bestOf(luck.run);
    json::object view;
    view["block_probability"] = std::move(odds);
    view["best_shares"] = std::move(bests);
    return view;
}

/// Without who found them and whom they pay: that is nobody's business before a login.
json::array blocksOf(const PoolSnapshot& snapshot)
{
    json::array latest;
    const std::size_t count = std::min(LATEST_BLOCKS, snapshot.blocks.size());
    for (std::size_t i = 0; i < count; ++i) {
        const interfaces::BlockRecord& record = snapshot.blocks[snapshot.blocks.size() - 1 - i];
        json::object block;
        block["hash"] = bitcoin::toDisplayHex(record.hash);
        block["height"] = record.height;
        block["state"] = name(record.state);
        block["confirmations"] = record.confirmations;
        block["found_at_seconds"] = unixSeconds(record.foundAt);
        latest.push_back(std::move(block));
    }
    return latest;
}

json::array nodesOf(const PoolSnapshot& snapshot)
{
    json::array nodes;
    for (const interfaces::NodeView& view : snapshot.nodes) {
        json::object node;
        node["state"] = view.state;
        node["chain"] = chainOf(view.network);
        node["height"] = view.height;
        node["headers"] = view.headers < 0 ? json::value(nullptr) : json::value(view.headers);
        node["verified_permille"] =
            view.verifiedPermille ? json::value(*view.verifiedPermille) : json::value(nullptr);
        node["is_active"] = view.isActive;
        nodes.push_back(std::move(node));
    }
    return nodes;
}

/// Of a listener on all addresses the host is for the reader to fill in.
std::string v2UrlOf(const std::string& endpoint, const std::string& key)
{
    const std::size_t colon = endpoint.rfind(':');
    const std::string host = endpoint.substr(0, colon);
    const bool isAny = host.empty() || host == "0.0.0.0" || host == "[::]" || host == "::";
    return "stratum2+tcp://" + (isAny ? std::string("HOST") : host) + endpoint.substr(colon) + "/" +
           key;
}

json::array listenersOf(const PoolSnapshot& snapshot)
{
    json::array listeners;
    for (const interfaces::ListenerView& view : snapshot.listeners) {
        if (view.endpoint.find(':') == std::string::npos) {
            continue; // one that is gone keeps its number
        }
        json::object listener;
        listener["endpoint"] = view.endpoint;
        listener["protocol"] = view.protocol;
        listener["is_open"] = view.isOpen;
        listener["connections"] = view.miners;
        const std::string& key = snapshot.program.authorityKey;
        listener["v2_url"] = view.protocol == "v1" || key.empty()
                                 ? json::value()
                                 : json::value(v2UrlOf(view.endpoint, key));
        listeners.push_back(std::move(listener));
    }
    return listeners;
}

json::object healthOf(const HealthTracker& health, Details details)
{
    json::array checks;
    for (const HealthTracker::Check& each : health.checks()) {
        json::object check;
        check["name"] = each.check.name;
        check["state"] = name(each.check.state);
        check["code"] = each.check.code;
        check["since_seconds"] = unixSeconds(each.since);
        if (details == Details::Shown && !each.check.detail.empty()) {
            check["detail"] = util::sanitize(each.check.detail, MAX_TEXT);
        }
        checks.push_back(std::move(check));
    }
    json::object report;
    report["state"] = name(health.state());
    report["since_seconds"] = unixSeconds(health.since());
    report["checks"] = std::move(checks);
    return report;
}

std::string textOf(const json::object& object)
{
    return json::serialize(object) + "\n";
}

} // namespace

std::string overviewJson(const PoolSnapshot& snapshot, const HealthTracker& health,
                         const ProgramFacts& facts)
{
    json::object tip;
    tip["height"] = snapshot.tipHeight;
    tip["hash"] = snapshot.tipHeight < 0 ? json::value()
                                         : json::value(bitcoin::toDisplayHex(snapshot.tipHash));
    json::object blocks;
    blocks["found"] = snapshot.run.blocksFound;
    blocks["rejected"] = snapshot.run.blocksRejected;
    blocks["latest"] = blocksOf(snapshot);
    json::object overview;
    overview["format"] = API_FORMAT;
    overview["snapshot"] = snapshot.version;
    overview["program"] = programOf(facts);
    overview["state"] = name(snapshot.state);
    overview["health"] = name(health.state());
    overview["chain"] = chainOf(snapshot.network);
    overview["tip"] = std::move(tip);
    overview["pool"] = poolOf(snapshot);
    overview["work"] = workOf(snapshot, health);
    overview["luck"] = luckOf(snapshot.luck);
    overview["blocks"] = std::move(blocks);
    overview["nodes"] = nodesOf(snapshot);
    overview["listeners"] = listenersOf(snapshot);
    return textOf(overview);
}

std::string versionJson(const ProgramFacts& facts)
{
    json::object version = programOf(facts);
    version["format"] = API_FORMAT;
    return textOf(version);
}

std::string healthJson(const HealthTracker& health, Details details)
{
    json::object report = healthOf(health, details);
    report["format"] = API_FORMAT;
    return textOf(report);
}

} // namespace warp::api
