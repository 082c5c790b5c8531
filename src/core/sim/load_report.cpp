#include "core/sim/load_report.h"

#include <fmt/format.h>

namespace warp::sim {

namespace {

double milliseconds(util::Duration duration)
{
    return std::chrono::duration<double, std::milli>(duration).count();
}

std::string latencyText(const char* name, const LatencyHistogram& histogram)
{
    if (histogram.count() == 0) {
        return {};
    }
    return fmt::format("{:<10} p50 {:.3f} ms  p90 {:.3f} ms  p99 {:.3f} ms  max {:.3f} ms\n", name,
                       milliseconds(histogram.percentile(50)),
                       milliseconds(histogram.percentile(90)),
                       milliseconds(histogram.percentile(99)), milliseconds(histogram.maximum()));
}

} // namespace

double LoadReport::answersPerSecond() const
{
    const double seconds = std::chrono::duration<double>(measured).count();
    return seconds > 0 ? static_cast<double>(answered) / seconds : 0;
}

std::string LoadReport::toText() const
{
    std::string text =
        fmt::format("connections {} wanted, {} connected, {} ready, {} failed in "
                    "{:.3f} s\n",
                    wanted, connected, ready, failed, std::chrono::duration<double>(setUp).count());
    text += latencyText("connect", connectLatency);
    text += latencyText("ready", readyLatency);
    if (submitted > 0) {
        text += fmt::format("submits {}, answers {}, accepted {}, {:.0f} answers/s over {:.1f} s\n",
                            submitted, answered, accepted, answersPerSecond(),
                            std::chrono::duration<double>(measured).count());
        text += latencyText("submit", submitLatency);
    }
    for (const auto& [code, count] : rejectedByCode) {
        text += fmt::format("rejected with code {}: {}\n", code, count);
    }
    return text;
}

} // namespace warp::sim
