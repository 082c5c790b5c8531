// LoadDriver: many connections to one pool, each with submits in flight, for a time.
// Owned by a tool or test; lives on the executor that it is given. One driver a thread.
#pragma once

#include "core/net/network.h"
#include "core/sim/load_connection.h"
#include "core/sim/load_report.h"
#include "core/sim/miner_options.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/random.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::sim {

enum class LoadPace : std::uint8_t {
    Gentle, ///< a few connections at a time
    Storm,  ///< all of them at once, as after an outage
};

struct LoadOptions
{
    net::Endpoint pool{};
    std::size_t connections = 50;
    std::size_t inFlight = 20; ///< submits per connection; 0: only connect
    util::Duration duration{std::chrono::seconds(10)};
    LoadPace pace = LoadPace::Gentle;
    std::string user = "load";
    std::optional<V2MinerOptions> v2{};                    ///< nothing: by Stratum V1
    util::Duration setUpTimeout{std::chrono::seconds(60)}; ///< for all connections together
};

class LoadDriver final
{
public:
    /// All but the options must outlive the driver, which is destroyed on `executor`.
    LoadDriver(util::Executor& executor, net::Network& network, const util::Clock& clock,
               util::Random& random, LoadOptions options);
    LoadDriver(const LoadDriver&) = delete;
    LoadDriver& operator=(const LoadDriver&) = delete;
    ~LoadDriver() = default;

    /// `done` is called once, when the time is over and the last answers are in or are not coming.
    void start(util::Task done);
    /// Ends early; `done` follows.
    void stop() { finish(); }

    [[nodiscard]] const LoadReport& report() const { return m_report; }

private:
    void connectMore();
    void onSettled();
    void startSending();
    void stopSending();
    void checkAnswered();
    void finish();

    LoadOptions m_options;
    LoadReport m_report;
    LoadConnection::Environment m_environment;
    std::vector<std::unique_ptr<LoadConnection>> m_connections;
    std::size_t m_settled = 0;
    bool m_isSending = false;
    bool m_isStopping = false;
    util::BootTime m_startedAt{};
    util::BootTime m_sendingSince{};
    util::TimerHandle m_timer;
    /// Out of a connection's callback, which the end of the run may destroy.
    util::TimerHandle m_soon;
    util::Task m_done;
};

} // namespace warp::sim
