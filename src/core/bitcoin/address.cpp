#include "core/bitcoin/address.h"

#include "core/bitcoin/base58.h"
#include "core/bitcoin/bech32.h"
#include "core/bitcoin/script.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace warp::bitcoin {

namespace {

using ParsedAddress = util::Result<Address, AddressError>;

constexpr std::size_t HASH160_SIZE = 20;
constexpr std::size_t MAX_WITNESS_VERSION = 16;

/// How the addresses of a network are told apart (Bitcoin Core kernel/chainparams.cpp).
struct AddressForms
{
    std::string_view bech32Prefix;
    std::byte publicKeyHashVersion;
    std::byte scriptHashVersion;
};

AddressForms formsOf(Network network)
{
    switch (network) {
    case Network::Main:
        return {"bc", std::byte{0}, std::byte{5}};
    case Network::Regtest:
        return {"bcrt", std::byte{111}, std::byte{196}};
    case Network::Test:
    case Network::Testnet4:
    case Network::Signet:
        break;
    }
    return {"tb", std::byte{111}, std::byte{196}};
}

util::Unexpected<AddressError> refuse(AddressErrorCode code, std::size_t position = 0)
{
    return util::Unexpected(AddressError{code, position, {}});
}

/// Checks that `network` is among those that satisfy `isOf`; names them otherwise.
template <class Predicate>
util::Result<void, AddressError> requireNetwork(Network network, Predicate isOf)
{
    if (isOf(network)) {
        return {};
    }
    AddressError error{AddressErrorCode::WrongNetwork, 0, {}};
    std::ranges::copy_if(ALL_NETWORKS, std::back_inserter(error.networks), isOf);
    if (error.networks.empty()) {
        error.code = AddressErrorCode::UnknownPrefix;
    }
    return util::Unexpected(std::move(error));
}

AddressError fromBase58Error(const Base58Error& error)
{
    switch (error.code) {
    case Base58ErrorCode::InvalidCharacter:
        return {AddressErrorCode::InvalidCharacter, error.position, {}};
    case Base58ErrorCode::BadChecksum:
        return {AddressErrorCode::BadChecksum, 0, {}};
    case Base58ErrorCode::TooLong:
    case Base58ErrorCode::TooShort:
        break;
    }
    return {AddressErrorCode::WrongLength, 0, {}};
}

AddressError fromBech32Error(const Bech32Error& error)
{
    switch (error.code) {
    case Bech32ErrorCode::InvalidCharacter:
        return {AddressErrorCode::InvalidCharacter, error.position, {}};
    case Bech32ErrorCode::BadChecksum:
        return {AddressErrorCode::BadChecksum, 0, {}};
    case Bech32ErrorCode::MixedCase:
        return {AddressErrorCode::MixedCase, 0, {}};
    case Bech32ErrorCode::TooLong:
    case Bech32ErrorCode::TooShort:
    case Bech32ErrorCode::NoPrefix:
        break;
    }
    return {AddressErrorCode::WrongLength, 0, {}};
}

bool startsWithIgnoringCase(std::string_view text, std::string_view lowerCasePrefix)
{
    return text.size() >= lowerCasePrefix.size() &&
           std::equal(lowerCasePrefix.begin(), lowerCasePrefix.end(), text.begin(),
                      [](char lower, char character) {
                          return character == lower ||
                                 (lower >= 'a' && lower <= 'z' && character == lower - 'a' + 'A');
                      });
}

/// Characters before the data of a text that begins with one of our prefixes and the separator.
std::optional<std::size_t> bech32DataStart(std::string_view text)
{
    for (const Network network : ALL_NETWORKS) {
        const std::string prefix = std::string(formsOf(network).bech32Prefix) + '1';
        if (startsWithIgnoringCase(text, prefix)) {
            return prefix.size();
        }
    }
    return std::nullopt;
}

AddressKind witnessKind(unsigned version, std::size_t programSize)
{
    if (version == 0) {
        return programSize == HASH160_SIZE ? AddressKind::WitnessPublicKeyHash
                                           : AddressKind::WitnessScriptHash;
    }
    return version == 1 && programSize == 32 ? AddressKind::Taproot : AddressKind::FutureWitness;
}

bool isWitnessProgram(unsigned version, std::size_t programSize)
{
    if (version == 0) {
        return programSize == 20 || programSize == 32;
    }
    return version <= MAX_WITNESS_VERSION && programSize >= 2 && programSize <= 40;
}

ParsedAddress witnessAddress(const Bech32Text& text, Network network)
{
    if (text.values.empty()) {
        return refuse(AddressErrorCode::WrongLength);
    }
    const unsigned version = text.values.front();
    if (version > MAX_WITNESS_VERSION) {
        return refuse(AddressErrorCode::InvalidWitnessVersion);
    }
    if (version == 0 && text.variant == Bech32Variant::Bech32m) {
        return refuse(AddressErrorCode::Bech32mForV0);
    }
    if (version != 0 && text.variant == Bech32Variant::Bech32) {
        return refuse(AddressErrorCode::Bech32ForV1);
    }
    const auto program = fromFiveBitGroups(std::span(text.values).subspan(1));
    if (!program) {
        return refuse(AddressErrorCode::InvalidPadding);
    }
    if (!isWitnessProgram(version, program->size())) {
        return refuse(AddressErrorCode::InvalidProgramLength);
    }
    WARP_CHECK(requireNetwork(network, [&text](Network candidate) {
        return formsOf(candidate).bech32Prefix == text.prefix;
    }));
    const AddressKind kind = witnessKind(version, program->size());
    return Address{kind, witnessProgramScript(version, *program), version,
                   kind == AddressKind::FutureWitness};
}

ParsedAddress parseBech32(std::string_view text, std::size_t dataStart, Network network)
{
    // The separator is the last '1', so one among the data would move it.
    const std::size_t strayOne = text.find('1', dataStart);
    if (strayOne != std::string_view::npos) {
        return refuse(AddressErrorCode::InvalidCharacter, strayOne);
    }
    const auto decoded = decodeBech32(text);
    if (!decoded) {
        return util::Unexpected(fromBech32Error(decoded.error()));
    }
    return witnessAddress(*decoded, network);
}

ParsedAddress parseBase58(std::string_view text, Network network)
{
    constexpr std::size_t PAYLOAD_SIZE = 1 + HASH160_SIZE;
    constexpr std::size_t CHECKSUM_SIZE = 4;
    const auto unchecked = decodeBase58(text);
    if (!unchecked) {
        return util::Unexpected(fromBase58Error(unchecked.error()));
    }
    if (unchecked->size() != PAYLOAD_SIZE + CHECKSUM_SIZE) {
        return refuse(AddressErrorCode::WrongLength);
    }
    const auto payload = decodeBase58Check(text);
    if (!payload) {
        return util::Unexpected(fromBase58Error(payload.error()));
    }
    const std::byte version = payload->front();
    const auto hash = util::ByteView(*payload).last<HASH160_SIZE>();
    WARP_CHECK(requireNetwork(network, [version](Network candidate) {
        const AddressForms forms = formsOf(candidate);
        return version == forms.publicKeyHashVersion || version == forms.scriptHashVersion;
    }));
    if (version == formsOf(network).publicKeyHashVersion) {
        return Address{AddressKind::PublicKeyHash, p2pkhScript(hash), std::nullopt, false};
    }
    return Address{AddressKind::ScriptHash, p2shScript(hash), std::nullopt, false};
}

std::string base58Address(std::byte version, util::ByteView hash)
{
    util::Bytes payload{version};
    util::append(payload, hash);
    return encodeBase58Check(payload);
}

/// Whether the script is what `build` makes of the 20 bytes at `offset`.
template <class Builder>
std::optional<util::ByteView> hashInScript(util::ByteView script, std::size_t offset, Builder build)
{
    if (script.size() < offset + HASH160_SIZE) {
        return std::nullopt;
    }
    const auto hash = script.subspan(offset).first<HASH160_SIZE>();
    return std::ranges::equal(script, build(hash)) ? std::optional<util::ByteView>(hash)
                                                   : std::nullopt;
}

std::optional<std::string> encodeWitnessAddress(util::ByteView script, std::string_view prefix)
{
    if (script.size() < 2 || static_cast<std::size_t>(script[1]) != script.size() - 2) {
        return std::nullopt;
    }
    const bool isVersion =
        script[0] == opcode::OP_0 || (script[0] >= opcode::OP_1 && script[0] <= opcode::OP_16);
    const unsigned version =
        script[0] == opcode::OP_0
            ? 0
            : static_cast<unsigned>(script[0]) - static_cast<unsigned>(opcode::OP_1) + 1;
    const util::ByteView program = script.subspan(2);
    if (!isVersion || !isWitnessProgram(version, program.size())) {
        return std::nullopt;
    }
    Bech32Text text{version == 0 ? Bech32Variant::Bech32 : Bech32Variant::Bech32m,
                    std::string(prefix),
                    {static_cast<std::uint8_t>(version)}};
    const auto groups = toFiveBitGroups(program);
    text.values.insert(text.values.end(), groups.begin(), groups.end());
    return encodeBech32(text);
}

} // namespace

