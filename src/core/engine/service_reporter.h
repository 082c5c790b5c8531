// Tells the service manager how the pool is: ready, in one line what it does, and again and again
// that it is alive, as long as its threads are. Lives on the "watch" executor.
#pragma once

#include "core/engine/engine_options.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/util/executor.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace warp::engine {

class ServiceReporter final
{
public:
    static constexpr std::chrono::seconds INTERVAL{1}; ///< until it is ready
    static constexpr std::chrono::seconds CALM_INTERVAL{5};

    using SnapshotFn = std::function<std::shared_ptr<const interfaces::PoolSnapshot>()>;

    /// @param isAlive  asked on this executor; while it is false nothing is said
    ServiceReporter(util::Executor& executor, ServiceLink link, SnapshotFn snapshot,
                    std::function<bool()> isAlive);

    /// One line for people, such as "running: 3 miners, block 800000, 1 issue".
    [[nodiscard]] static std::string describe(const interfaces::PoolSnapshot& snapshot);

private:
    void report();
    [[nodiscard]] util::Duration interval() const;

    util::Executor& m_executor;
    ServiceLink m_link;
    SnapshotFn m_snapshot;
    std::function<bool()> m_isAlive;
    bool m_isReady = false;
    std::string m_status; ///< as last said
    util::TimerHandle m_timer;
};

} // namespace warp::engine
