#include "core/bitcoin/merkle.h"

#include "core/bitcoin/sha256d.h"

#include <cstddef>

namespace warp::bitcoin {

namespace {

/// Replaces nodes from `first` on by their parents; an odd last node is paired with itself.
void foldLevel(std::vector<Hash256>& level, std::size_t first)
{
    std::size_t written = first;
    for (std::size_t i = first; i < level.size(); i += 2) {
        const Hash256& right = i + 1 < level.size() ? level[i + 1] : level[i];
        level[written] = hashPair(level[i], right);
        ++written;
    }
    level.resize(written);
}

} // namespace

Hash256 merkleRoot(std::vector<Hash256> leaves)
{
    if (leaves.empty()) {
        return {};
    }
    while (leaves.size() > 1) {
        foldLevel(leaves, 0);
    }
    return leaves.front();
}

std::vector<Hash256> merkleBranchOfFirst(std::span<const Hash256> otherLeaves)
{
    // The level without the node on the first leaf's path; its sibling is the front.
    std::vector<Hash256> level(otherLeaves.begin(), otherLeaves.end());
    std::vector<Hash256> branch;
    while (!level.empty()) {
        branch.push_back(level.front());
        foldLevel(level, 1);
        level.erase(level.begin());
    }
    return branch;
}

Hash256 foldBranch(const Hash256& first, std::span<const Hash256> branch)
{
    Hash256 node = first;
    for (const Hash256& sibling : branch) {
        node = hashPair(node, sibling);
    }
    return node;
}

} // namespace warp::bitcoin
