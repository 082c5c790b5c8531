// What one Stratum V1 session may cost: its limits, the same for all.
#pragma once

#include <chrono>
#include <cstddef>

namespace warp::stratum::v1 {

/// Largest line of a miner, without its end.
inline constexpr std::size_t MAX_LINE_BYTES = 16 * 1024;
/// From the connection's start to the first full line, and to the first authorized worker.
inline constexpr std::chrono::seconds FIRST_LINE_TIMEOUT{10};
inline constexpr std::chrono::seconds AUTHORIZE_TIMEOUT{30};
/// Messages before the first authorized worker; one more closes.
inline constexpr unsigned MAX_HANDSHAKE_MESSAGES = 100;
/// A miner that hears nothing for longer may take the pool for dead (cgminer 90 s, cpuminer 120 s).
inline constexpr std::chrono::seconds LONGEST_SILENCE{25};
/// Transactions that mining.get_transactions lists at most.
inline constexpr std::size_t MAX_LISTED_TRANSACTIONS = 256;
/// Lines in a row that are no JSON; this one closes.
inline constexpr unsigned MAX_INVALID_LINES = 10;
/// Changes of difficulty that a miner can cause between two timer ticks; what it wishes beyond them
/// is applied at the tick. Every change is remembered while its jobs live.
inline constexpr unsigned MAX_CHANGES_PER_TICK = 4;
/// Workers of one connection (proxies have several).
inline constexpr std::size_t MAX_WORKERS = 256;
/// What is kept of a user agent and of a refused worker's name.
inline constexpr std::size_t MAX_KEPT_TEXT_BYTES = 128;

} // namespace warp::stratum::v1
