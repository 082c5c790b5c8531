// What is kept of the past: buckets of time, best shares with their proof, and how to ask for them.
// All times are UTC; local days, weeks and months are derived by whoever shows them. Value types;
// any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warp::interfaces {

/// Rises by one with each change of these types, for whoever stores or transmits them.
inline constexpr std::uint32_t HISTORY_FORMAT = 1;

enum class BucketSpan : std::uint8_t { OneMinute, FifteenMinutes, Day };

[[nodiscard]] std::string_view name(BucketSpan span);

[[nodiscard]] constexpr std::chrono::seconds lengthOf(BucketSpan span)
{
    constexpr std::array<std::chrono::seconds, 3> LENGTHS{
        std::chrono::minutes(1), std::chrono::minutes(15), std::chrono::hours(24)};
    return LENGTHS.at(static_cast<std::size_t>(span));
}

/// What happened within one span of UTC time, of the pool or of one worker. A span in which the
/// program was started anew has one bucket for each of its runs.
struct HistoryBucket
{
    util::WallTime start{};   ///< a multiple of the span
    std::uint64_t bootId = 0; ///< of the run that wrote it: time within one of them is unbroken
    std::chrono::seconds covered{}; ///< how much of the span this run saw
    double acceptedWork = 0;        ///< sum of difficulties; hashes are this times 2^32
    std::uint64_t accepted = 0;     ///< shares
    std::uint64_t refused = 0;      ///< shares, without stale ones
    std::uint64_t stale = 0;        ///< shares
    util::Difficulty best{};
    std::uint32_t miners = 0; ///< most sessions at one time

    friend bool operator==(const HistoryBucket&, const HistoryBucket&) = default;
};

/// A share worth keeping, with all it takes to show that it was found: hash the coinbase, climb the
/// branch, compare with the header's root, hash the header.
struct BestShare
{
    std::string worker; ///< unsanitised
    util::WallTime foundAt{};
    std::int64_t height = 0;
    util::Difficulty difficulty{};        ///< of the hash
    util::Difficulty networkDifficulty{}; ///< at that time
    bitcoin::Hash256 hash{};
    std::array<std::byte, 80> header{};
    std::vector<std::byte> coinbase;      ///< whole, without witness
    std::vector<bitcoin::Hash256> branch; ///< lowest first

    friend bool operator==(const BestShare&, const BestShare&) = default;
};

/// Buckets that begin at `from` or later and before `to`, oldest first.
struct HistoryQuery
{
    std::string worker; ///< empty for the whole pool
    BucketSpan span = BucketSpan::FifteenMinutes;
    util::WallTime from{};
    util::WallTime to{};
    std::uint32_t limit = 10'000; ///< buckets; at most MAX_LIMIT

    static constexpr std::uint32_t MAX_LIMIT = 50'000;

    friend bool operator==(const HistoryQuery&, const HistoryQuery&) = default;
};

struct HistoryReply
{
    BucketSpan span = BucketSpan::FifteenMinutes;
    std::vector<HistoryBucket> buckets;
    bool isCut = false; ///< there are more of them

    friend bool operator==(const HistoryReply&, const HistoryReply&) = default;
};

/// The best shares of all time, highest first.
struct BestSharesQuery
{
    std::string worker;        ///< empty for all
    std::uint32_t limit = 100; ///< at most MAX_LIMIT

    static constexpr std::uint32_t MAX_LIMIT = 1000;

    friend bool operator==(const BestSharesQuery&, const BestSharesQuery&) = default;
};

struct BestSharesReply
{
    std::vector<BestShare> shares;

    friend bool operator==(const BestSharesReply&, const BestSharesReply&) = default;
};

} // namespace warp::interfaces
