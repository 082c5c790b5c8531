// What each message struct says of itself: its number, its scope and its sender (Stratum V2
// specification 8), and its fields in the order of the wire by one function for both directions.
// Constants; safe on any thread.
#pragma once

#include "core/stratum/v2/frame_header.h"

#include <concepts>
#include <cstdint>

namespace warp::stratum::v2 {

/// Who sends it. In job declaration and template distribution, too, the client is the one that
/// connected and sent SetupConnection.
enum class Sender : std::uint8_t {
    Client,
    Server,
    Either,
};

struct MessageKind final
{
    std::uint8_t type = 0;
    FrameScope scope = FrameScope::Connection;
    Sender sender = Sender::Either;
    std::uint16_t extension = 0;
};

/// A struct with `static constexpr MessageKind KIND` and `fieldsOf(self)`, a tuple of references
/// to its fields in the order of the wire, whose C++ types say how each is encoded.
template <class Candidate>
concept Message = requires(Candidate& message) {
    { Candidate::KIND } -> std::convertible_to<MessageKind>;
    Candidate::fieldsOf(message);
};

template <Message Kind>
[[nodiscard]] bool operator==(const Kind& left, const Kind& right)
{
    return Kind::fieldsOf(left) == Kind::fieldsOf(right);
}

} // namespace warp::stratum::v2
