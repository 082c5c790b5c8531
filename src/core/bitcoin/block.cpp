#include "core/bitcoin/block.h"

#include "core/bitcoin/compact_size.h"

#include <utility>

namespace warp::bitcoin {

namespace {

/// Version, two empty lists, lock time.
constexpr std::size_t MINIMUM_TRANSACTION_SIZE = 4 + 1 + 1 + 4;

} // namespace

ParseResult<Block> Block::parse(util::ByteView bytes)
{
    ByteReader reader(bytes);
    Block block;
    WARP_TRY(header, reader.readBytes(BlockHeader::SIZE));
    block.header = BlockHeader::parse(header.first<BlockHeader::SIZE>());
    WARP_TRY(count, readItemCount(reader, MINIMUM_TRANSACTION_SIZE));
    block.transactions.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        WARP_TRY(transaction, Transaction::parse(reader));
        block.transactions.push_back(std::move(transaction));
    }
    if (!reader.isAtEnd()) {
        return util::Unexpected(ParseError::TrailingBytes);
    }
    return block;
}

util::Bytes Block::serialize(WitnessMode mode) const
{
    util::Bytes out;
    out.reserve(serializedSize(mode));
    util::append(out, header.serialize());
    appendCompactSize(out, transactions.size());
    for (const Transaction& transaction : transactions) {
        transaction.appendTo(out, mode);
    }
    return out;
}

std::size_t Block::serializedSize(WitnessMode mode) const
{
    std::size_t size = BlockHeader::SIZE + compactSizeLength(transactions.size());
    for (const Transaction& transaction : transactions) {
        size += transaction.serializedSize(mode);
    }
    return size;
}

std::int64_t Block::weight() const
{
    const auto stripped = static_cast<std::int64_t>(serializedSize(WitnessMode::Strip));
    const auto total = static_cast<std::int64_t>(serializedSize(WitnessMode::Include));
    return stripped * (WITNESS_SCALE_FACTOR - 1) + total;
}

std::vector<Hash256> Block::txids() const
{
    std::vector<Hash256> ids;
    ids.reserve(transactions.size());
    for (const Transaction& transaction : transactions) {
        ids.push_back(transaction.txid());
    }
    return ids;
}

std::vector<Hash256> Block::wtxidsAfterCoinbase() const
{
    std::vector<Hash256> ids;
    ids.reserve(transactions.size());
    for (std::size_t i = 1; i < transactions.size(); ++i) {
        ids.push_back(transactions[i].wtxid());
    }
    return ids;
}

} // namespace warp::bitcoin
