// Brings new work to the miners of one io thread: the largest hashrate first, in steps between
// which shares are read. Owned by an IoWorker, lives on its executor.
#pragma once

#include "core/engine/weighted_latency.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/strong.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace warp::engine {

class FanOut final
{
public:
    static constexpr std::size_t STEP = 256;

    struct Miner
    {
        std::uint64_t id = 0;
        /// Stands for its hashrate: the retargeting makes both proportional.
        util::Difficulty difficulty{};
    };
    /// Sends the present work to a miner. Its difficulty; nothing where it is gone or has that work
    /// already.
    using DeliverFn = std::function<std::optional<util::Difficulty>(std::uint64_t id)>;
    using DoneFn = std::function<void(const WeightedLatency& latency)>;

    /// All references must outlive it. `onDone` is called after the last miner was served.
    FanOut(util::Executor& executor, const util::Clock& clock, DeliverFn deliver, DoneFn onDone);

    /// A new miner; it comes last until the next order.
    void add(std::uint64_t id) { m_order.push_back(id); }
    /// All miners as they are now, in any sequence; put off while a delivery is under way.
    void order(std::vector<Miner> miners);
    /// Begins, or begins again with newer work.
    /// @param since  when the work's template arrived
    void begin(util::BootTime since);

private:
    void step();

    util::Executor& m_executor;
    const util::Clock& m_clock;
    DeliverFn m_deliver;
    DoneFn m_onDone;
    std::vector<std::uint64_t> m_order; ///< ids, some perhaps gone
    std::size_t m_next = 0;             ///< into m_order
    util::BootTime m_since{};
    WeightedLatency m_latency;
    bool m_isRunning = false;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0); ///< posted steps hold it weakly
};

} // namespace warp::engine
