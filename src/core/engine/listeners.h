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

    struct Surroundings
    {
        util::Executor& executor;
        net::Network& network;
        Hosted<Statistics>& statistics;
        std::shared_ptr<net::TlsSlot> identity; ///< of the TLS listeners
    };

    Listeners(Surroundings surroundings, const ListenerStates& listeners,
              std::vector<Hosted<IoWorker>*> workers);

    /// Closes what is gone, then opens what is new; the others stay as they are.
    void change(const ListenerStates& listeners);
    /// Closes all of them, and what was wrong with them is over.
    void closeAll() { change({}); }

private:
    struct Entry
    {
        std::shared_ptr<const ListenerState> state;
        std::size_t number = 0;                  ///< among the listeners
        std::unique_ptr<net::Listener> listener; ///< none while it cannot be opened
        std::string issue;                       ///< code of the issue that is raised
        util::TimerHandle retry;
    };

    void open(Entry& entry);
    [[nodiscard]] net::ListenTerms termsOf(const Entry& entry) const;
    void raiseIssue(Entry& entry, std::string code, std::string_view detail);
    void clearIssue(Entry& entry);
    void reportListening();

    Surroundings m_surroundings;
    std::vector<Hosted<IoWorker>*> m_workers;
    std::vector<util::Executor*> m_targets;
    std::vector<std::unique_ptr<Entry>> m_entries;
};

} // namespace warp::engine
