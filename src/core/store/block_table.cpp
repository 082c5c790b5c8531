#include "core/store/block_table.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace warp::store {

namespace {

using interfaces::BlockRecord;
using interfaces::BlockState;
using interfaces::PaymentAudit;

/// The value up to `last` that has this name; the first one where none has.
template <class Enum>
Enum parse(std::string_view text, Enum last)
{
    for (int value = 0; value <= static_cast<int>(last); ++value) {
        if (name(static_cast<Enum>(value)) == text) {
            return static_cast<Enum>(value);
        }
    }
    return static_cast<Enum>(0);
}

BlockRecord readBlock(const Statement& row)
{
    BlockRecord block;
    const util::Bytes hash = row.bytesAt(0);
    std::ranges::copy(std::span(hash).first(std::min(hash.size(), block.hash.bytes.size())),
                      block.hash.bytes.begin());
    block.height = row.integerAt(1);
    block.state = parse(row.textAt(2), BlockState::Confirmed);
    block.reason = row.textAt(3);
    block.worker = row.textAt(4);
    block.confirmations = row.integerAt(5);
    block.audit = parse(row.textAt(6), PaymentAudit::Different);
    block.foundAt = util::WallTime(std::chrono::milliseconds(row.integerAt(7)));
    return block;
}

} // namespace

StoreResult<void> BlockTable::put(const BlockRecord& block)
{
    WARP_TRY(statement,
             m_database.prepare(
                 "INSERT INTO blocks (hash, height, state, reason, worker, confirmations, audit, "
                 "found_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET "
                 "height = excluded.height, state = excluded.state, reason = excluded.reason, "
                 "worker = excluded.worker, confirmations = excluded.confirmations, "
                 "audit = excluded.audit, found_at = excluded.found_at"));
    WARP_CHECK(statement.bytes(block.hash.bytes)
                   .integer(block.height)
                   .text(name(block.state))
                   .text(block.reason)
                   .text(block.worker)
                   .integer(block.confirmations)
                   .text(name(block.audit))
                   .integer(block.foundAt.time_since_epoch().count())
                   .run());
    WARP_TRY(clear, m_database.prepare("DELETE FROM block_payments WHERE block = ?"));
    WARP_CHECK(clear.bytes(block.hash.bytes).run());
    WARP_TRY(payment, m_database.prepare("INSERT INTO block_payments (block, position, address, "
                                         "value) VALUES (?, ?, ?, ?)"));
    for (std::size_t i = 0; i < block.payments.size(); ++i) {
        WARP_CHECK(payment.bytes(block.hash.bytes)
                       .integer(static_cast<std::int64_t>(i))
                       .text(block.payments[i].address)
                       .integer(block.payments[i].value.value())
                       .run());
    }
    return {};
}

StoreResult<std::vector<interfaces::Payment>> BlockTable::readPayments(const bitcoin::Hash256& hash)
{
    WARP_TRY(statement, m_database.prepare("SELECT address, value FROM block_payments "
                                           "WHERE block = ? ORDER BY position"));
    std::vector<interfaces::Payment> payments;
    WARP_CHECK(statement.bytes(hash.bytes).forEach([&](const Statement& row) {
        payments.push_back({.address = row.textAt(0), .value = util::Satoshi(row.integerAt(1))});
    }));
    return payments;
}

StoreResult<interfaces::BlocksReply> BlockTable::read(const interfaces::BlocksQuery& query)
{
    interfaces::BlocksReply reply;
    WARP_TRY(total, m_database.integer("SELECT count(*) FROM blocks"));
    reply.total = static_cast<std::uint64_t>(total);
    const std::uint32_t limit = std::min(query.limit, interfaces::BlocksQuery::MAX_LIMIT);
    WARP_TRY(statement,
             m_database.prepare(fmt::format(
                 "SELECT hash, height, state, reason, worker, confirmations, audit, found_at "
                 "FROM blocks ORDER BY found_at DESC, hash LIMIT {} OFFSET {}",
                 limit, query.offset)));
    WARP_CHECK(
        statement.forEach([&](const Statement& row) { reply.blocks.push_back(readBlock(row)); }));
    for (BlockRecord& block : reply.blocks) {
        WARP_TRY(payments, readPayments(block.hash));
        block.payments = std::move(payments);
    }
    return reply;
}

} // namespace warp::store
