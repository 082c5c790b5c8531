// Stratum V2 shares from their encrypted bytes to the encrypted answer, beside hashing the same
// shares; new work to many channels; the memory of idle sessions. Both of a ratio run in turn
// within one measurement and the best round of each counts, so that it holds on a busy machine,
// too. Budgets: single_to_hash at most 2.0, batched_to_hash at most 1.6, a standard channel's share
// 2 us, an idle session 10 KiB.
#include "core/bitcoin/target.h"
#include "core/mining/work_hash.h"
#include "core/stratum/v1/server_session.h"

#include "tests/core/stratum/v2_session_fixtures.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <malloc.h>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace warp::test;
using Seconds = std::chrono::duration<double>;
using Steady = std::chrono::steady_clock;

constexpr std::uint32_t MAINNET_BITS = 0x17034219;
constexpr int SHARES = 256; ///< of a round

/// As on the main network: coinbase of some 350 bytes, branch of 12 levels.
std::shared_ptr<const mining::JobSet> makeJobs(std::uint32_t tip)
{
    auto source = std::make_shared<mining::BlockTemplate>();
    source->version = 0x20000000;
    source->bits = MAINNET_BITS;
    source->previous.bytes[0] = static_cast<std::byte>(tip);
    source->previous.bytes[1] = static_cast<std::byte>(tip >> 8U);
    source->currentTime = 1'700'000'000;
    source->received = at({});
    auto job = std::make_shared<mining::Job>(util::JobId(tip * mining::JOB_ID_STEP), tip, source,
                                             *bitcoin::Target::fromCompact(MAINNET_BITS));
    job->coinbase.prefix = util::Bytes(90, std::byte{0x5a});
    job->coinbase.suffix = util::Bytes(248, std::byte{0xa5});
    job->branch.resize(12);
    job->time = source->currentTime;
    job->created = at({});
    auto jobs = std::make_shared<mining::JobSet>();
    jobs->jobs.push_back(std::move(job));
    return jobs;
}

/// Every hash is good enough: 2^-40 of difficulty 1 is more than all hashes.
V2PoolOptions freeOptions()
{
    stratum::ServerOptions options;
    options.retargeting = stratum::ServerOptions::Retargeting::Off;
    options.minimumDifficulty = util::Difficulty(1e-12);
    options.initialDifficulty = util::Difficulty(1e-12);
    return {.server = options};
}

enum class Answers { Each, Batched };

/// A client of one channel and its session.
class Miner
{
public:
    explicit Miner(bool isStandard)
        : m_line(m_pool, m_thread)
    {
        m_pool.jobs = makeJobs(1);
        m_line.call([&](auto& out) { m_line.session.onJobs(m_pool.jobs, m_pool.now, out); });
        m_line.shakeHands();
        m_line.send(v2SetUp());
        if (isStandard) {
            m_line.send(v2OpenStandard());
        } else {
            m_line.send(v2OpenExtended());
        }
        m_channel.isStandard = isStandard;
        m_channel.id = 2;
    }

    /// Until its channel remembers as many shares as it ever will.
    void warmUp()
    {
        while (m_number <= mining::DuplicateFilter::CAPACITY) {
            submit(Answers::Batched);
        }
    }
    /// Mean of a round of shares.
    Seconds submit(Answers answers)
    {
        std::vector<util::Bytes> frames;
        for (int i = 0; i < SHARES; ++i) {
            frames.push_back(m_line.sealedFrame(shareFrame(m_channel, next())));
        }
        Steady::duration total{};
        stratum::Actions out;
        for (const util::Bytes& frame : frames) {
            if (answers == Answers::Each) {
                m_line.session.onTimer(m_pool.now, out); // the next is answered at once
            }
            out.clear();
            const auto start = Steady::now();
            m_line.session.onBytes(frame, m_pool.now, out);
            total += Steady::now() - start;
            accepted += out.shares.at(0).verdict.code == mining::ShareCode::Accepted ? 1U : 0U;
            ++submitted;
        }
        return Seconds(total) / SHARES;
    }
    Seconds hash()
    {
        const mining::Job& job = *m_pool.jobs->current();
        Steady::duration total{};
        for (std::uint32_t i = 0; i < SHARES; ++i) {
            mining::Share share{.job = job.id, .time = job.time, .nonce = i * 2654435761U};
            util::storeBigEndian<std::uint64_t>(share.extranonce2, ++m_hashed);
            const auto start = Steady::now();
            benchmark::DoNotOptimize(mining::hashShare(job, {}, share, 0x20000000));
            total += Steady::now() - start;
        }
        return Seconds(total) / SHARES;
    }

    std::size_t submitted = 0;
    std::size_t accepted = 0;

private:
    V2Share next()
    {
        ++m_number;
        V2Share share{.jobId = 1,
                      .nonce = static_cast<std::uint32_t>(m_number * 2654435761U),
                      .time = 1'700'000'000,
                      .version = 0x20000000,
                      .extranonce = util::Bytes(8),
                      .sequence = static_cast<std::uint32_t>(m_number)};
        util::storeBigEndian<std::uint64_t>(std::span(share.extranonce).first<8>(), m_number);
        return share;
    }

    V2Pool m_pool{freeOptions()};
    V2Thread m_thread;
    V2Line m_line;
    V2Channel m_channel;
    std::uint64_t m_number = 0;
    std::uint64_t m_hashed = 0;
};

