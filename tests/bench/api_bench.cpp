// Requests a second of the API: the making of an answer alone, and over one kept connection on
// loopback, with ten thousand workers in the snapshot.
#include "core/api/api_server.h"
#include "core/net/asio_executor.h"
#include "tests/core/api/still_pool.h"
#include "tests/core/net/raw_client.h"

#include <benchmark/benchmark.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace warp;

constexpr std::size_t WORKERS = 10'000;

interfaces::PoolSnapshot largeSnapshot()
{
    interfaces::PoolSnapshot snapshot = test::busySnapshot();
    std::vector<interfaces::WorkerView> workers(WORKERS);
    for (std::size_t i = 0; i < workers.size(); ++i) {
        workers[i].name = "worker" + std::to_string(i);
        workers[i].sessions = 1;
    }
    snapshot.workers = interfaces::SharedList<interfaces::WorkerView>(workers);
    return snapshot;
}

void makeAnswer(benchmark::State& state, const char* target)
{
    net::AsioExecutor executor; // of answers that come later, of which there are none here
    test::StillPool pool(largeSnapshot());
    const test::HandClock clock;
    const api::ApiRoutes routes(executor, pool, clock, {.version = "1", .profile = "small"});
    const net::HttpServerRequest request{.method = "GET",
                                         .target = target,
                                         .headers = {},
                                         .body = {},
                                         .peer = {.host = "127.0.0.1", .port = 1}};
    std::size_t bytes = 0;
    for (auto _ : state) {
        routes.handle(request, [&bytes](const net::HttpServerResponse& answer) {
            bytes += answer.body.size();
        });
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
    state.SetItemsProcessed(state.iterations());
}

void serveAnswer(benchmark::State& state, const char* target)
{
    net::AsioExecutor executor;
    std::thread thread([&executor] { executor.run(); });
    test::StillPool pool(largeSnapshot());
    const test::HandClock clock;
    std::unique_ptr<api::ApiServer> server;
    std::promise<std::uint16_t> opened;
    executor.post([&] {
        server = std::make_unique<api::ApiServer>(
            executor, clock, pool, api::ApiOptions{.listen = {.host = "127.0.0.1", .port = 0}},
            api::ApiIssues{.raise = [](const auto&, const auto&) {}, .clear = [](const auto&) {}});
        opened.set_value(server->local()->port);
    });
    test::RawClient client;
    if (!client.connect(opened.get_future().get())) {
        state.SkipWithError("no connection");
    }
    const std::string request =
        "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (auto _ : state) {
        if (!client.send(request)) {
            state.SkipWithError("the connection ended");
            break;
        }
        std::string head;
        while (!head.ends_with("\r\n\r\n")) {
            head += client.receive(1);
        }
        const std::size_t at = head.find("Content-Length: ");
        benchmark::DoNotOptimize(client.receive(std::stoul(head.substr(at + 16))));
    }
    state.SetItemsProcessed(state.iterations());
    client.close();
    executor.post([&server] { server.reset(); });
    executor.stop();
    thread.join();
}

BENCHMARK_CAPTURE(makeAnswer, metrics, "/metrics")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(makeAnswer, overview, "/api/overview")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(serveAnswer, metrics, "/metrics")->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK_CAPTURE(serveAnswer, overview, "/api/overview")
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

} // namespace
