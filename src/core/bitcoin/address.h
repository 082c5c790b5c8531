// Addresses: text to output script and back, with the exact reason of a refusal.
// Base58check (P2PKH, P2SH), bech32 (BIP 173, witness version 0) and bech32m (BIP 350, later
// versions). Pure; safe on any thread.
#pragma once

#include "core/bitcoin/network.h"
#include "core/util/bytes.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::bitcoin {

enum class AddressKind : std::uint8_t {
    PublicKeyHash,        ///< P2PKH
    ScriptHash,           ///< P2SH
    WitnessPublicKeyHash, ///< P2WPKH
    WitnessScriptHash,    ///< P2WSH
    Taproot,              ///< P2TR
    /// Version 2 to 16, or version 1 without 32 bytes: nothing guards such an output yet.
    FutureWitness,
};

struct Address
{
    AddressKind kind = AddressKind::PublicKeyHash;
    /// The output script that pays it.
    util::Bytes script;
    /// 0 to 16 for a witness program.
    std::optional<unsigned> witnessVersion;
    /// Anyone can spend such an output until a soft fork gives it a meaning.
    bool isFutureWitness = false;

    friend bool operator==(const Address&, const Address&) = default;
};

enum class AddressErrorCode : std::uint8_t {
    Empty,
    WrongNetwork,          ///< well-formed, but of `networks`
    BadChecksum,           ///< mistyped
    MixedCase,             ///< bech32 in upper and lower case
    InvalidCharacter,      ///< at `position`
    WrongLength,           ///< characters lack or are too many
    Bech32ForV1,           ///< version 1 or later needs a bech32m checksum
    Bech32mForV0,          ///< version 0 needs a bech32 checksum
    InvalidWitnessVersion, ///< above 16
    InvalidProgramLength,  ///< outside 2 to 40 bytes; version 0: neither 20 nor 32
    InvalidPadding,        ///< bits left over after the program
    UnknownPrefix,         ///< a well-formed text of no Bitcoin network
};

struct AddressError
{
    AddressErrorCode code = AddressErrorCode::Empty;
    /// Of the character, counted from 0; for InvalidCharacter.
    std::size_t position = 0;
    /// The networks that the address belongs to; for WrongNetwork.
    std::vector<Network> networks{};

    friend bool operator==(const AddressError&, const AddressError&) = default;
};

/// English, for logs: "address of another network", ...
[[nodiscard]] std::string_view describe(AddressErrorCode code);

/// Upper-case bech32 is accepted; blanks are not trimmed. A damaged text is refused for its damage
/// before its network is looked at.
[[nodiscard]] util::Result<Address, AddressError> parseAddress(std::string_view text,
                                                               Network network);

/// The address of a P2PKH, P2SH or witness program script; nothing for another script.
[[nodiscard]] std::optional<std::string> encodeAddress(util::ByteView script, Network network);

} // namespace warp::bitcoin
