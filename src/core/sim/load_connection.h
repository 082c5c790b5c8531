// One connection of the load driver: subscribes and authorises like a miner, then keeps a number of
// submits with made-up nonces in flight. Owned by a LoadDriver; lives on its executor.
#pragma once

#include "core/net/network.h"
#include "core/sim/load_report.h"
#include "core/sim/miner_link.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/random.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace warp::sim {

enum class LoadState : std::uint8_t {
    Connecting,
    Joining, ///< connected, without a job yet
    Ready,   ///< has a job
    Failed,
};

class LoadConnection final : private net::ConnectionHandler
{
public:
    struct Environment
    {
        util::Executor& executor;
        net::Network& network;
        const util::Clock& clock;
        util::Random& random;
        LoadReport& report;
        util::Task onSettled;  ///< a connection became ready or failed to; never inside a call
        util::Task onAnswered; ///< one was lost, or has its last answer after stopSending()
        util::BootTime lastAnswer{};
        MinerLinkMaker links;
    };

    LoadConnection(Environment& environment, const MinerOptions& miner);

    void connect(const net::Endpoint& pool, util::Duration timeout);
    void startSending(std::size_t inFlight);
    /// Waits for what is in flight and sends nothing more.
    void stopSending() { m_target = 0; }

    [[nodiscard]] LoadState state() const { return m_state; }
    [[nodiscard]] std::size_t inFlight() const { return m_inFlight; }

private:
    void onBytes(util::ByteView bytes) override;
    void onClosed(net::CloseReason reason) override;

    void onConnected(std::unique_ptr<net::Connection> connection);
    void onEvent(const LinkEvent& event);
    void onAnswer(const stratum::v1::ShareAnswered& answer);
    void becomeReady();
    void fail();
    void fill();

    Environment& m_environment;
    std::unique_ptr<MinerLink> m_link;
    util::RequestHandle m_connecting;
    std::unique_ptr<net::Connection> m_connection;
    std::optional<GrinderWork> m_work;
    util::Bytes m_extranonce2;
    LoadState m_state = LoadState::Connecting;
    bool m_isAuthorized = false;
    util::BootTime m_startedAt{};
    std::size_t m_target = 0; ///< submits to keep in flight
    std::size_t m_inFlight = 0;
    util::Bytes m_output;
};

} // namespace warp::sim
