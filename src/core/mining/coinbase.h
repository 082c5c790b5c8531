// The coinbase of a job: built from the template's value, the payout and the pool's tag, cut
// around the extranonce. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/transaction.h"
#include "core/util/bytes.h"
#include "core/util/result.h"
#include "core/util/strong.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace warp::mining {

/// Given by the pool, unique among the connections of one process.
inline constexpr std::size_t EXTRANONCE1_SIZE = 4;
/// Rolled by the miner. Not more than 8: some firmware fails beyond that.
inline constexpr std::size_t EXTRANONCE2_SIZE = 8;
/// Distinguishes jobs, processes and templates that come again, so that no work is done twice.
inline constexpr std::size_t SALT_SIZE = 8;
/// Limit of a coinbase scriptSig (Bitcoin Core consensus/tx_check.cpp, bad-cb-length).
inline constexpr std::size_t MAX_SCRIPT_SIG_SIZE = 100;
/// What is left for the tag: 100 - height push (at most 6) - salt push - extranonce push - its own
/// length byte.
inline constexpr std::size_t MAX_TAG_SIZE =
    MAX_SCRIPT_SIG_SIZE - 6 - (1 + SALT_SIZE) - (1 + EXTRANONCE1_SIZE + EXTRANONCE2_SIZE) - 1;

using Extranonce1 = std::array<std::byte, EXTRANONCE1_SIZE>;
using Extranonce2 = std::array<std::byte, EXTRANONCE2_SIZE>;
using Salt = std::array<std::byte, SALT_SIZE>;

/// Serialisation without witness (the form whose hash is the txid), cut around
/// extranonce1 || extranonce2.
struct Coinbase
{
    util::Bytes prefix;
    util::Bytes suffix;
    /// Whether the block carries it with the witness item of BIP 141 (32 zero bytes).
    bool hasWitness = false;
    std::size_t weight = 0; ///< weight units, with witness where it has one
    std::size_t sigopCost = 0;
    std::vector<bitcoin::TxOut> outputs; ///< in order, the witness commitment last
};

struct CoinbasePlan
{
    std::int64_t height = 0;
    std::string tag; ///< at most MAX_TAG_SIZE bytes
    Salt salt{};
    std::vector<bitcoin::TxOut> payouts; ///< who is paid; sums to the block's value
    /// Whole script of the commitment output; none for a block without witnesses.
    std::optional<util::Bytes> witnessCommitmentScript;
};

enum class CoinbaseError : std::uint8_t {
    NegativeHeight,
    TagTooLong,
    NoPayout,
    /// A payout script begins like a witness commitment: the last such output would count.
    PayoutLooksLikeCommitment,
};

[[nodiscard]] util::Result<Coinbase, CoinbaseError> buildCoinbase(const CoinbasePlan& plan);

/// The whole transaction as a block carries it, with witness where the coinbase has one.
[[nodiscard]] util::Bytes completeCoinbase(const Coinbase& coinbase, const Extranonce1& extranonce1,
                                           const Extranonce2& extranonce2);

} // namespace warp::mining
