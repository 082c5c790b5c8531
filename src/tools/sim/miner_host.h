// MinerHost: simulated miners on real sockets. Made, used and destroyed on its executor.
#pragma once

#include "core/engine/engine_options.h"
#include "core/sim/miner.h"
#include "core/util/executor.h"
#include "core/util/random.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace warp::tools {

class MinerHost final
{
public:
    /// Called on the executor with a line about a miner, for people.
    using TellFn = std::function<void(const std::string& text)>;

    MinerHost(const engine::Platform& platform, util::Executor& executor, std::uint64_t seed,
              TellFn tell);
    ~MinerHost();
    MinerHost(const MinerHost&) = delete;
    MinerHost& operator=(const MinerHost&) = delete;

    /// It connects at once, and again whenever it loses the pool.
    void add(sim::MinerOptions options);
    void stop();

    /// Counters of all miners together.
    [[nodiscard]] sim::MinerStats totals() const;

private:
    class Teller;
    struct Entry
    {
        std::unique_ptr<Teller> teller;
        std::unique_ptr<sim::SimulatedMiner> miner;
    };

    engine::Platform m_platform;
    util::Executor& m_executor;
    util::SeededRandom m_random;
    TellFn m_tell;
    std::vector<Entry> m_miners;
};

/// One line for people.
[[nodiscard]] std::string summaryOf(const sim::MinerStats& stats);

} // namespace warp::tools