void submitExtended(benchmark::State& state)
{
    Miner each(false);
    Miner batched(false);
    each.warmUp();
    batched.warmUp();
    Seconds eachTime = Seconds::max();
    Seconds batchedTime = Seconds::max();
    Seconds hashTime = Seconds::max();
    for ([[maybe_unused]] const auto round : state) {
        eachTime = std::min(eachTime, each.submit(Answers::Each));
        batchedTime = std::min(batchedTime, batched.submit(Answers::Batched));
        hashTime = std::min(hashTime, each.hash());
    }
    if (each.accepted != each.submitted || batched.accepted != batched.submitted) {
        state.SkipWithError("not every share was accepted");
    }
    state.counters["single_ns"] = eachTime.count() * 1e9;
    state.counters["batched_ns"] = batchedTime.count() * 1e9;
    state.counters["hash_ns"] = hashTime.count() * 1e9;
    state.counters["single_to_hash"] = eachTime / hashTime;
    state.counters["batched_to_hash"] = batchedTime / hashTime;
}
BENCHMARK(submitExtended)->Name("stratum/v2_submit_extended");

void submitStandard(benchmark::State& state)
{
    Miner miner(true);
    miner.warmUp();
    Seconds eachTime = Seconds::max();
    Seconds batchedTime = Seconds::max();
    for ([[maybe_unused]] const auto round : state) {
        eachTime = std::min(eachTime, miner.submit(Answers::Each));
        batchedTime = std::min(batchedTime, miner.submit(Answers::Batched));
    }
    if (miner.accepted != miner.submitted) {
        state.SkipWithError("not every share was accepted");
    }
    state.counters["single_ns"] = eachTime.count() * 1e9;
    state.counters["batched_ns"] = batchedTime.count() * 1e9;
}
BENCHMARK(submitStandard)->Name("stratum/v2_submit_standard");

/// A client that has done all but mine: with one channel, or as many standard ones of its own.
std::unique_ptr<stratum::v2::ServerSession> connect(V2Pool& pool, V2Thread& thread,
                                                    std::size_t number, std::size_t channels)
{
    using namespace stratum::v2;
    V2Wire client;
    auto session = std::make_unique<ServerSession>(pool.context, thread.handshakes, pool.now);
    stratum::Actions out;
    session->onJobs(pool.jobs, pool.now, out);
    session->onBytes(client.act1(), pool.now, out);
    giveTurn(*session, pool.now, out);
    client.finish(out.output);
    const std::uint32_t flags = channels > 1 ? mining_flags::REQUIRES_STANDARD_JOBS : 0;
    session->onBytes(client.sealed(v2SetUp(flags)), pool.now, out);
    for (std::size_t i = 0; i < channels; ++i) {
        const bool isStandard = channels > 1 || number % 2 == 1;
        session->onBytes(isStandard ? client.sealed(v2OpenStandard())
                                    : client.sealed(v2OpenExtended()),
                         pool.now, out);
    }
    return session;
}

/// A new tip to so many connections of so many channels each; as many miners of V1 beside it.
void newTip(benchmark::State& state)
{
    const auto connections = static_cast<std::size_t>(state.range(0));
    const auto channels = static_cast<std::size_t>(state.range(1));
    const std::size_t count = connections * channels;
    V2Pool pool(freeOptions());
    V2Thread thread;
    pool.jobs = makeJobs(1);
    std::vector<std::unique_ptr<stratum::v2::ServerSession>> encrypted;
    encrypted.push_back(connect(pool, thread, 0, channels)); // what is made once
    const auto before = mallinfo2().uordblks;
    for (std::size_t i = 1; i < connections; ++i) {
        encrypted.push_back(connect(pool, thread, i, channels));
    }
    state.counters["idle_bytes"] =
        static_cast<double>(mallinfo2().uordblks - before) / static_cast<double>(count - channels);
    stratum::v1::ServerContext context{.options = pool.context.options,
                                       .policy = pool.context.policy};
    std::vector<std::unique_ptr<stratum::v1::ServerSession>> plain;
    for (std::size_t i = 0; i < count; ++i) {
        plain.push_back(std::make_unique<stratum::v1::ServerSession>(
            context, *pool.extranonces.allocate(), pool.now));
        stratum::Actions out;
        plain.back()->onJobs(pool.jobs, pool.now, out);
        plain.back()->onBytes(
            util::asBytes("{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n"
                          "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"w\",\"x\"]}\n"),
            pool.now, out);
    }
    Seconds encryptedTime = Seconds::max();
    Seconds plainTime = Seconds::max();
    std::uint32_t tip = 1;
    std::size_t bytes = 0;
    const auto deliver = [&](auto& sessions, const auto& jobs) {
        stratum::Actions out;
        const auto start = Steady::now();
        for (const auto& session : sessions) {
            out.clear();
            session->onJobs(jobs, pool.now, out);
            bytes += out.output.size();
        }
        return Seconds(Steady::now() - start);
    };
    for ([[maybe_unused]] const auto round : state) {
        const auto jobs = makeJobs(++tip);
        plainTime = std::min(plainTime, deliver(plain, jobs));
        bytes = 0;
        encryptedTime = std::min(encryptedTime, deliver(encrypted, jobs));
    }
    state.counters["v2_ms"] = encryptedTime.count() * 1e3;
    state.counters["v1_ms"] = plainTime.count() * 1e3;
    state.counters["v2_bytes_each"] = static_cast<double>(bytes) / static_cast<double>(count);
}
BENCHMARK(newTip)->Name("stratum/v2_new_tip")->Args({1000, 1})->Args({5, 1000})->Iterations(30);

} // namespace
