// The pool's own times, brought together from all threads: replies, tips, blocks and the nodes'
// answers. Owned by Statistics, lives on its executor.
#pragma once

#include "core/engine/weighted_latency.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/node/rpc_meter.h"
#include "core/util/clock.h"
#include "core/util/duration_histogram.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace warp::engine {

class LatencyKeeper final
{
public:
    /// @param clock  must outlive it
    explicit LatencyKeeper(const util::Clock& clock)
        : m_clock(clock)
    {}

    /// Where the nodes' answers are counted.
    void setRpcMeter(std::shared_ptr<const node::RpcMeter> meter) { m_rpcMeter = std::move(meter); }
    void addReplies(const util::DurationHistogram& replies) { m_view.shareReply.add(replies); }
    /// One io thread has sent the first work of a tip to all its miners.
    void addDelivery(std::uint32_t tipNumber, const WeightedLatency& latency);
    /// One block went from its share to the nodes.
    void addSubmission(util::Duration time) { m_view.blockSubmit.add(time); }

    /// Writes what it keeps into the snapshot; once a second.
    void publish(interfaces::PoolSnapshot& snapshot);

private:
    /// A tip of which no thread has reported for so long is with all miners.
    static constexpr std::chrono::seconds QUIET{1};

    void finishDelivery();

    const util::Clock& m_clock;
    interfaces::LatencyView m_view;
    std::uint32_t m_deliveredTip = 0;
    WeightedLatency m_delivery;                 ///< of m_deliveredTip
    std::optional<util::BootTime> m_reportedAt; ///< the newest report; none where it is counted
    std::shared_ptr<const node::RpcMeter> m_rpcMeter;
};

} // namespace warp::engine
