// Keys, certificates and vectors for the tests of the encrypted layer. Test code; one thread.
#pragma once

#include "core/stratum/v2/authority_key.h"
#include "core/stratum/v2/curve.h"
#include "core/stratum/v2/noise_initiator.h"
#include "core/stratum/v2/noise_key.h"
#include "core/stratum/v2/noise_responder.h"
#include "core/stratum/v2/static_identity.h"
#include "core/util/hex.h"
#include "core/util/random.h"

#include <QtGlobal>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace warp::test {

inline const stratum::v2::Curve& testCurve()
{
    static util::SeededRandom random(1);
    static const stratum::v2::Curve curve(random);
    return curve;
}

/// Ends the test program where the text is not of this size.
template <std::size_t Size>
std::array<std::byte, Size> bytesOfHex(std::string_view text)
{
    std::array<std::byte, Size> bytes{};
    if (!util::decodeHex(text, bytes)) {
        qFatal("not %zu bytes: %s", Size, std::string(text).c_str());
    }
    return bytes;
}

inline stratum::v2::SecretKey secretOfHex(std::string_view text)
{
    return stratum::v2::SecretKey(bytesOfHex<32>(text));
}

/// A secret of one repeated byte.
inline stratum::v2::SecretKey repeatedSecret(unsigned value)
{
    std::array<std::byte, 32> bytes{};
    bytes.fill(static_cast<std::byte>(value));
    return stratum::v2::SecretKey(bytes);
}

inline stratum::v2::AuthorityKey repeatedAuthority(unsigned value)
{
    return *stratum::v2::AuthorityKey::fromSecret(testCurve(), repeatedSecret(value).bytes());
}

// The keys and the two acts of a handshake that was computed by other primitives; one with the
// same keys was carried out against another implementation.
inline constexpr std::string_view VECTOR_ACT_1 =
    "13b68d0b094108ad1c770a4a0bc9dc54412a4b4dce6c99ff80557817356ac667"
    "0ad1de99f5d5d695c29b156d0f725d258d1347f3d9bf5a26d20735e04073ef81";
inline constexpr std::string_view VECTOR_STATIC =
    "cdac81c58433e99e8b3c7b9a665d329c8027ef918ba60c0b9d64871b14d87efe"
    "ae1b2ba6c5c129cae71997da54a585ac818c4554596ee46023ed0f974430209a";
inline constexpr std::string_view VECTOR_STATIC_X =
    "3c72addb4fdf09af94f0c94d7fe92a386a7e70cf8a1d85916386bb2535c7b1b1";
inline constexpr std::string_view VECTOR_AUTHORITY_X =
    "2c0b7cf95324a07d05398b240174dc0c2be444d96b159aa6c7f7b1e668680991";
inline constexpr std::string_view VECTOR_ACT_2 =
    "797e730215342a0af84d2850c666647de2d7d8d07511fea616b6ce95ed67fbff"
    "0eb5e8b5f7a78d3cfe5f7acd80657bb1b7ce7eee41535d3b1cb49cf747e2caa4"
    "79fd71e4d2d5d1980c5db9f3e646ae5e37065e19b50f908d1524635ab2156797"
    "a022b02073ca7cb0cdde26e91004ebfd859d89c156b066f5081754587ad79902"
    "3e16eaecc9d765757d99b3da17d175c9059201dddafee6c417a45f8ecd39538d"
    "53978acb60e5207dd7bdafb2c8d2a75d124ed3679d6fae0247fd398e3fd15641"
    "f8afb14478694266d81b4a09a0784d93aa971203e2ddb51e2bb052c4aa6fb77a"
    "a34e079c0a9cd3b6242a";
inline constexpr stratum::v2::ValidityWindow VECTOR_VALIDITY{.from = 1'700'000'000,
                                                             .until = 0xffffffff};
/// Within that window.
inline const util::WallTime VECTOR_NOW{std::chrono::seconds(1'750'000'000)};

inline stratum::v2::NoiseKey clientKey()
{
    return {.secret = repeatedSecret(0x11), .encoding = bytesOfHex<64>(VECTOR_ACT_1)};
}

inline stratum::v2::NoiseKey serverKey()
{
    return {.secret = repeatedSecret(0x22),
            .encoding = bytesOfHex<64>(VECTOR_ACT_2.substr(0, 128))};
}

inline stratum::v2::StaticIdentity
vectorIdentity(stratum::v2::ValidityWindow validity = VECTOR_VALIDITY)
{
    const stratum::v2::NoiseKey key{.secret = repeatedSecret(0x33),
                                    .encoding = bytesOfHex<64>(VECTOR_STATIC)};
    return stratum::v2::StaticIdentity::certify(testCurve(), repeatedAuthority(0x44), key, validity,
                                                std::array<std::byte, 32>{});
}

inline stratum::v2::CertificatePolicy trustOf(const stratum::v2::AuthorityKey& authority)
{
    return {.authority = authority.publicKey()};
}

struct ServerSide
{
    util::Bytes act2;
    stratum::v2::TransportKeys keys;
};

/// Act 2 for this act 1.
inline ServerSide answerTo(util::ByteView act1,
                           const stratum::v2::StaticIdentity& identity = vectorIdentity(),
                           const stratum::v2::NoiseKey& ephemeral = serverKey())
{
    stratum::v2::NoiseResponder responder;
    static_cast<void>(responder.collect(act1));
    ServerSide side;
    side.keys = responder.respond(testCurve(), identity, ephemeral, side.act2);
    return side;
}

/// Rows of a file of comma-separated values without its head; nothing where there is none.
inline std::optional<std::vector<std::vector<std::string>>> readTable(const std::string& path)
{
    std::ifstream file(path);
    if (!file) {
        return std::nullopt;
    }
    std::vector<std::vector<std::string>> rows;
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        if (!line.empty() && line.back() == '\r') {
            line.pop_back();
        }
        std::istringstream fields(line);
        std::vector<std::string> row;
        for (std::string field; std::getline(fields, field, ',');) {
            row.push_back(field);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace warp::test
