#include "core/bitcoin/witness_commitment.h"

#include "core/bitcoin/merkle.h"
#include "core/bitcoin/sha256d.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace warp::bitcoin {

namespace {

/// OP_RETURN, push of 36 bytes, and the header that BIP 141 chose.
constexpr std::array COMMITMENT_PREFIX{std::byte{0x6A}, std::byte{0x24}, std::byte{0xAA},
                                       std::byte{0x21}, std::byte{0xA9}, std::byte{0xED}};

bool isCommitment(const TxOut& output)
{
    return output.script.size() >= WITNESS_COMMITMENT_SCRIPT_SIZE &&
           std::equal(COMMITMENT_PREFIX.begin(), COMMITMENT_PREFIX.end(), output.script.begin());
}

} // namespace

Hash256 witnessCommitment(const Hash256& witnessRoot, const Hash256& reserved)
{
    return hashPair(witnessRoot, reserved);
}

Hash256 witnessRootFromTxids(std::span<const Hash256> wtxidsAfterCoinbase)
{
    std::vector<Hash256> leaves(1);
    leaves.insert(leaves.end(), wtxidsAfterCoinbase.begin(), wtxidsAfterCoinbase.end());
    return merkleRoot(std::move(leaves));
}

util::Bytes witnessCommitmentScript(const Hash256& commitment)
{
    util::Bytes script;
    script.reserve(WITNESS_COMMITMENT_SCRIPT_SIZE);
    util::append(script, COMMITMENT_PREFIX);
    util::append(script, commitment.bytes);
    return script;
}

std::optional<std::size_t> findWitnessCommitment(const Transaction& coinbase)
{
    for (std::size_t i = coinbase.vout.size(); i > 0; --i) {
        if (isCommitment(coinbase.vout[i - 1])) {
            return i - 1;
        }
    }
    return std::nullopt;
}

} // namespace warp::bitcoin
