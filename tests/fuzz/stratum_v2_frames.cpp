// Any bytes to the opener of encrypted frames: as they are, and encrypted block by block under its
// own key, so that headers and lengths of every kind reach it authentic. It gives the same whatever
// the pieces, holds no more than it was given, and is silent after a fault.
#include "core/stratum/v2/noise_opener.h"
#include "core/util/assert.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

using namespace warp;
using namespace warp::stratum::v2;

namespace {

constexpr std::size_t MAX_PAYLOAD = 128 * 1024;

struct Reading
{
    std::vector<util::Bytes> frames; // type bytes, then the payload
    std::optional<FrameFault> fault;

    bool operator==(const Reading&) const = default;
};

Reading read(util::ByteView stream, std::size_t pieceSize)
{
    NoiseOpener opener(CipherKey(), [](const FrameHeader&) { return MAX_PAYLOAD; });
    Reading reading;
    std::size_t taken = 0;
    while (!stream.empty() && !reading.fault) {
        util::ByteView piece = stream.first(std::min(pieceSize, stream.size()));
        stream = stream.subspan(piece.size());
        taken += piece.size();
        while (true) {
            const auto next = opener.next(piece);
            WARP_ASSERT(opener.heldBytes() <= 2 * taken + 256);
            if (!next) {
                reading.fault = next.error();
                const std::size_t left = piece.size();
                const auto again = opener.next(piece);
                WARP_ASSERT(!again && again.error() == *reading.fault && piece.size() == left);
                break;
            }
            if (!*next) {
                WARP_ASSERT(piece.empty());
                break;
            }
            const PlainFrame& frame = **next;
            WARP_ASSERT(frame.payload.size() <= MAX_PAYLOAD);
            util::Bytes& kept = reading.frames.emplace_back();
            WARP_ASSERT(frame.header.payloadSize == frame.payload.size());
            util::append(kept, util::ByteView(frame.header.toBytes()).first<3>());
            util::append(kept, frame.payload);
        }
    }
    return reading;
}

/// Blocks of the sizes that `text` itself says, each under the right count.
util::Bytes sealBlocks(util::ByteView text)
{
    NoiseCipher cipher{CipherKey()};
    util::Bytes stream;
    while (!text.empty()) {
        // A quarter of the sizes is a header's.
        const auto choice = std::to_integer<std::size_t>(text.front());
        text = text.subspan(1);
        const std::size_t wanted = choice < 64 ? FrameHeader::SIZE : choice - 64;
        const util::ByteView plain = text.first(std::min(wanted, text.size()));
        text = text.subspan(plain.size());
        const std::size_t begin = stream.size();
        stream.resize(begin + plain.size() + NoiseCipher::TAG_SIZE);
        cipher.seal({}, plain, std::span(stream).subspan(begin));
    }
    return stream;
}

/// Frames of the sizes that `text` says, all of them good.
void roundTrip(util::ByteView text, std::size_t pieceSize)
{
    NoiseSealer sealer{CipherKey()};
    util::Bytes stream;
    std::vector<util::Bytes> sent;
    while (text.size() >= 4) {
        const std::size_t size = std::to_integer<std::size_t>(text[3]) * 300;
        util::Bytes payload(size, text[3]);
        std::array<std::byte, FrameHeader::SIZE> head{};
        std::copy_n(text.begin(), 3, head.begin());
        sealer.seal({.header = FrameHeader::parse(head), .payload = payload}, stream);
        sent.emplace_back(text.begin(), text.begin() + 3);
        util::append(sent.back(), payload);
        text = text.subspan(4);
    }
    const Reading reading = read(stream, pieceSize);
    WARP_ASSERT(!reading.fault && reading.frames == sent);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) {
        return 0;
    }
    const util::ByteView text = std::as_bytes(std::span(data, size)).subspan(2);
    const std::size_t pieceSize = 1 + data[1] * std::size_t{37};
    if (data[0] % 3 == 2) {
        roundTrip(text.first(std::min<std::size_t>(text.size(), 16)), pieceSize);
        return 0;
    }
    const util::Bytes stream =
        data[0] % 3 == 0 ? util::Bytes(text.begin(), text.end()) : sealBlocks(text);
    WARP_ASSERT(read(stream, pieceSize) == read(stream, stream.size() + 1));
    return 0;
}
