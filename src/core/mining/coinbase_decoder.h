// What a coinbase says, read from its bytes: for people, and for the audit of our own work. Shares
// no code with the builder, so that an error there cannot hide here. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/network.h"
#include "core/util/bytes.h"
#include "core/util/result.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::mining {

enum class OutputKind : std::uint8_t {
    PublicKeyHash,
    ScriptHash,
    WitnessPublicKeyHash,
    WitnessScriptHash,
    Taproot,
    OtherWitness,      ///< a witness program that nothing guards yet
    WitnessCommitment, ///< BIP 141
    Data,              ///< OP_RETURN: nobody can spend it
    Other,
};

/// Stable name of a kind for API and display, e.g. "p2wpkh".
[[nodiscard]] std::string_view name(OutputKind kind);

struct DecodedOutput
{
    util::Satoshi value{};
    OutputKind kind = OutputKind::Other;
    std::string address; ///< empty where the script has none
    util::Bytes script;
};

/// Where a miner's numbers go, counted in the bytes without witness.
struct ExtranonceSpace
{
    std::size_t offset = 0;
    std::size_t size = 0;
};

struct DecodedCoinbase
{
    std::uint32_t version = 0;
    std::optional<std::int64_t> height; ///< BIP 34; none where the script begins with none
    std::size_t scriptSize = 0;         ///< of the scriptSig
    std::string tag;                    ///< pushes behind the extranonce; any bytes
    ExtranonceSpace extranonce;
    std::uint32_t sequence = 0;
    std::uint32_t lockTime = 0;
    std::vector<DecodedOutput> outputs;
    util::Satoshi total{};
    std::optional<bitcoin::Hash256> commitment; ///< of the last such output, the one that counts
    bool hasWitness = false;                    ///< in these bytes
    std::size_t weight = 0; ///< in a block: with the witness that a commitment asks for
};

enum class CoinbaseFault : std::uint8_t {
    Truncated,
    TrailingBytes,
    NotACoinbase,  ///< not exactly one input that spends nothing
    BadScriptSize, ///< outside 2 to 100 bytes
    BadAmount,     ///< negative, or more than all money, alone or together
    BadWitness,    ///< not exactly one item of 32 bytes
    BadExtranonce, ///< the space does not lie within the scriptSig
};

[[nodiscard]] std::string_view name(CoinbaseFault fault);

/// @param bytes hostile; a whole transaction with or without witness (BIP 144)
/// @param extranonce where it is known; a space of size 0 otherwise
[[nodiscard]] util::Result<DecodedCoinbase, CoinbaseFault>
decodeCoinbase(util::ByteView bytes, bitcoin::Network network, ExtranonceSpace extranonce = {});

} // namespace warp::mining
