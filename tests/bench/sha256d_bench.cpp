// What hashing a header and hashing a whole share cost, beside the same through EVP. Both run in
// turn within one measurement, so that the ratio holds on a busy machine, too.
#include "core/bitcoin/header.h"
#include "core/bitcoin/merkle.h"
#include "core/bitcoin/sha256d.h"
#include "core/util/bytes.h"

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <vector>

namespace {

using namespace warp;
using bitcoin::Hash256;
using Seconds = std::chrono::duration<double>;

/// SHA-256d as a program that keeps its EVP context and its fetched algorithm would do it.
class EvpSha256d final
{
public:
    [[nodiscard]] Hash256 operator()(util::ByteView data) const
    {
        Hash256 hash = once(data);
        hash = once(hash.bytes);
        return hash;
    }

private:
    [[nodiscard]] Hash256 once(util::ByteView data) const
    {
        Hash256 hash;
        EVP_DigestInit_ex2(m_context.get(), m_algorithm.get(), nullptr);
        EVP_DigestUpdate(m_context.get(), data.data(), data.size());
        EVP_DigestFinal_ex(m_context.get(), reinterpret_cast<unsigned char*>(hash.bytes.data()),
                           nullptr);
        return hash;
    }

    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> m_context{EVP_MD_CTX_new(),
                                                                      &EVP_MD_CTX_free};
    std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> m_algorithm{
        EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free};
};

/// A share as a miner submits it: coinbase of 350 bytes, branch of 12 levels, header.
struct Share
{
    util::Bytes coinbase = util::Bytes(350, std::byte{0x5A});
    std::vector<Hash256> branch = std::vector<Hash256>(12);
    bitcoin::BlockHeader header{};
};

Hash256 hashShare(Share& share)
{
    share.header.merkleRoot = bitcoin::foldBranch(bitcoin::sha256d(share.coinbase), share.branch);
    return share.header.hash();
}

Hash256 hashShareThrough(const EvpSha256d& evp, Share& share)
{
    Hash256 node = evp(share.coinbase);
    std::array<std::byte, 64> pair{};
    for (const Hash256& sibling : share.branch) {
        std::ranges::copy(node.bytes, pair.begin());
        std::ranges::copy(sibling.bytes, pair.begin() + 32);
        node = evp(pair);
    }
    share.header.merkleRoot = node;
    return evp(share.header.serialize());
}

template <class Function>
Seconds timeOf(const Function& function)
{
    constexpr int REPETITIONS = 256;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < REPETITIONS; ++i) {
        benchmark::DoNotOptimize(function());
    }
    return (std::chrono::steady_clock::now() - start) / REPETITIONS;
}

template <class Ours, class Evp>
void compare(benchmark::State& state, const Ours& ours, const Evp& evp)
{
    Seconds ourTime{};
    Seconds evpTime{};
    std::int64_t rounds = 0;
    for ([[maybe_unused]] const auto round : state) {
        ourTime += timeOf(ours);
        evpTime += timeOf(evp);
        ++rounds;
    }
    const double count = static_cast<double>(std::max<std::int64_t>(rounds, 1));
    state.counters["ours_ns"] = ourTime.count() * 1e9 / count;
    state.counters["evp_ns"] = evpTime.count() * 1e9 / count;
    state.counters["evp_to_ours"] = evpTime / ourTime;
}

void header(benchmark::State& state)
{
    const EvpSha256d evp;
    bitcoin::BlockHeader ours;
    bitcoin::BlockHeader theirs;
    compare(
        state,
        [&ours] {
            ++ours.nonce;
            return bitcoin::sha256d(ours.serialize());
        },
        [&evp, &theirs] {
            ++theirs.nonce;
            return evp(theirs.serialize());
        });
}
BENCHMARK(header)->Name("sha256d/header");

void wholeShare(benchmark::State& state)
{
    const EvpSha256d evp;
    Share ours;
    Share theirs;
    compare(
        state,
        [&ours] {
            ++ours.header.nonce;
            return hashShare(ours);
        },
        [&evp, &theirs] {
            ++theirs.header.nonce;
            return hashShareThrough(evp, theirs);
        });
}
BENCHMARK(wholeShare)->Name("sha256d/share");

} // namespace
