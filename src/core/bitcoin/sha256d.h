// SHA-256 and SHA-256d, the hashes of Bitcoin: the only place that reaches a hash library.
// Pure functions; safe on any thread, allocate nothing.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/util/bytes.h"

namespace warp::bitcoin {

/// SHA-256 of SHA-256: txids, block hashes, merkle nodes, checksums.
[[nodiscard]] Hash256 sha256d(util::ByteView data);

/// One SHA-256.
[[nodiscard]] Hash256 sha256(util::ByteView data);

/// A merkle node: sha256d of the 64 bytes left || right.
[[nodiscard]] Hash256 hashPair(const Hash256& left, const Hash256& right);

/// Known vectors: FIPS 180-4 "abc" and the header of the mainnet genesis block. A program calls it
/// at its start and does not go on where it is false.
[[nodiscard]] bool selfTest();

} // namespace warp::bitcoin
