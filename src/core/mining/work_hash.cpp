#include "core/mining/work_hash.h"

#include "core/bitcoin/compact_size.h"
#include "core/bitcoin/header.h"
#include "core/bitcoin/merkle.h"
#include "core/bitcoin/sha256d.h"
#include "core/util/hex.h"

#include <algorithm>

namespace warp::mining {

namespace {

bitcoin::Hash256 coinbaseTxid(const Coinbase& coinbase, const Extranonce1& extranonce1,
                              const Extranonce2& extranonce2)
{
    // Nearly every coinbase fits; the few with many outputs take the heap.
    constexpr std::size_t STACK_SIZE = 1024;
    const std::size_t size =
        coinbase.prefix.size() + extranonce1.size() + extranonce2.size() + coinbase.suffix.size();
    std::array<std::byte, STACK_SIZE> stack; // NOLINT(cppcoreguidelines-pro-type-member-init)
    util::Bytes heap;
    std::byte* start = stack.data();
    if (size > STACK_SIZE) {
        heap.resize(size);
        start = heap.data();
    }
    std::byte* cursor = std::copy(coinbase.prefix.begin(), coinbase.prefix.end(), start);
    cursor = std::copy(extranonce1.begin(), extranonce1.end(), cursor);
    cursor = std::copy(extranonce2.begin(), extranonce2.end(), cursor);
    std::copy(coinbase.suffix.begin(), coinbase.suffix.end(), cursor);
    return bitcoin::sha256d({start, size});
}

} // namespace

bitcoin::Hash256 merkleRootOf(const Job& job, const Extranonce1& extranonce1,
                              const Extranonce2& extranonce2)
{
    return bitcoin::foldBranch(coinbaseTxid(job.coinbase, extranonce1, extranonce2), job.branch);
}

HashedHeader hashHeader(const Job& job, const bitcoin::Hash256& merkleRoot, const Share& share,
                        std::uint32_t version)
{
    const bitcoin::BlockHeader header{
        .version = version,
        .previous = job.source->previous,
        .merkleRoot = merkleRoot,
        .time = share.time,
        .bits = job.source->bits,
        .nonce = share.nonce,
    };
    HashedHeader hashed;
    hashed.header = header.serialize();
    hashed.hash = bitcoin::sha256d(hashed.header);
    return hashed;
}

HashedHeader hashShare(const Job& job, const Extranonce1& extranonce1, const Share& share,
                       std::uint32_t version)
{
    return hashHeader(job, merkleRootOf(job, extranonce1, share.extranonce2), share, version);
}

AssembledBlock assembleBlock(const FoundBlock& block)
{
    const Job& job = *block.job;
    util::Bytes head(block.header.begin(), block.header.end());
    bitcoin::appendCompactSize(head, job.transactionCount + 1);
    util::append(head, completeCoinbase(job.coinbase, block.extranonce1, block.extranonce2));
    AssembledBlock assembled;
    assembled.headHex = std::make_shared<const std::string>(util::toHex(head));
    assembled.tailHex = job.transactionsHex;
    return assembled;
}

} // namespace warp::mining
