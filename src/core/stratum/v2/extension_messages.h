// The messages of extension 1, by which further extensions are negotiated (Stratum V2
// specification, extensions/0x0001). Views into the payload they were read from, or to what their
// maker keeps. Values; safe on any thread.
#pragma once

#include "core/stratum/v2/message_kind.h"
#include "core/stratum/v2/wire_types.h"

#include <cstdint>
#include <tuple>

namespace warp::stratum::v2 {

inline constexpr std::uint16_t EXTENSION_NEGOTIATION = 0x0001;
/// The names of workers behind an extended channel, as a TLV field (extensions/0x0002).
inline constexpr std::uint16_t EXTENSION_WORKER_HASHRATE = 0x0002;

/// Sent right after SetupConnection.Success.
struct RequestExtensions final
{
    static constexpr MessageKind KIND{0x00, FrameScope::Connection, Sender::Client,
                                      EXTENSION_NEGOTIATION};

    std::uint16_t requestId = 0;
    NumberList16 requestedExtensions;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.requestedExtensions);
    }
};

struct RequestExtensionsSuccess final
{
    static constexpr MessageKind KIND{0x01, FrameScope::Connection, Sender::Server,
                                      EXTENSION_NEGOTIATION};

    std::uint16_t requestId = 0;
    NumberList16 supportedExtensions;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.supportedExtensions);
    }
};

struct RequestExtensionsError final
{
    static constexpr MessageKind KIND{0x02, FrameScope::Connection, Sender::Server,
                                      EXTENSION_NEGOTIATION};

    std::uint16_t requestId = 0;
    NumberList16 unsupportedExtensions;
    NumberList16 requiredExtensions;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.unsupportedExtensions, self.requiredExtensions);
    }
};

} // namespace warp::stratum::v2
