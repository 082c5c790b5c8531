// One prepared statement: values in, rows out. Made by Database, whose thread it stays on and whom
// it must not outlive.
#pragma once

#include "core/store/dialect.h"
#include "core/store/store_fault.h"
#include "core/util/bytes.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

class QSqlQuery;

namespace warp::store {

class Statement final
{
public:
    /// @param query  prepared
    Statement(std::unique_ptr<QSqlQuery> query, Dialect dialect);
    ~Statement();
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;

    // Values of the question marks, from left to right; each run() begins again with the first.
    Statement& integer(std::int64_t value);
    Statement& real(double value);
    /// UTF-8; what is not, and a zero byte, becomes U+FFFD, because no database keeps it.
    Statement& text(std::string_view value);
    Statement& bytes(util::ByteView value);

    /// Runs a statement that gives no rows.
    /// @return how many rows it changed
    StoreResult<std::int64_t> run();
    /// Runs a query and calls `onRow` for each row; its values are read from this statement.
    StoreResult<void> forEach(const std::function<void(const Statement&)>& onRow);

    // Values of the current row, by column from 0; a NULL reads as zero or empty.
    [[nodiscard]] std::int64_t integerAt(int column) const;
    [[nodiscard]] double realAt(int column) const;
    [[nodiscard]] std::string textAt(int column) const;
    [[nodiscard]] util::Bytes bytesAt(int column) const;

private:
    [[nodiscard]] StoreError lastError() const;

    std::unique_ptr<QSqlQuery> m_query;
    Dialect m_dialect;
    int m_next = 0; ///< question mark that is bound next
};

} // namespace warp::store