std::string_view describe(AddressErrorCode code)
{
    switch (code) {
    case AddressErrorCode::Empty:
        return "empty";
    case AddressErrorCode::WrongNetwork:
        return "address of another network";
    case AddressErrorCode::BadChecksum:
        return "wrong checksum, probably mistyped";
    case AddressErrorCode::MixedCase:
        return "upper and lower case mixed";
    case AddressErrorCode::InvalidCharacter:
        return "invalid character";
    case AddressErrorCode::WrongLength:
        return "wrong length";
    case AddressErrorCode::Bech32ForV1:
        return "bech32 checksum where bech32m is due";
    case AddressErrorCode::Bech32mForV0:
        return "bech32m checksum where bech32 is due";
    case AddressErrorCode::InvalidWitnessVersion:
        return "invalid witness version";
    case AddressErrorCode::InvalidProgramLength:
        return "invalid length of the witness program";
    case AddressErrorCode::InvalidPadding:
        return "invalid padding";
    case AddressErrorCode::UnknownPrefix:
        return "not a Bitcoin address";
    }
    return "unknown";
}

util::Result<Address, AddressError> parseAddress(std::string_view text, Network network)
{
    if (text.empty()) {
        return refuse(AddressErrorCode::Empty);
    }
    if (const auto dataStart = bech32DataStart(text)) {
        return parseBech32(text, *dataStart, network);
    }
    if (decodeBech32(text)) {
        return refuse(AddressErrorCode::UnknownPrefix);
    }
    return parseBase58(text, network);
}

std::optional<std::string> encodeAddress(util::ByteView script, Network network)
{
    const AddressForms forms = formsOf(network);
    if (const auto hash = hashInScript(script, 3, p2pkhScript)) {
        return base58Address(forms.publicKeyHashVersion, *hash);
    }
    if (const auto hash = hashInScript(script, 2, p2shScript)) {
        return base58Address(forms.scriptHashVersion, *hash);
    }
    return encodeWitnessAddress(script, forms.bech32Prefix);
}

} // namespace warp::bitcoin
