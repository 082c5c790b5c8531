// What the pool pays for measuring itself: one look at the clock and one entry, for each read that
// brought shares.
#include "core/util/duration_histogram.h"
#include "core/util/system_clock.h"

#include <benchmark/benchmark.h>

namespace {

using namespace warp;

void addToHistogram(benchmark::State& state)
{
    util::DurationHistogram histogram;
    util::Duration duration = std::chrono::microseconds(3);
    for (auto _ : state) {
        benchmark::DoNotOptimize(duration);
        histogram.add(duration);
        benchmark::DoNotOptimize(histogram);
    }
}

void measureReply(benchmark::State& state)
{
    const util::SystemClock clock;
    util::DurationHistogram histogram;
    const util::BootTime begin = clock.boot();
    for (auto _ : state) {
        histogram.add(clock.boot() - begin);
        benchmark::DoNotOptimize(histogram);
    }
}

BENCHMARK(addToHistogram);
BENCHMARK(measureReply);

} // namespace
