// Builders and counters of scripts, as far as a coinbase needs them.
// Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/util/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace warp::bitcoin {

namespace opcode {
inline constexpr std::byte OP_0{0x00};
inline constexpr std::byte OP_PUSHDATA1{0x4C};
inline constexpr std::byte OP_PUSHDATA2{0x4D};
inline constexpr std::byte OP_PUSHDATA4{0x4E};
inline constexpr std::byte OP_1NEGATE{0x4F};
inline constexpr std::byte OP_1{0x51};
inline constexpr std::byte OP_16{0x60};
inline constexpr std::byte OP_RETURN{0x6A};
inline constexpr std::byte OP_DUP{0x76};
inline constexpr std::byte OP_EQUAL{0x87};
inline constexpr std::byte OP_EQUALVERIFY{0x88};
inline constexpr std::byte OP_HASH160{0xA9};
inline constexpr std::byte OP_CHECKSIG{0xAC};
inline constexpr std::byte OP_CHECKSIGVERIFY{0xAD};
inline constexpr std::byte OP_CHECKMULTISIG{0xAE};
inline constexpr std::byte OP_CHECKMULTISIGVERIFY{0xAF};
} // namespace opcode

/// What `CScript() << data` of Bitcoin Core gives: the shortest length prefix, never OP_1 to OP_16.
[[nodiscard]] util::Bytes pushData(util::ByteView data);

/// What `CScript() << number` gives: OP_0, OP_1NEGATE, OP_1 to OP_16, else a push of the minimal
/// little-endian number with its sign in the top bit.
[[nodiscard]] util::Bytes pushNumber(std::int64_t number);

/// The start of a coinbase's scriptSig (BIP 34, Bitcoin Core ContextualCheckBlock). One byte up to
/// height 16, so a scriptSig of nothing else is under the two bytes that consensus asks for.
[[nodiscard]] util::Bytes heightPush(std::int64_t height);

[[nodiscard]] util::Bytes p2pkhScript(std::span<const std::byte, 20> publicKeyHash);
[[nodiscard]] util::Bytes p2shScript(std::span<const std::byte, 20> scriptHash);
/// @param version  0 to 16.
/// @param program  2 to 40 bytes (BIP 141).
[[nodiscard]] util::Bytes witnessProgramScript(unsigned version, util::ByteView program);

/// Signature operations as the block limit counts them in output scripts: CHECKSIG 1,
/// CHECKMULTISIG 20 (Bitcoin Core CScript::GetSigOpCount, not accurate). Counting stops at a
/// malformed push.
[[nodiscard]] std::int64_t legacySigopCount(util::ByteView script);

/// legacySigopCount in the units of the block limit of 80,000: four each (BIP 141).
[[nodiscard]] std::int64_t sigopCost(util::ByteView script);

} // namespace warp::bitcoin
