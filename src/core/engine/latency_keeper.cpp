#include "core/engine/latency_keeper.h"

#include <cstddef>
#include <string>

namespace warp::engine {

void LatencyKeeper::addDelivery(std::uint32_t tipNumber, const WeightedLatency& latency)
{
    if (tipNumber != m_deliveredTip) {
        finishDelivery();
        m_deliveredTip = tipNumber;
        m_delivery = {};
    }
    m_delivery.add(latency);
    m_reportedAt = m_clock.boot();
}

void LatencyKeeper::finishDelivery()
{
    if (std::exchange(m_reportedAt, std::nullopt) && m_delivery.count() != 0) {
        m_view.tipDelivery.add(m_delivery.longest());
    }
}

void LatencyKeeper::publish(interfaces::PoolSnapshot& snapshot)
{
    if (m_reportedAt && m_clock.boot() - *m_reportedAt >= QUIET) {
        finishDelivery();
    }
    using std::chrono::duration_cast;
    using std::chrono::microseconds;
    snapshot.delivery = {.miners = static_cast<std::uint32_t>(m_delivery.count()),
                         .medianByHashrate = duration_cast<microseconds>(m_delivery.median()),
                         .last = duration_cast<microseconds>(m_delivery.longest())};
    if (m_rpcMeter) {
        const node::RpcMeter::Times times = m_rpcMeter->times();
        m_view.rpc.clear();
        for (std::size_t i = 0; i < times.size(); ++i) {
            m_view.rpc.push_back(
                {.kind = std::string(name(static_cast<node::RpcKind>(i))), .answers = times.at(i)});
        }
    }
    snapshot.latency = m_view;
}

} // namespace warp::engine
