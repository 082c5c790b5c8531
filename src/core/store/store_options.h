// What a store runs with. Value types; no thread affinity.
#pragma once

#include "core/util/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace warp::store {

/// How long rows are kept. The pool's 15-minute rows stay for ever; a worker's become rows of whole
/// UTC days after `workerQuarters`, which stay for as long as their worker does.
struct Retention
{
    std::chrono::hours minutes{48};
    std::chrono::hours workerQuarters{24 * 90};

    friend bool operator==(const Retention&, const Retention&) = default;
};

/// Rows that names of miners' choice make; what a pool needs by itself is small beside them.
struct RowLimits
{
    std::size_t bestsOfPool = 100;
    std::size_t bestsOfWorker = 5;
    std::size_t bests = 10'000; ///< of all workers together
    /// Left by Archive::prune(): of those that nobody has named, the ones seen last.
    std::size_t workersKept = 10'000;
    /// At any time: a name that comes on top of them has no history before others are gone.
    std::size_t workers = 20'000;
};

/// Fifteen minutes have to be whole before their minutes go.
inline constexpr std::chrono::hours LEAST_MINUTE_RETENTION{1};

struct StoreOptions
{
    std::string place{};      ///< see Database::open()
    std::string password{};   ///< likewise
    std::uint64_t bootId = 0; ///< of this run; part of each bucket
    util::Duration commitInterval{std::chrono::seconds(10)};
    Retention retention{};
    RowLimits limits{};
    std::uint64_t quotaBytes = std::uint64_t{8} << 30; ///< of the file; SQLite only
};

} // namespace warp::store
