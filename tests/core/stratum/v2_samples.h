// One message of each kind of Stratum V2 with the bytes of its frame: the header from the table of
// chapter 8 of the specification, the payload as the crates of the reference implementation encode
// the same values (common_messages_sv2 9.0.0, mining_sv2 12.0.0, job_declaration_sv2 10.0.0,
// template_distribution_sv2 7.0.0, extensions_sv2 0.3.0).
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/target.h"
#include "core/bitcoin/uint256.h"
#include "core/stratum/v2/message_sets.h"
#include "core/util/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

namespace warp::stratum::v2::test {

template <class Kind>
struct Sample
{
    Kind message;
    std::string_view frame; ///< hexadecimal; header and payload
};

inline constexpr std::uint32_t CHANNEL = 0x01020304;
inline constexpr std::uint32_t REQUEST = 0x05060708;
inline constexpr std::uint32_t JOB = 0x0A0B0C0D;
inline constexpr std::uint32_t SEQUENCE = 0x11121314;
inline constexpr std::uint32_t NONCE = 0x21222324;
inline constexpr std::uint32_t NTIME = 0x31323334;
inline constexpr std::uint32_t GROUP = 0x41424344;
inline constexpr std::uint64_t TEMPLATE = 0x5152535455565758;
inline constexpr std::uint32_t VERSION = 0x20000000;
inline constexpr std::uint32_t BITS = 0x1D00FFFF;
inline constexpr std::string_view CODE = "bad-thing";

/// Bytes counting up from the first.
template <std::size_t Size>
constexpr std::array<std::byte, Size> counting(unsigned first)
{
    std::array<std::byte, Size> bytes{};
    for (std::size_t i = 0; i < Size; ++i) {
        bytes[i] = static_cast<std::byte>(first + i);
    }
    return bytes;
}

inline constexpr bitcoin::Hash256 ROW{counting<32>(0)};
inline constexpr std::array PATH{bitcoin::Hash256{counting<32>(0x20)},
                                 bitcoin::Hash256{counting<32>(0x60)}};
inline constexpr std::array FIVE = counting<5>(1);
inline constexpr std::array TOKEN{std::byte{9}, std::byte{8}, std::byte{7}};
inline constexpr std::array THREE{std::byte{0xAA}, std::byte{0xAA}, std::byte{0xAA}};
inline constexpr std::array ONE{std::byte{0xBB}};
inline constexpr std::array<util::ByteView, 3> BLOBS{util::ByteView(THREE), util::ByteView(),
                                                     util::ByteView(ONE)};
inline constexpr std::array<std::uint32_t, 2> CHANNELS{CHANNEL, REQUEST};
inline constexpr std::array<std::uint16_t, 2> POSITIONS{0, 0x0102};
inline constexpr std::array<std::uint16_t, 2> FIRST_AND_SECOND{1, 2};
inline constexpr std::array<std::uint16_t, 1> SECOND{2};
inline constexpr std::array<std::uint16_t, 1> THIRD{3};

inline bitcoin::Target target()
{
    return bitcoin::Target(bitcoin::Uint256::fromHash({counting<32>(0xC0)}));
}

inline auto commonSamples()
{
    return std::tuple{
        Sample<SetupConnection>{{.protocol = 0,
                                 .minVersion = 2,
                                 .maxVersion = 2,
                                 .flags = 5,
                                 .endpointHost = "pool.example",
                                 .endpointPort = 34254,
                                 .vendor = "vendor",
                                 .hardwareVersion = "hw 1",
                                 .firmware = "fw-2",
                                 .deviceId = ""},
                                "0000002a0000"
                                "0002000200050000000c706f6f6c2e6578616d706c65ce850676656e646f7204"
                                "687720310466772d3200"},
        Sample<SetupConnectionSuccess>{{.usedVersion = 2, .flags = 2},
                                       "000001060000"
                                       "020002000000"},
        Sample<SetupConnectionError>{{.flags = 4, .errorCode = CODE},
                                     "0000020e0000"
                                     "04000000096261642d7468696e67"},
        Sample<ChannelEndpointChanged>{{.channelId = CHANNEL},
                                       "008003040000"
                                       "04030201"},
        Sample<Reconnect>{{.newHost = "pool.example", .newPort = 34254},
                          "0000040f0000"
                          "0c706f6f6c2e6578616d706c65ce85"}};
}

inline auto extensionSamples()
{
    return std::tuple{
        Sample<RequestExtensions>{{.requestId = 0x0708, .requestedExtensions = FIRST_AND_SECOND},
                                  "010000080000"
                                  "0807020001000200"},
        Sample<RequestExtensionsSuccess>{{.requestId = 0x0708, .supportedExtensions = SECOND},
                                         "010001060000"
                                         "080701000200"},
        Sample<RequestExtensionsError>{
            {.requestId = 0x0708, .unsupportedExtensions = THIRD, .requiredExtensions = {}},
            "010002080000"
            "0807010003000000"}};
}

} // namespace warp::stratum::v2::test
