// The witness commitment of a coinbase (BIP 141): sha256d(witness root || reserved value) in an
// output that begins with 6a24aa21a9ed. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/transaction.h"
#include "core/util/bytes.h"

#include <cstddef>
#include <optional>
#include <span>

namespace warp::bitcoin {

/// Bytes of the commitment output's script; longer scripts carry optional data after them.
inline constexpr std::size_t WITNESS_COMMITMENT_SCRIPT_SIZE = 38;

/// @param reserved  the only witness item of the coinbase's input, 32 bytes, zero by custom.
[[nodiscard]] Hash256 witnessCommitment(const Hash256& witnessRoot, const Hash256& reserved);

/// Merkle root of the wtxids in block order, the coinbase's leaf being zero.
[[nodiscard]] Hash256 witnessRootFromTxids(std::span<const Hash256> wtxidsAfterCoinbase);

/// OP_RETURN, push of 36 bytes, aa21a9ed, commitment.
[[nodiscard]] util::Bytes witnessCommitmentScript(const Hash256& commitment);

/// Index of the output that counts: the last one that matches.
[[nodiscard]] std::optional<std::size_t> findWitnessCommitment(const Transaction& coinbase);

} // namespace warp::bitcoin
