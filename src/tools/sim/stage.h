// Stage: a simulated node, simulated miners and the real warppool between them, set up in a
// temporary folder and taken down again. What demo and scenarios play on.
// Owned by a command; lives on the main thread, its node and miners on a thread of their own.
#pragma once

#include "core/engine/engine_options.h"
#include "core/engine/hosted.h"
#include "core/net/endpoint.h"
#include "core/sim/miner_options.h"
#include "core/sim/simulated_chain.h"
#include "tools/sim/miner_host.h"
#include "tools/sim/node_host.h"
#include "tools/sim/pool_process.h"

#include <QTemporaryDir>
#include <QTimer>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace warp::tools {

struct StageOptions
{
    enum class PoolLog : std::uint8_t { Kept, Shown };

    sim::ChainRules rules;
    std::vector<sim::MinerOptions> miners;                    ///< but for `pool`
    net::Endpoint poolListen{.host = "127.0.0.1", .port = 0}; ///< port 0: a free one
    std::string payoutAddress;
    std::size_t startHeight = 0;
    util::Duration trafficInterval{}; ///< made-up transactions come so often; 0: none
    PoolLog poolLog = PoolLog::Kept;
};

/// Told on the main thread.
class StageObserver
{
public:
    virtual ~StageObserver() = default;

    /// A block of the node's best chain, and the hash of its tip after it.
    virtual void onStageBlock(const sim::BlockAccepted& block, const std::string& bestHash) = 0;
    /// Something does not work; stop() is to follow.
    virtual void onStageFailed(const std::string& reason) = 0;
};

class Stage final
{
public:
    Stage(const engine::Platform& platform, StageOptions options, StageObserver& observer);
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    void start();
    /// Takes everything down; `done` is called once with whether the pool ended in order.
    void stop(std::function<void(bool isOrderly)> done);
    /// What the pool printed last, for the message of a failure.
    void printPoolTail() const;

private:
    struct Opened
    {
        NodeAddress node;
        std::uint16_t freePort = 0;
    };

    void openNode();
    void onOpened(const Opened& opened);
    [[nodiscard]] bool writeConfig(const Opened& opened, const QString& path);
    void addMiners();
    void onPoolEnded(int exitCode);
    void finishStop(bool isOrderly);

    engine::Platform m_platform;
    StageOptions m_options;
    StageObserver& m_observer;
    QTemporaryDir m_folder;
    QTimer m_stopLimit;
    std::unique_ptr<PoolProcess> m_pool;
    std::function<void(bool)> m_stopped;
    bool m_isStopping = false;
    engine::Hosted<NodeHost> m_node;
    engine::Hosted<MinerHost> m_miners;
    /// Last, so that its tasks end before what they use.
    std::unique_ptr<util::Executor> m_executor;
};

} // namespace warp::tools
