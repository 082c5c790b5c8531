// What differs between the databases. Statements are written once, with a few words in braces, and
// every other word is SQL that both read alike. Pure; any thread.
#pragma once

#include "core/store/store_fault.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace warp::store {

enum class Dialect : std::uint8_t { Sqlite, Postgres };

/// By the place that a store is opened at: "postgresql://..." is a server, all else a file.
[[nodiscard]] Dialect dialectOf(std::string_view place);

/// Replaces {blob}, {id}, {clustered}, {greatest} and {least} by the dialect's words.
[[nodiscard]] std::string translate(std::string_view sql, Dialect dialect);

/// @param nativeCode  SQLite's result code as a decimal, extended or not
///        (https://sqlite.org/rescode.html), or PostgreSQL's SQLSTATE (its manual, appendix A).
[[nodiscard]] StoreFault faultOf(Dialect dialect, std::string_view nativeCode);

} // namespace warp::store
