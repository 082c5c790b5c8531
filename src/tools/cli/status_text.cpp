#include "tools/cli/status_text.h"

#include "tools/cli/console.h"
#include "tools/cli/json_reading.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <array>
#include <string_view>

namespace warp::cli {

namespace {

namespace json = boost::json;

std::string probabilityText(double probability)
{
    return probability > 0 ? fmt::format("1 in {:.6g}", 1 / probability) : std::string("none");
}

std::string poolLines(const json::object& overview)
{
    std::string out =
        fmt::format("  hashrate      {}, {} connections, {} workers\n",
                    hashrateText(number(overview, {"pool", "hashrate_hashes_per_second"})),
                    whole(overview, {"pool", "connections"}), whole(overview, {"pool", "workers"}));
    out += fmt::format("  shares        {} accepted, {} rejected\n",
                       whole(overview, {"pool", "shares", "accepted"}),
                       whole(overview, {"pool", "shares", "rejected"}));
    out += fmt::format("  chain         {}, height {}, difficulty {:.6g}\n",
                       text(overview, {"chain"}), whole(overview, {"tip", "height"}),
                       number(overview, {"work", "network_difficulty"}));
    out += fmt::format("  next block    height {}, worth {}\n", whole(overview, {"work", "height"}),
                       bitcoinText(whole(overview, {"work", "coinbase_value_sats"})));
    out += fmt::format("  chances       {} a day, {} a year\n",
                       probabilityText(number(overview, {"luck", "block_probability", "day"})),
                       probabilityText(number(overview, {"luck", "block_probability", "year"})));
    out += fmt::format(
        "  best share    {:.6g}, {:.3g} % of a block\n",
        number(overview, {"luck", "best_shares", "all_time", "difficulty"}),
        100 * number(overview, {"luck", "best_shares", "all_time", "fraction_of_block"}));
    out +=
        fmt::format("  blocks        {} found, {} rejected\n", whole(overview, {"blocks", "found"}),
                    whole(overview, {"blocks", "rejected"}));
    return out;
}

/// How far a node is that still fetches the chain; empty for any other.
std::string progressText(const json::object& node)
{
    const json::value* const verified = find(node, {"verified_permille"});
    if (verified == nullptr || !verified->is_int64()) {
        return {};
    }
    return fmt::format(" of {}, {:.1f} % verified", whole(node, {"headers"}),
                       static_cast<double>(verified->as_int64()) / 10);
}

std::string listLines(const json::object& overview, const json::object& health)
{
    std::string out;
    for (const json::value& each : list(overview, {"nodes"})) {
        if (const json::object* const node = each.if_object()) {
            const json::value* const isActive = find(*node, {"is_active"});
            out += fmt::format("  node          {}, height {}{}{}\n", text(*node, {"state"}),
                               whole(*node, {"height"}), progressText(*node),
                               isActive != nullptr && *isActive == true ? ", gives the work" : "");
        }
    }
    for (const json::value& each : list(overview, {"listeners"})) {
        const json::object* const listener = each.if_object();
        const json::value* const url = listener != nullptr ? find(*listener, {"v2_url"}) : nullptr;
        if (url != nullptr && url->is_string()) {
            out += fmt::format("  stratum v2    {}\n", text(*listener, {"v2_url"}));
        }
    }
    for (const json::value& each : list(health, {"checks"})) {
        const json::object* const check = each.if_object();
        if (check == nullptr || text(*check, {"state"}) == "ok") {
            continue;
        }
        const std::string detail = text(*check, {"detail"});
        out += fmt::format("  {:<12}  {}: {}{}, since {}\n", text(*check, {"state"}),
                           text(*check, {"name"}), text(*check, {"code"}),
                           detail == "?" ? "" : " (" + detail + ")",
                           timeText(whole(*check, {"since_seconds"})));
    }
    return out;
}

} // namespace

std::string hashrateText(double hashesPerSecond)
{
    constexpr std::array<std::string_view, 8> UNITS{"H/s",  "kH/s", "MH/s", "GH/s",
                                                    "TH/s", "PH/s", "EH/s", "ZH/s"};
    std::size_t unit = 0;
    while (hashesPerSecond >= 1000 && unit + 1 < UNITS.size()) {
        hashesPerSecond /= 1000;
        ++unit;
    }
    return fmt::format("{:.3g} {}", hashesPerSecond, UNITS.at(unit));
}

std::string statusText(const json::object& overview, const json::object& health)
{
    std::string out =
        fmt::format("WarpPool {}: {}, health {}\n", text(overview, {"program", "version"}),
                    text(overview, {"state"}), text(health, {"state"}));
    out += fmt::format("  started       {}, profile {}\n",
                       timeText(whole(overview, {"program", "started_at_seconds"})),
                       text(overview, {"program", "profile"}));
    return out + poolLines(overview) + listLines(overview, health);
}

} // namespace warp::cli
