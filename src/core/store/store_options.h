// What a store runs with. Value types; no thread affinity.
#pragma once

#include "core/util/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace warp::store {

/// How long rows are kept. The pool's 15-minute rows stay for ever; a worker's become rows of whole
/// UTC days after `workerQuarters`.
struct Retention
{
    std::chrono::hours minutes{48};
    std::chrono::hours workerQuarters{24 * 90};

    friend bool operator==(const Retention&, const Retention&) = default;
};

/// Fifteen minutes have to be whole before their minutes go.
inline constexpr std::chrono::hours LEAST_MINUTE_RETENTION{1};

struct StoreOptions
{
    std::string place{};      ///< see Database::open()
    std::uint64_t bootId = 0; ///< of this run; part of each bucket
    util::Duration commitInterval{std::chrono::seconds(10)};
    Retention retention{};
    std::size_t bestsPerPool = 100;
    std::size_t bestsPerWorker = 5;
    std::uint64_t quotaBytes = std::uint64_t{8} << 30; ///< of the file; SQLite only
};

} // namespace warp::store
