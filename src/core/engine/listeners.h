// Opens the configured listeners and keeps trying those that cannot be opened. Lives on "io.0".
#pragma once

#include "core/engine/hosted.h"
#include "core/engine/io_worker.h"
#include "core/engine/listener_state.h"
#include "core/engine/statistics.h"
#include "core/net/network.h"
#include "core/util/executor.h"

#include <memory>
#include <string>
#include <vector>

namespace warp::engine {

class Listeners final
{
public:
    static constexpr std::chrono::seconds RETRY_DELAY{2};

    Listeners(util::Executor& executor, net::Network& network, const ListenerStates& listeners,
              std::vector<Hosted<IoWorker>*> workers, Hosted<Statistics>& statistics);

    /// Closes what is gone, then opens what is new; the others stay as they are.
    void change(const ListenerStates& listeners);
    /// Closes all of them, and what was wrong with them is over.
    void closeAll() { change({}); }

private:
    struct Entry
    {
        net::Endpoint endpoint;
        std::size_t number = 0;                  ///< among the listeners
        std::unique_ptr<net::Listener> listener; ///< none while it cannot be opened
        std::string issue;                       ///< code of the issue that is raised
        util::TimerHandle retry;
    };

    void open(Entry& entry);
    void clearIssue(Entry& entry);
    void reportListening();

    util::Executor& m_executor;
    net::Network& m_network;
    std::vector<Hosted<IoWorker>*> m_workers;
    std::vector<util::Executor*> m_targets;
    Hosted<Statistics>& m_statistics;
    std::vector<std::unique_ptr<Entry>> m_entries;
};

} // namespace warp::engine
