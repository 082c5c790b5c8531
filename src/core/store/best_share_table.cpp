#include "core/store/best_share_table.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>

namespace warp::store {

namespace {

/// Hashes one after another, lowest first.
util::Bytes joinBranch(const std::vector<bitcoin::Hash256>& branch)
{
    util::Bytes joined;
    joined.reserve(branch.size() * sizeof(bitcoin::Hash256));
    for (const bitcoin::Hash256& hash : branch) {
        util::append(joined, hash.bytes);
    }
    return joined;
}

std::vector<bitcoin::Hash256> splitBranch(util::ByteView joined)
{
    std::vector<bitcoin::Hash256> branch(joined.size() / sizeof(bitcoin::Hash256));
    for (std::size_t i = 0; i < branch.size(); ++i) {
        std::ranges::copy(joined.subspan(i * branch[i].bytes.size(), branch[i].bytes.size()),
                          branch[i].bytes.begin());
    }
    return branch;
}

/// As many bytes as there are; the rest stays zero.
void copyInto(std::span<std::byte> out, util::ByteView bytes)
{
    std::ranges::copy(bytes.first(std::min(bytes.size(), out.size())), out.begin());
}

interfaces::BestShare readShare(const Statement& row)
{
    interfaces::BestShare share;
    copyInto(share.hash.bytes, row.bytesAt(0));
    share.worker = row.textAt(1);
    share.foundAt = util::WallTime(std::chrono::milliseconds(row.integerAt(2)));
    share.height = row.integerAt(3);
    share.difficulty = util::Difficulty(row.realAt(4));
    share.networkDifficulty = util::Difficulty(row.realAt(5));
    copyInto(share.header, row.bytesAt(6));
    share.coinbase = row.bytesAt(7);
    share.branch = splitBranch(row.bytesAt(8));
    return share;
}

} // namespace

StoreResult<bool> BestShareTable::isGoodEnough(const interfaces::BestShare& share, BestRank rank)
{
    const auto countBetter = [&](std::string_view where,
                                 std::size_t limit) -> StoreResult<std::int64_t> {
        WARP_TRY(statement,
                 m_database.prepare(fmt::format("SELECT count(*) FROM (SELECT 1 FROM best_shares "
                                                "WHERE {} difficulty >= ? LIMIT {}) AS better",
                                                where, limit)));
        if (!where.empty()) {
            statement.text(share.worker);
        }
        std::int64_t count = 0;
        WARP_CHECK(statement.real(share.difficulty.value()).forEach([&](const Statement& row) {
            count = row.integerAt(0);
        }));
        return count;
    };
    if (rank == BestRank::OfWorkerOrPool) {
        WARP_TRY(ofWorker, countBetter("worker = ? AND", m_limits.bestsOfWorker));
        if (static_cast<std::size_t>(ofWorker) < m_limits.bestsOfWorker) {
            return true;
        }
    }
    WARP_TRY(ofPool, countBetter("", m_limits.bestsOfPool));
    return static_cast<std::size_t>(ofPool) < m_limits.bestsOfPool;
}

StoreResult<void> BestShareTable::add(const interfaces::BestShare& share, BestRank rank)
{
    WARP_TRY(isWanted, isGoodEnough(share, rank));
    if (!isWanted) {
        return {};
    }
    WARP_TRY(statement, m_database.prepare(
                            "INSERT INTO best_shares (hash, worker, found_at, height, difficulty, "
                            "network_difficulty, header, coinbase, branch) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING"));
    WARP_CHECK(statement.bytes(share.hash.bytes)
                   .text(share.worker)
                   .integer(share.foundAt.time_since_epoch().count())
                   .integer(share.height)
                   .real(share.difficulty.value())
                   .real(share.networkDifficulty.value())
                   .bytes(share.header)
                   .bytes(share.coinbase)
                   .bytes(joinBranch(share.branch))
                   .run());
    return {};
}

StoreResult<void> BestShareTable::prune()
{
    return m_database.execute(fmt::format(
        "DELETE FROM best_shares WHERE hash IN (SELECT hash FROM (SELECT hash, "
        "row_number() OVER (ORDER BY difficulty DESC, hash) AS in_pool, "
        "row_number() OVER (PARTITION BY worker ORDER BY difficulty DESC, hash) AS in_worker "
        "FROM best_shares) AS ranked WHERE in_pool > {} AND (in_worker > {} OR in_pool > {})) "
        "OR hash IN (SELECT hash FROM best_shares WHERE worker NOT IN (SELECT name FROM workers) "
        "AND hash NOT IN (SELECT hash FROM best_shares ORDER BY difficulty DESC, hash LIMIT {}))",
        m_limits.bestsOfPool, m_limits.bestsOfWorker, m_limits.bests, m_limits.bestsOfPool));
}

StoreResult<interfaces::BestSharesReply>
BestShareTable::read(const interfaces::BestSharesQuery& query)
{
    const std::uint32_t limit = std::min(query.limit, interfaces::BestSharesQuery::MAX_LIMIT);
    WARP_TRY(statement,
             m_database.prepare(fmt::format(
                 "SELECT hash, worker, found_at, height, difficulty, network_difficulty, header, "
                 "coinbase, branch FROM best_shares {} ORDER BY difficulty DESC, hash LIMIT {}",
                 query.worker.empty() ? "" : "WHERE worker = ?", limit)));
    if (!query.worker.empty()) {
        statement.text(query.worker);
    }
    interfaces::BestSharesReply reply;
    WARP_CHECK(
        statement.forEach([&](const Statement& row) { reply.shares.push_back(readShare(row)); }));
    return reply;
}

} // namespace warp::store
