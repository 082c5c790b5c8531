// Merkle trees of Bitcoin: an odd node at the end of a level is paired with itself.
// Leaves, nodes and branches in internal byte order. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"

#include <span>
#include <vector>

namespace warp::bitcoin {

/// The zero hash without leaves; the leaf itself for one.
[[nodiscard]] Hash256 merkleRoot(std::vector<Hash256> leaves);

/// The branch from the first leaf (the coinbase) to the root, nearest level first, of the tree of
/// that leaf and `otherLeaves`. The first leaf itself does not matter to it, so a job computes it
/// once.
[[nodiscard]] std::vector<Hash256> merkleBranchOfFirst(std::span<const Hash256> otherLeaves);

/// The root over `first` at index 0 with its branch.
[[nodiscard]] Hash256 foldBranch(const Hash256& first, std::span<const Hash256> branch);

} // namespace warp::bitcoin
