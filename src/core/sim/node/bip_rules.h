// Consensus arithmetic of the simulated node, written from the BIPs and apart from the code that
// the pool builds its blocks with: an error there must not hide in its judge. Hashing and
// serialisation alone are shared. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/transaction.h"
#include "core/util/bytes.h"

#include <cstdint>
#include <optional>
#include <span>

namespace warp::sim {

struct MerkleRoot
{
    bitcoin::Hash256 root{};
    /// Two equal neighbours at some level: another list of leaves has the same root
    /// (CVE-2012-2459).
    bool isAmbiguous = false;
};

/// Zero without leaves.
[[nodiscard]] MerkleRoot computeMerkleRoot(std::span<const bitcoin::Hash256> leaves);

/// Whether the hash, as a little-endian number, is at most the target of the compact form. False
/// for a zero, negative or overflowing target.
[[nodiscard]] bool meetsCompactTarget(const bitcoin::Hash256& hash, std::uint32_t bits);

/// The height that a coinbase's scriptSig begins with (BIP 34), if it is written in the one form
/// that consensus accepts: OP_0, OP_1 to OP_16, else the shortest signed little-endian push.
[[nodiscard]] std::optional<std::int64_t> heightInCoinbase(util::ByteView scriptSig);

/// The scriptSig prefix that heightInCoinbase() reads back.
[[nodiscard]] util::Bytes encodeHeight(std::int64_t height);

/// CHECKSIG 1, CHECKMULTISIG 20; counting stops at a push that runs out of the script.
[[nodiscard]] std::int64_t countSigops(util::ByteView script);

/// Of all inputs and outputs, in units of the block limit (four each, BIP 141).
[[nodiscard]] std::int64_t transactionSigopCost(const bitcoin::Transaction& transaction);

/// The 32 committed bytes of the last output whose script begins with 6a24aa21a9ed and has room
/// for them (BIP 141).
[[nodiscard]] std::optional<bitcoin::Hash256>
findCommittedHash(const bitcoin::Transaction& coinbase);

/// sha256d(witness root of the block || reserved value), the coinbase's leaf being zero.
/// @param transactions  of the whole block, coinbase first.
[[nodiscard]] bitcoin::Hash256
computeCommittedHash(std::span<const bitcoin::Transaction> transactions, util::ByteView reserved);

} // namespace warp::sim
