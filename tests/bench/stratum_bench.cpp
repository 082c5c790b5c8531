// A submit from the bytes of its line to the bytes of the reply, beside hashing the same share.
// Both run in turn within one measurement and the best round of each counts, so that the ratio
// holds on a busy machine, too. Budget: submit_to_hash at most 1.4.
#include "core/bitcoin/target.h"
#include "core/mining/work_hash.h"
#include "core/stratum/v1/server_session.h"
#include "core/util/hex.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace warp;
using Seconds = std::chrono::duration<double>;

const util::BootTime NOW{std::chrono::hours(1)};
constexpr std::uint32_t MAINNET_BITS = 0x17034219;
/// More than a session remembers, so that going round gives no duplicates.
constexpr std::size_t LINES = mining::DuplicateFilter::CAPACITY + 1024;

/// As on the main network: coinbase of some 350 bytes, branch of 12 levels.
std::shared_ptr<const mining::Job> makeJob()
{
    auto source = std::make_shared<mining::BlockTemplate>();
    source->version = 0x20000000;
    source->bits = MAINNET_BITS;
    source->currentTime = 1'700'000'000;
    source->received = NOW;
    auto job = std::make_shared<mining::Job>(util::JobId(0x1234abcd), 1, source,
                                             *bitcoin::Target::fromCompact(MAINNET_BITS));
    job->coinbase.prefix = util::Bytes(90, std::byte{0x5a});
    job->coinbase.suffix = util::Bytes(248, std::byte{0xa5});
    job->branch.resize(12);
    job->time = source->currentTime;
    job->created = NOW;
    return job;
}

struct Submits
{
    std::vector<mining::Share> shares;
    std::vector<std::string> lines;
};

Submits makeSubmits(const mining::Job& job, std::string_view worker)
{
    Submits made;
    for (std::uint32_t i = 0; i < LINES; ++i) {
        mining::Share share{.job = job.id, .time = job.time, .nonce = i * 2654435761U};
        util::storeBigEndian<std::uint64_t>(share.extranonce2, i);
        share.versionBits = (i << 13) & mining::VERSION_ROLLING_MASK;
        std::string line = "{\"params\":[\"" + std::string(worker) + "\",\"1234abcd\",\"" +
                           util::toHex(share.extranonce2) + "\",\"";
        stratum::v1::appendHexUint32(line, share.time);
        line += "\",\"";
        stratum::v1::appendHexUint32(line, share.nonce);
        line += "\",\"";
        stratum::v1::appendHexUint32(line, *share.versionBits);
        line += "\"],\"id\":" + std::to_string(i) + ",\"method\":\"mining.submit\"}\n";
        made.shares.push_back(share);
        made.lines.push_back(std::move(line));
    }
    return made;
}

template <class Function>
Seconds timeOf(const Function& function)
{
    constexpr int REPETITIONS = 128;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < REPETITIONS; ++i) {
        function();
    }
    return (std::chrono::steady_clock::now() - start) / REPETITIONS;
}

void submit(benchmark::State& state)
{
    constexpr std::string_view WORKER = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4.rig01";
    stratum::SingleModePolicy policy(bitcoin::Network::Main);
    stratum::ServerOptions options;
    options.retargeting = stratum::ServerOptions::Retargeting::Off;
    // Every hash is good enough: 2^-40 of difficulty 1 is more than all hashes.
    options.minimumDifficulty = util::Difficulty(1e-12);
    options.initialDifficulty = util::Difficulty(1e-12);
    stratum::v1::ServerContext context{.options = options, .policy = policy};
    constexpr mining::Extranonce1 EXTRANONCE1{};
    stratum::v1::ServerSession session(context, EXTRANONCE1, NOW);
    auto jobs = std::make_shared<mining::JobSet>();
    jobs->jobs.push_back(makeJob());
    const mining::Job& job = *jobs->current();
    stratum::Actions out;
    session.onJobs(jobs, NOW, out);
    session.onBytes(util::asBytes("{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n"
                                  "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"" +
                                  std::string(WORKER) + "\",\"x\"]}\n"),
                    NOW, out);
    const Submits submits = makeSubmits(job, WORKER);

    Seconds submitTime = Seconds::max();
    Seconds hashTime = Seconds::max();
    std::size_t next = 0;
    std::size_t hashed = 0;
    std::size_t accepted = 0;
    const auto submitNext = [&] {
        out.clear();
        session.onBytes(util::asBytes(submits.lines[next++ % LINES]), NOW, out);
        accepted += out.shares[0].verdict.code == mining::ShareCode::Accepted ? 1U : 0U;
    };
    // The session remembers as many shares as it ever will.
    while (next <= mining::DuplicateFilter::CAPACITY) {
        submitNext();
    }
    for ([[maybe_unused]] const auto round : state) {
        const Seconds submitRound = timeOf(submitNext);
        const Seconds hashRound = timeOf([&] {
            const mining::Share& share = submits.shares[hashed++ % LINES];
            const std::uint32_t version = mining::rollVersion(
                job.source->version, *share.versionBits, mining::VERSION_ROLLING_MASK);
            benchmark::DoNotOptimize(mining::hashShare(job, EXTRANONCE1, share, version));
        });
        submitTime = std::min(submitTime, submitRound);
        hashTime = std::min(hashTime, hashRound);
    }
    if (accepted != next) {
        state.SkipWithError("not every share was accepted");
    }
    state.counters["submit_ns"] = submitTime.count() * 1e9;
    state.counters["hash_ns"] = hashTime.count() * 1e9;
    state.counters["submit_to_hash"] = submitTime / hashTime;
}
BENCHMARK(submit)->Name("stratum/v1_submit");

} // namespace
