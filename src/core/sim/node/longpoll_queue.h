// LongpollQueue: getblocktemplate calls that wait for another tip or, after a minute and then every
// ten seconds, for another mempool (BIP 22; Bitcoin Core rpc/mining.cpp).
// Owned by a SimulatedNode; lives on its executor.
#pragma once

#include "core/sim/node/delay_queue.h"
#include "core/sim/node/node_core.h"
#include "core/sim/node/rpc_mining.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace warp::sim {

class LongpollQueue final
{
public:
    /// As many as Bitcoin Core's work queue holds; a full queue is an HTTP 503 there.
    static constexpr std::size_t MAX_WAITING = 64;

    LongpollQueue(util::Clock& clock, util::Executor& executor, NodeCore& core);

    /// Calls `ready` once, at once where the tip is another already.
    void wait(const LongpollKey& key, std::function<void()> ready);
    void clear();

    [[nodiscard]] bool isFull() const { return m_waiting.size() >= MAX_WAITING; }
    [[nodiscard]] std::size_t size() const { return m_waiting.size(); }

private:
    struct Waiting
    {
        LongpollKey key;
        std::function<void()> ready;
    };

    void check(std::uint64_t id);
    void answerAll();

    NodeCore& m_core;
    DelayQueue m_checks;
    std::map<std::uint64_t, Waiting> m_waiting;
    std::uint64_t m_nextId = 0;
    std::unique_ptr<util::Subscription> m_tips;
};

} // namespace warp::sim
