// What goes wrong in a world, and how often. FaultScript draws the moments from the seed.
// Owned by a World; lives on the scheduler's environment.
#pragma once

#include "core/sim/virtual_executor.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/random.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace warp::sim {

/// Mean time between two faults of a kind; zero: it does not happen.
struct FaultPlan
{
    util::Duration nodeRestart{};
    util::Duration nodeHang{};    ///< requests go unanswered for up to a minute
    util::Duration nodeSlow{};    ///< every answer takes up to 3 seconds, for a minute
    util::Duration lostAnswers{}; ///< requests are handled, connections end instead of answers
    util::Duration foreignTip{};  ///< other miners find a block
    util::Duration minerReset{};
    util::Duration minerLinkLoss{}; ///< a miner's packets vanish for up to 2 minutes
    util::Duration nodeLinkLoss{};  ///< those between pool and node
};

class FaultScript final
{
public:
    /// Happens on the environment; draws what it needs from the script's own row.
    using Fault = std::function<void(util::Random& random)>;

    FaultScript(ExecutorRef environment, const util::Clock& clock, std::uint64_t seed);

    /// `fault` at random moments whose distances have this mean (exponentially distributed).
    void add(util::Duration meanInterval, Fault fault);

private:
    struct Entry
    {
        util::Duration meanInterval{};
        Fault fault;
        util::TimerHandle timer;
    };

    void arm(Entry& entry);

    ExecutorRef m_environment;
    const util::Clock& m_clock;
    util::SeededRandom m_random;
    std::vector<std::unique_ptr<Entry>> m_entries;
};

} // namespace warp::sim
