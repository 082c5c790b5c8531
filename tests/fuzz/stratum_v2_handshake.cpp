// Any bytes to both sides of the encrypted handshake: as act 1 and what follows it, as act 2, and
// as a certificate within an act 2 that is otherwise good. The first byte says which.
#include "core/stratum/v2/noise_initiator.h"
#include "core/stratum/v2/noise_responder.h"
#include "core/stratum/v2/noise_transport.h"
#include "core/stratum/v2/static_identity.h"
#include "core/util/assert.h"
#include "core/util/random.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

using namespace warp;
using namespace warp::stratum::v2;

namespace {

constexpr std::size_t MAX_PAYLOAD = 64 * 1024;
const util::WallTime NOW{std::chrono::seconds(1'750'000'000)};

/// The same keys in every run, so that act 2 in the corpus is good.
struct World
{
    util::SeededRandom random{1};
    Curve curve{random};
    AuthorityKey authority = AuthorityKey::generate(curve, random);
    NoiseKey client = NoiseKey::generate(curve, random);
    NoiseKey server = NoiseKey::generate(curve, random);
    StaticIdentity identity = StaticIdentity::certify(
        curve, authority, NoiseKey::generate(curve, random),
        {.from = 1'700'000'000, .until = 0xffffffff}, std::array<std::byte, 32>{});
};

const World& world()
{
    static const World made;
    return made;
}

/// All of `text` to a server, then its frames.
void serve(util::ByteView text, std::size_t pieceSize)
{
    NoiseResponder responder;
    std::optional<NoiseTransport> transport;
    bool isOver = false;
    for (std::size_t begin = 0; begin < text.size() && !isOver; begin += pieceSize) {
        util::ByteView piece = text.subspan(begin, std::min(pieceSize, text.size() - begin));
        if (!transport) {
            if (!responder.collect(piece)) {
                WARP_ASSERT(piece.empty() && begin < ACT_1_SIZE);
                continue;
            }
            util::Bytes out;
            transport.emplace(
                responder.respond(world().curve, world().identity, world().server, out),
                NoiseSide::Server, [](const FrameHeader& /*header*/) { return MAX_PAYLOAD; });
            WARP_ASSERT(out.size() == ACT_2_SIZE);
        }
        const auto frame = transport->next(piece);
        WARP_ASSERT(!frame || !*frame); // nobody guesses a tag
        isOver = !frame;
    }
}

util::Result<std::optional<TransportKeys>, HandshakeFault> connect(util::ByteView act2,
                                                                   std::size_t pieceSize)
{
    NoiseInitiator client(world().curve, world().client,
                          {.authority = world().authority.publicKey()});
    util::Bytes sent;
    client.start(sent);
    WARP_ASSERT(sent.size() == ACT_1_SIZE);
    while (!act2.empty()) {
        util::ByteView piece = act2.first(std::min(pieceSize, act2.size()));
        act2 = act2.subspan(piece.size());
        auto keys = client.onBytes(piece, NOW);
        if (!keys || *keys) {
            return keys;
        }
        WARP_ASSERT(piece.empty());
    }
    return std::optional<TransportKeys>();
}

util::Bytes actTwo(const StaticIdentity& identity)
{
    util::ByteView act1 = world().client.encoding;
    NoiseResponder responder;
    WARP_ASSERT(responder.collect(act1));
    util::Bytes out;
    static_cast<void>(responder.respond(world().curve, identity, world().server, out));
    return out;
}

void certify(util::ByteView text)
{
    NoiseCertificate::Encoded bytes{};
    std::copy_n(text.begin(), std::min(text.size(), bytes.size()), bytes.begin());
    const StaticIdentity identity{.key = world().identity.key,
                                  .certificate = NoiseCertificate::decode(bytes)};
    WARP_ASSERT(identity.certificate.encode() == bytes);
    const auto keys = connect(actTwo(identity), ACT_2_SIZE);
    const bool isOurs = bytes == world().identity.certificate.encode();
    WARP_ASSERT(isOurs ? keys && *keys : !keys && keys.error() != HandshakeFault(Unauthentic{}));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) {
        return 0;
    }
    const util::ByteView text = std::as_bytes(std::span(data, size)).subspan(2);
    const std::size_t pieceSize = 1 + data[1];
    switch (data[0] % 3) {
    case 0:
        serve(text, pieceSize);
        break;
    case 1: {
        static const util::Bytes good = actTwo(world().identity);
        const auto keys = connect(text, pieceSize);
        const bool isGood =
            text.size() >= good.size() && std::ranges::equal(text.first(good.size()), good);
        WARP_ASSERT((keys && *keys) == isGood);
        WARP_ASSERT(keys || text.size() >= ACT_2_SIZE);
        break;
    }
    default:
        certify(text);
    }
    return 0;
}
