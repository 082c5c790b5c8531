// The messages that every Stratum V2 connection knows (Stratum V2 specification 3.6). Views into
// the payload they were read from, or to what their maker keeps. Values; safe on any thread.
#pragma once

#include "core/stratum/v2/message_kind.h"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace warp::stratum::v2 {

/// The one version of the protocol that exists.
inline constexpr std::uint16_t PROTOCOL_VERSION = 2;

/// The field `protocol` of SetupConnection.
enum class Protocol : std::uint8_t {
    Mining = 0,
    JobDeclaration = 1,
    TemplateDistribution = 2,
};

/// Of SetupConnection and SetupConnection.Error on a mining connection (5.3.1).
namespace mining_flags {
inline constexpr std::uint32_t REQUIRES_STANDARD_JOBS = 1U << 0;
inline constexpr std::uint32_t REQUIRES_WORK_SELECTION = 1U << 1;
inline constexpr std::uint32_t REQUIRES_VERSION_ROLLING = 1U << 2;
} // namespace mining_flags

/// Of SetupConnection.Success on a mining connection (5.3.1): another set, never an echo.
namespace mining_success_flags {
inline constexpr std::uint32_t REQUIRES_FIXED_VERSION = 1U << 0;
inline constexpr std::uint32_t REQUIRES_EXTENDED_CHANNELS = 1U << 1;
} // namespace mining_success_flags

/// Of SetupConnection and SetupConnection.Error on a job declaration connection (6.4.1).
namespace declaration_flags {
inline constexpr std::uint32_t DECLARE_TX_DATA = 1U << 0;
} // namespace declaration_flags

/// 3.6.1
struct SetupConnection final
{
    static constexpr MessageKind KIND{0x00, FrameScope::Connection, Sender::Client};

    std::uint8_t protocol = 0; ///< Protocol; others may come
    std::uint16_t minVersion = 0;
    std::uint16_t maxVersion = 0;
    std::uint32_t flags = 0;
    std::string_view endpointHost;
    std::uint16_t endpointPort = 0;
    std::string_view vendor;
    std::string_view hardwareVersion;
    std::string_view firmware;
    std::string_view deviceId;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.protocol, self.minVersion, self.maxVersion, self.flags,
                        self.endpointHost, self.endpointPort, self.vendor, self.hardwareVersion,
                        self.firmware, self.deviceId);
    }
};

/// 3.6.2
struct SetupConnectionSuccess final
{
    static constexpr MessageKind KIND{0x01, FrameScope::Connection, Sender::Server};

    std::uint16_t usedVersion = 0;
    std::uint32_t flags = 0;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.usedVersion, self.flags);
    }
};

/// 3.6.3
struct SetupConnectionError final
{
    static constexpr MessageKind KIND{0x02, FrameScope::Connection, Sender::Server};

    std::uint32_t flags = 0; ///< all that are not supported; 0: another cause
    std::string_view errorCode;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.flags, self.errorCode);
    }
};

/// 3.6.4
struct ChannelEndpointChanged final
{
    static constexpr MessageKind KIND{0x03, FrameScope::Channel, Sender::Either};

    std::uint32_t channelId = 0;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId);
    }
};

/// 3.6.5
struct Reconnect final
{
    static constexpr MessageKind KIND{0x04, FrameScope::Connection, Sender::Server};

    std::string_view newHost;  ///< empty: the present one
    std::uint16_t newPort = 0; ///< 0: the present one

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.newHost, self.newPort);
    }
};

} // namespace warp::stratum::v2
