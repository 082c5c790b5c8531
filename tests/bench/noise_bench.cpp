// The encrypted layer of Stratum V2: handshakes, the parts that they are made of, and frames of a
// share's size. A handshake's time is what a connection costs its io thread; its rate is the
// number of items a second.
#include "core/stratum/v2/noise_initiator.h"
#include "core/stratum/v2/noise_responder.h"
#include "core/stratum/v2/noise_transport.h"
#include "core/stratum/v2/static_identity.h"
#include "core/util/random.h"

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>

namespace {

using namespace warp;
using namespace warp::stratum::v2;

/// SubmitSharesExtended: six numbers and an extranonce of eight bytes.
constexpr std::size_t SHARE_SIZE = 24 + 9;
constexpr FrameHeader SHARE_HEADER{.scope = FrameScope::Channel, .type = 0x1b};

std::size_t limitOf(const FrameHeader& /*header*/)
{
    return 64 * 1024;
}

struct World
{
    util::SeededRandom random{1};
    Curve curve{random};
    AuthorityKey authority = AuthorityKey::generate(curve, random);
    StaticIdentity identity =
        StaticIdentity::certify(curve, authority, NoiseKey::generate(curve, random),
                                {.from = 0, .until = 0xffffffff}, std::array<std::byte, 32>{});
};

util::Bytes actOne(World& world)
{
    util::Bytes act;
    NoiseInitiator(world.curve, NoiseKey::generate(world.curve, world.random), {}).start(act);
    return act;
}

/// The answer alone, with an ephemeral key from the stock.
void noiseRespond(benchmark::State& state)
{
    World world;
    const util::Bytes act = actOne(world);
    const NoiseKey ephemeral = NoiseKey::generate(world.curve, world.random);
    for (auto step : state) {
        NoiseResponder responder;
        util::ByteView input = act;
        responder.collect(input);
        util::Bytes out;
        benchmark::DoNotOptimize(responder.respond(world.curve, world.identity, ephemeral, out));
    }
    state.SetItemsProcessed(state.iterations());
}

/// With the ephemeral key's making, as where the stock is empty.
void noiseRespondWithFreshKey(benchmark::State& state)
{
    World world;
    const util::Bytes act = actOne(world);
    for (auto step : state) {
        NoiseResponder responder;
        util::ByteView input = act;
        responder.collect(input);
        util::Bytes out;
        benchmark::DoNotOptimize(responder.respond(
            world.curve, world.identity, NoiseKey::generate(world.curve, world.random), out));
    }
    state.SetItemsProcessed(state.iterations());
}

void noiseGenerateKey(benchmark::State& state)
{
    World world;
    for (auto step : state) {
        benchmark::DoNotOptimize(NoiseKey::generate(world.curve, world.random));
    }
}

void noiseDecodeKey(benchmark::State& state)
{
    World world;
    EllSwift encoding{};
    for (auto step : state) {
        world.random.fill(encoding);
        benchmark::DoNotOptimize(decodeEllSwift(world.curve, encoding));
    }
}

void noiseSealShare(benchmark::State& state)
{
    NoiseTransport client({}, NoiseSide::Client, limitOf);
    const util::Bytes payload(SHARE_SIZE, std::byte{7});
    util::Bytes out;
    for (auto step : state) {
        out.clear();
        client.seal({.header = SHARE_HEADER, .payload = payload}, out);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetItemsProcessed(state.iterations());
}

/// Sealing and opening; what opening takes is this less noiseSealShare.
void noiseSealAndOpenShare(benchmark::State& state)
{
    NoiseTransport client({}, NoiseSide::Client, limitOf);
    NoiseTransport server({}, NoiseSide::Server, limitOf);
    const util::Bytes payload(SHARE_SIZE, std::byte{7});
    util::Bytes out;
    for (auto step : state) {
        out.clear();
        client.seal({.header = SHARE_HEADER, .payload = payload}, out);
        util::ByteView input = out;
        const auto frame = server.next(input);
        if (!frame || !*frame) {
            state.SkipWithError("a frame was not opened");
            return;
        }
        benchmark::DoNotOptimize((*frame)->payload.data());
    }
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(noiseRespond)->Unit(benchmark::kMicrosecond);
BENCHMARK(noiseRespondWithFreshKey)->Unit(benchmark::kMicrosecond);
BENCHMARK(noiseGenerateKey)->Unit(benchmark::kMicrosecond);
BENCHMARK(noiseDecodeKey)->Unit(benchmark::kMicrosecond);
BENCHMARK(noiseSealShare);
BENCHMARK(noiseSealAndOpenShare);

} // namespace
