// Messages of Stratum V2 to frames and back: one function of each kind for every message struct,
// driven by its fieldsOf(). Nothing here allocates but the growth of the buffer written to.
// Pure; safe on any thread.
#pragma once

#include "core/stratum/v2/frame_header.h"
#include "core/stratum/v2/message_kind.h"
#include "core/stratum/v2/wire_reader.h"
#include "core/stratum/v2/wire_writer.h"
#include "core/util/bytes.h"
#include "core/util/result.h"

#include <cstddef>
#include <span>
#include <tuple>

namespace warp::stratum::v2 {

template <class Kind>
struct Decoded final
{
    Kind message; ///< views into the payload
    /// What follows the last field: TLV fields of extensions, or what newer peers append (3.4.3).
    util::ByteView trailing;
};

template <class Kind>
using DecodeResult = util::Result<Decoded<Kind>, WireFault>;

/// The payload of a frame as this message. The payload must outlive the result.
template <Message Kind>
[[nodiscard]] DecodeResult<Kind> decodePayload(util::ByteView payload)
{
    Decoded<Kind> decoded;
    WireReader reader(payload);
    std::apply([&reader](auto&... field) { (reader.read(field), ...); },
               Kind::fieldsOf(decoded.message));
    if (const auto fault = reader.fault()) {
        return util::Unexpected(*fault);
    }
    decoded.trailing = reader.rest();
    return decoded;
}

template <Message Kind>
void appendPayload(util::Bytes& out, const Kind& message)
{
    WireWriter writer(out);
    std::apply([&writer](const auto&... field) { (writer.write(field), ...); },
               Kind::fieldsOf(message));
}

/// Appends header and payload as plain text; the first FrameHeader::SIZE bytes are the header.
/// @param trailing  TLV fields, see tlv.h
template <Message Kind>
void appendFrame(util::Bytes& out, const Kind& message, util::ByteView trailing = {})
{
    const std::size_t start = out.size();
    FrameHeader header{.extension = Kind::KIND.extension,
                       .scope = Kind::KIND.scope,
                       .type = Kind::KIND.type,
                       .payloadSize = 0};
    header.appendTo(out);
    appendPayload(out, message);
    util::append(out, trailing);
    setPayloadSize(std::span(out).subspan(start));
}

} // namespace warp::stratum::v2
