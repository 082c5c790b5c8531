// Two good values for every row of the field table, neither of them the default, so that tests can
// loop over the table. Pure.
#pragma once

#include "core/config/field.h"

#include <array>
#include <map>
#include <string>

namespace warp::config::test {

using Samples = std::array<std::string, 2>;

/// As texts of the environment and of --set. A new type of value has to be added here.
inline Samples samplesOf(const Field& field)
{
    // Names whose values depend on other settings, or of which there are only two.
    static const std::map<std::string, Samples> SPECIAL{
        {"node.chain", {"regtest", "auto"}},
        {"profile.kind", {"small", "enterprise"}},
        {"mining.payout_mode", {"per_miner", "per_miner"}},
        {"listener.protocol", {"v2", "v1"}},
        {"logging.level", {"debug", "error"}},
        {"server.pool_listen", {":4001", "127.0.0.1:4002"}},
        {"server.tls_listen", {":4003", "127.0.0.1:4004"}},
        {"server.v2_listen", {":4005", "[::1]:4006"}},
        {"server.status_listen", {"0.0.0.0:4007", ""}},
        {"listener.listen", {":4008", "[::]:4009"}},
        {"server.job_memory_mib", {"77", "512"}},
        {"vardiff.min_diff", {"0.5", "0.25"}},
    };
    if (const auto found = SPECIAL.find(field.path()); found != SPECIAL.end()) {
        return found->second;
    }
    const bool isOnByDefault = field.defaultText == "true";
    switch (field.type) {
    case ValueType::Url:
        return {"http://10.0.0.1:8332", "https://node.example/wallet"};
    case ValueType::DatabaseUrl:
        return {"postgresql://warp@10.0.0.1:5433/pool", "postgresql://db.example/pool"};
    case ValueType::ZmqAddress:
        return {"tcp://127.0.0.1:28332", "ipc:///run/block"};
    case ValueType::BitcoinAddress:
        return {"bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202",
                "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"};
    case ValueType::Path:
        return {"/srv/one", "/srv/two"};
    case ValueType::IpNetworks:
        return {"10.0.0.0/8,::1", "192.168.1.7"};
    case ValueType::Boolean:
        return isOnByDefault ? Samples{"false", "true"} : Samples{"true", "false"};
    case ValueType::Count:
    case ValueType::Seconds:
        return {"7", "11"};
    case ValueType::FineSeconds:
        return {"2.5", "0.125"};
    case ValueType::Percent:
        return {"1.25", "2"};
    case ValueType::Difficulty:
        return {"1024", "2048.5"};
    case ValueType::Choice:
        return {std::string(field.choices.back()), std::string(field.choices.front())};
    case ValueType::Listen:
    case ValueType::Text:
    case ValueType::PoolTag:
    case ValueType::Secret:
        break;
    }
    return {"first", "second one"};
}

/// The text as the file spells it.
inline std::string spelled(const Field& field, const std::string& text)
{
    switch (field.type) {
    case ValueType::Boolean:
    case ValueType::Count:
    case ValueType::Seconds:
    case ValueType::FineSeconds:
    case ValueType::Percent:
    case ValueType::Difficulty:
        return text;
    case ValueType::IpNetworks: {
        std::string list = "[\"" + text + "\"]";
        if (const std::size_t comma = list.find(','); comma != std::string::npos) {
            list.replace(comma, 1, "\", \"");
        }
        return list;
    }
    default:
        return "\"" + text + "\"";
    }
}

} // namespace warp::config::test
