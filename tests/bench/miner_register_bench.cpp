// What one second of statistics costs with ten thousand workers, each with a session and a share
// every ten seconds: the batch taken in, and the lists of the next snapshot. Figure: percent of one
// core.
#include "core/engine/miner_register.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace {

using namespace warp;

constexpr std::uint64_t WORKERS = engine::WorkerTable::MAX_WORKERS;
constexpr std::uint64_t SECONDS_A_SHARE = 10;

std::string nameOf(std::uint64_t number)
{
    return "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4.rig" + std::to_string(number);
}

engine::SessionDelta sessionOf(std::uint64_t number)
{
    engine::SessionDelta session;
    session.id = number << 8;
    session.worker = nameOf(number);
    session.userAgent = "bitaxe/BM1370/v2.9.0";
    session.difficulty = util::Difficulty(1000);
    session.workers = {{.name = session.worker, .difficulty = session.difficulty}};
    return session;
}

void publish(benchmark::State& state)
{
    using Seconds = std::chrono::duration<double>;
    engine::MinerRegister miners;
    interfaces::PoolSnapshot snapshot;
    engine::ShareBatch arrival;
    for (std::uint64_t i = 0; i < WORKERS; ++i) {
        arrival.sessions.push_back(sessionOf(i));
        arrival.sessions.back().origin =
            engine::SessionOrigin{.peer = "192.168.1.20:50000", .listener = 0};
    }
    miners.add(arrival, {});
    Seconds least = Seconds::max();
    std::uint64_t second = 0;
    for ([[maybe_unused]] const auto round : state) {
        engine::ShareBatch batch;
        for (std::uint64_t i = second % SECONDS_A_SHARE; i < WORKERS; i += SECONDS_A_SHARE) {
            engine::WorkerDelta worker;
            worker.worker = nameOf(i);
            worker.shares.byCode[0] = 1;
            worker.shares.acceptedWork = 1000;
            batch.sessions.push_back(sessionOf(i));
            batch.sessions.back().shares = worker.shares;
            batch.workers.push_back(std::move(worker));
        }
        const engine::Moment now{.boot = util::BootTime(std::chrono::seconds(++second)),
                                 .wall = util::WallTime(std::chrono::seconds(second))};
        const auto start = std::chrono::steady_clock::now();
        miners.add(batch, now);
        miners.publish(snapshot, now.boot);
        const interfaces::PoolSnapshot copy = snapshot;
        benchmark::DoNotOptimize(copy.version);
        const Seconds taken = std::chrono::steady_clock::now() - start;
        // The first rounds still meet workers without a rate.
        if (second > 2 * SECONDS_A_SHARE) {
            least = std::min(least, taken);
        }
    }
    if (snapshot.workers.size() != WORKERS || snapshot.sessions.size() != WORKERS) {
        state.SkipWithError("workers were lost");
    }
    state.counters["percent_of_core"] = least.count() * 100;
}
BENCHMARK(publish)->Name("engine/publish_10000_workers");

} // namespace
