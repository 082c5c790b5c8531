// What the API server runs with. Value types; no thread affinity.
#pragma once

#include "core/api/settings_in_force.h"
#include "core/net/endpoint.h"
#include "core/util/clock.h"

#include <cstdint>
#include <string>
#include <vector>

namespace warp::api {

/// Whether /metrics has series of each worker, whose names are then its labels.
enum class WorkerMetrics : std::uint8_t { Off, On };

/// What does not change while the program runs.
struct ProgramFacts
{
    std::string version;
    std::string profile; ///< "auto", "small", ...
    util::WallTime startedAt{};
    WorkerMetrics workers = WorkerMetrics::Off;
    /// Outlives the API; nullptr where nothing is to be told of settings.
    const SettingsInForce* settings = nullptr;
};

struct ApiOptions
{
    net::Endpoint listen{};
    /// Names that this machine goes by, in small letters, beside "localhost" and its addresses.
    std::vector<std::string> hostNames{};
    ProgramFacts facts{};
};

} // namespace warp::api
