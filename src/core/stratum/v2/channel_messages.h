// The messages of the Stratum V2 mining protocol by which channels are opened, changed, grouped and
// closed (Stratum V2 specification 5.3). Views into the payload they were read from, or to what
// their maker keeps. Values; safe on any thread.
#pragma once

#include "core/bitcoin/target.h"
#include "core/stratum/v2/message_kind.h"
#include "core/stratum/v2/wire_types.h"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace warp::stratum::v2 {

/// 5.3.2
struct OpenStandardMiningChannel final
{
    static constexpr MessageKind KIND{0x10, FrameScope::Connection, Sender::Client};

    std::uint32_t requestId = 0;
    std::string_view userIdentity;
    Float32 nominalHashRate; ///< hashes per second
    bitcoin::Target maxTarget;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.userIdentity, self.nominalHashRate, self.maxTarget);
    }
};

/// 5.3.3
struct OpenStandardMiningChannelSuccess final
{
    static constexpr MessageKind KIND{0x11, FrameScope::Connection, Sender::Server};

    std::uint32_t requestId = 0;
    std::uint32_t channelId = 0;
    bitcoin::Target target;
    Bytes32 extranoncePrefix; ///< the whole extranonce
    std::uint32_t groupChannelId = 0;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.channelId, self.target, self.extranoncePrefix,
                        self.groupChannelId);
    }
};

/// 5.3.6
struct OpenMiningChannelError final
{
    static constexpr MessageKind KIND{0x12, FrameScope::Connection, Sender::Server};

    std::uint32_t requestId = 0;
    std::string_view errorCode;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.errorCode);
    }
};

/// 5.3.4
struct OpenExtendedMiningChannel final
{
    static constexpr MessageKind KIND{0x13, FrameScope::Connection, Sender::Client};

    std::uint32_t requestId = 0;
    std::string_view userIdentity;
    Float32 nominalHashRate; ///< hashes per second
    bitcoin::Target maxTarget;
    std::uint16_t minExtranonceSize = 0;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.userIdentity, self.nominalHashRate, self.maxTarget,
                        self.minExtranonceSize);
    }
};

/// 5.3.5
struct OpenExtendedMiningChannelSuccess final
{
    static constexpr MessageKind KIND{0x14, FrameScope::Connection, Sender::Server};

    std::uint32_t requestId = 0;
    std::uint32_t channelId = 0;
    bitcoin::Target target;
    std::uint16_t extranonceSize = 0; ///< of the part that the client fills
    Bytes32 extranoncePrefix;
    std::uint32_t groupChannelId = 0;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.requestId, self.channelId, self.target, self.extranonceSize,
                        self.extranoncePrefix, self.groupChannelId);
    }
};

/// 5.3.7
struct UpdateChannel final
{
    static constexpr MessageKind KIND{0x16, FrameScope::Channel, Sender::Client};

    std::uint32_t channelId = 0;
    Float32 nominalHashRate; ///< hashes per second
    bitcoin::Target maximumTarget;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.nominalHashRate, self.maximumTarget);
    }
};

/// 5.3.8
struct UpdateChannelError final
{
    static constexpr MessageKind KIND{0x17, FrameScope::Channel, Sender::Server};

    std::uint32_t channelId = 0;
    std::string_view errorCode;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.errorCode);
    }
};

/// 5.3.9
struct CloseChannel final
{
    static constexpr MessageKind KIND{0x18, FrameScope::Channel, Sender::Either};

    std::uint32_t channelId = 0; ///< a channel, or a group for all of its members
    std::string_view reasonCode;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.reasonCode);
    }
};

/// 5.3.10
struct SetExtranoncePrefix final
{
    static constexpr MessageKind KIND{0x19, FrameScope::Channel, Sender::Server};

    std::uint32_t channelId = 0;
    Bytes32 extranoncePrefix;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.extranoncePrefix);
    }
};

/// 5.3.21
struct SetTarget final
{
    static constexpr MessageKind KIND{0x21, FrameScope::Channel, Sender::Server};

    std::uint32_t channelId = 0; ///< a channel, or a group for all of its members
    bitcoin::Target maximumTarget;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.channelId, self.maximumTarget);
    }
};

/// 5.3.22
struct SetGroupChannel final
{
    static constexpr MessageKind KIND{0x25, FrameScope::Connection, Sender::Server};

    std::uint32_t groupChannelId = 0;
    NumberList32 channelIds;

    template <class Self>
    static constexpr auto fieldsOf(Self& self)
    {
        return std::tie(self.groupChannelId, self.channelIds);
    }
};

} // namespace warp::stratum::v2
