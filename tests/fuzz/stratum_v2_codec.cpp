// Any frame as a message of each Stratum V2 protocol: what decodes is encoded to bytes that decode
// to the same, and is no longer than the limit that was set before a byte of it was kept.
#include "core/stratum/v2/message_sets.h"
#include "core/stratum/v2/tlv.h"
#include "core/util/assert.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <variant>

using namespace warp;
using namespace warp::stratum::v2;

namespace {

void checkTrailing(util::ByteView trailing)
{
    const auto name = workerName(trailing);
    if (!name || !*name) {
        WARP_ASSERT(name || name.error() == WireFault::TooLong);
        return;
    }
    util::Bytes written;
    appendTlv(written, WORKER_NAME, util::asBytes(**name));
    const auto again = workerName(written);
    WARP_ASSERT(again && *again == *name);
}

template <class Set>
void check(Protocol protocol, const FrameHeader& header, util::ByteView payload)
{
    const auto decoded = decodeFrame<Set>(header, payload);
    if (!decoded) {
        WARP_ASSERT(!describe(decoded.error()).empty());
        return;
    }
    std::visit(
        [&](const auto& message) {
            using Kind = std::decay_t<decltype(message)>;
            if constexpr (!std::is_same_v<Kind, UnknownMessage>) {
                util::Bytes written;
                appendFrame(written, message, decoded->trailing);
                WARP_ASSERT(written.size() == FrameHeader::SIZE + payload.size());
                const auto rest = util::ByteView(written).subspan(FrameHeader::SIZE);
                const auto again = decodePayload<Kind>(rest);
                WARP_ASSERT(again && again->message == message);
                WARP_ASSERT(std::ranges::equal(again->trailing, decoded->trailing));
                const std::size_t limit = payloadLimit(protocol, header);
                WARP_ASSERT(limit == DEFAULT_PAYLOAD_LIMIT || limit == FrameHeader::MAX_PAYLOAD ||
                            payload.size() - decoded->trailing.size() + TLV_ALLOWANCE <= limit);
                checkTrailing(decoded->trailing);
            }
        },
        decoded->message);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto frame = std::as_bytes(std::span(data, size));
    if (frame.size() < FrameHeader::SIZE) {
        return 0;
    }
    const FrameHeader header = FrameHeader::parse(frame.first<FrameHeader::SIZE>());
    const auto payload = frame.subspan(FrameHeader::SIZE);
    util::Bytes packed;
    header.appendTo(packed);
    WARP_ASSERT(std::ranges::equal(packed, frame.first<FrameHeader::SIZE>()));
    check<MiningMessage>(Protocol::Mining, header, payload);
    check<JobDeclarationMessage>(Protocol::JobDeclaration, header, payload);
    check<TemplateMessage>(Protocol::TemplateDistribution, header, payload);
    return 0;
}
