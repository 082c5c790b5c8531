#include "core/mining/template_parts.h"

#include "core/bitcoin/witness_commitment.h"

#include <vector>

namespace warp::mining {

std::optional<util::Satoshi> valueOfFirst(const BlockTemplate& source, std::size_t count)
{
    util::Satoshi value = source.coinbaseValue;
    for (std::size_t i = count; i < source.transactions.size(); ++i) {
        const auto& fee = source.transactions[i].fee;
        if (!fee || *fee > value) {
            return std::nullopt;
        }
        value = value - *fee;
    }
    return value;
}

util::Bytes commitmentOfFirst(const BlockTemplate& source, std::size_t count)
{
    std::vector<bitcoin::Hash256> wtxids;
    wtxids.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        wtxids.push_back(source.transactions[i].wtxid);
    }
    return bitcoin::witnessCommitmentScript(
        bitcoin::witnessCommitment(bitcoin::witnessRootFromTxids(wtxids), bitcoin::Hash256{}));
}

} // namespace warp::mining
