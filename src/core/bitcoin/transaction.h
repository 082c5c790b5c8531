// Transactions, with and without witness (BIP 144). Hashes are in internal byte order.
// Value types; safe on any thread.
#pragma once

#include "core/bitcoin/byte_reader.h"
#include "core/bitcoin/hash256.h"
#include "core/util/bytes.h"
#include "core/util/strong.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace warp::bitcoin {

/// Non-witness bytes weigh this much, witness bytes 1 (BIP 141).
inline constexpr std::int64_t WITNESS_SCALE_FACTOR = 4;
inline constexpr std::int64_t SATOSHIS_PER_BITCOIN = 100'000'000;
/// No amount of any transaction is above this (Bitcoin Core consensus/amount.h).
inline constexpr util::Satoshi MAX_MONEY{21'000'000 * SATOSHIS_PER_BITCOIN};

enum class WitnessMode : std::uint8_t {
    Include, ///< BIP 144, where the transaction has a witness
    Strip,   ///< the form that the txid hashes
};

struct OutPoint
{
    /// The index of a coinbase's only input.
    static constexpr std::uint32_t NULL_INDEX = 0xFFFF'FFFF;

    Hash256 txid;
    std::uint32_t index = NULL_INDEX;

    /// Zero txid and NULL_INDEX: the outpoint of a coinbase.
    [[nodiscard]] bool isNull() const { return index == NULL_INDEX && txid == Hash256{}; }

    friend bool operator==(const OutPoint&, const OutPoint&) = default;
    friend auto operator<=>(const OutPoint&, const OutPoint&) = default;
};

struct TxIn
{
    OutPoint previous;
    util::Bytes scriptSig;
    std::uint32_t sequence = 0xFFFF'FFFF;
    /// Stack items from the bottom; empty without witness.
    std::vector<util::Bytes> witness;

    friend bool operator==(const TxIn&, const TxIn&) = default;
};

struct TxOut
{
    util::Satoshi value;
    util::Bytes script;

    friend bool operator==(const TxOut&, const TxOut&) = default;
};

struct Transaction
{
    std::uint32_t version = 2;
    std::vector<TxIn> vin;
    std::vector<TxOut> vout;
    std::uint32_t lockTime = 0;

    /// One transaction at the reader's place; what follows is left unread. Accepts what Bitcoin
    /// Core's deserialisation accepts; whether the transaction is valid is not asked.
    [[nodiscard]] static ParseResult<Transaction> parse(ByteReader& reader);
    /// The whole of `bytes`; refuses trailing ones.
    [[nodiscard]] static ParseResult<Transaction> parse(util::ByteView bytes);

    [[nodiscard]] util::Bytes serialize(WitnessMode mode) const;
    void appendTo(util::Bytes& out, WitnessMode mode) const;
    [[nodiscard]] std::size_t serializedSize(WitnessMode mode) const;

    [[nodiscard]] Hash256 txid() const;
    /// Equals txid() without witness. A coinbase's leaf in the witness root is zero instead.
    [[nodiscard]] Hash256 wtxid() const;
    /// BIP 141 weight units.
    [[nodiscard]] std::int64_t weight() const;
    [[nodiscard]] bool hasWitness() const;
    [[nodiscard]] bool isCoinbase() const;

    friend bool operator==(const Transaction&, const Transaction&) = default;
};

} // namespace warp::bitcoin
