#include "core/sim/fault_plan.h"

#include <cmath>

namespace warp::sim {

FaultScript::FaultScript(ExecutorRef environment, const util::Clock& clock, std::uint64_t seed)
    : m_environment(std::move(environment))
    , m_clock(clock)
    , m_random(seed)
{}

void FaultScript::add(util::Duration meanInterval, Fault fault)
{
    if (meanInterval.count() <= 0) {
        return;
    }
    m_entries.push_back(std::make_unique<Entry>(
        Entry{.meanInterval = meanInterval, .fault = std::move(fault), .timer = {}}));
    arm(*m_entries.back());
}

void FaultScript::arm(Entry& entry)
{
    const double factor = -std::log(1.0 - m_random.unit());
    const auto distance =
        std::chrono::duration_cast<util::Duration>(std::chrono::duration<double, std::nano>(
            factor * static_cast<double>(entry.meanInterval.count())));
    entry.timer = m_environment.at(m_clock.boot() + distance, [this, &entry] {
        entry.fault(m_random);
        arm(entry);
    });
}

} // namespace warp::sim
