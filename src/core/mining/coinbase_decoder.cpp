#include "core/mining/coinbase_decoder.h"

#include "core/bitcoin/address.h"
#include "core/bitcoin/byte_reader.h"
#include "core/bitcoin/compact_size.h"
#include "core/bitcoin/transaction.h"

#include <algorithm>
#include <array>
#include <utility>

namespace warp::mining {

namespace {

using bitcoin::ByteReader;

constexpr std::size_t HASH_SIZE = 32;
constexpr std::size_t MIN_SCRIPT_SIZE = 2; // Bitcoin Core consensus/tx_check.cpp, bad-cb-length
constexpr std::size_t MAX_SCRIPT_SIZE = 100;
constexpr std::size_t MIN_OUTPUT_SIZE = 9; // value and an empty script's length
/// Marker, flag, item count, item length and the item of BIP 141.
constexpr std::size_t WITNESS_SIZE = 2 + 1 + 1 + HASH_SIZE;
/// OP_RETURN, a push of 36 bytes, the header of BIP 141.
constexpr std::array COMMITMENT_START{std::byte{0x6A}, std::byte{0x24}, std::byte{0xAA},
                                      std::byte{0x21}, std::byte{0xA9}, std::byte{0xED}};

bool isCommitment(util::ByteView script)
{
    return script.size() >= COMMITMENT_START.size() + HASH_SIZE &&
           std::equal(COMMITMENT_START.begin(), COMMITMENT_START.end(), script.begin());
}

bool isWitnessProgram(util::ByteView script)
{
    const auto version = script.empty() ? 1U : static_cast<unsigned>(script[0]);
    return script.size() >= 4 && script.size() <= 42 &&
           (version == 0 || (version >= 0x51 && version <= 0x60)) &&
           static_cast<std::size_t>(script[1]) + 2 == script.size();
}

OutputKind kindOf(util::ByteView script)
{
    const auto byteAt = [&](std::size_t i) { return static_cast<unsigned>(script[i]); };
    if (isCommitment(script)) {
        return OutputKind::WitnessCommitment;
    }
    if (!script.empty() && byteAt(0) == 0x6A) {
        return OutputKind::Data;
    }
    if (script.size() == 25 && byteAt(0) == 0x76 && byteAt(1) == 0xA9 && byteAt(2) == 20 &&
        byteAt(23) == 0x88 && byteAt(24) == 0xAC) {
        return OutputKind::PublicKeyHash;
    }
    if (script.size() == 23 && byteAt(0) == 0xA9 && byteAt(1) == 20 && byteAt(22) == 0x87) {
        return OutputKind::ScriptHash;
    }
    if (!isWitnessProgram(script)) {
        return OutputKind::Other;
    }
    if (byteAt(0) == 0 && script.size() == 22) {
        return OutputKind::WitnessPublicKeyHash;
    }
    if (byteAt(0) == 0 && script.size() == 34) {
        return OutputKind::WitnessScriptHash;
    }
    return byteAt(0) == 0x51 && script.size() == 34 ? OutputKind::Taproot
                                                    : OutputKind::OtherWitness;
}

/// One push: its data and what follows; nothing for an opcode that pushes no bytes of the script.
struct Push
{
    util::ByteView data;
    std::size_t end = 0; ///< offset behind it
};

std::optional<Push> pushAt(util::ByteView script, std::size_t offset)
{
    constexpr unsigned LARGEST_DIRECT_PUSH = 75;
    constexpr unsigned PUSHDATA1 = 0x4C;
    const auto code = static_cast<unsigned>(script[offset]);
    std::size_t start = offset + 1;
    std::size_t size = code;
    if (code == PUSHDATA1 && start < script.size()) {
        size = static_cast<std::size_t>(script[start]);
        ++start;
    } else if (code > LARGEST_DIRECT_PUSH) {
        return std::nullopt;
    }
    if (size > script.size() - start) {
        return std::nullopt;
    }
    return Push{.data = script.subspan(start, size), .end = start + size};
}

/// The number that the script begins with, as BIP 34 wants it: as short as can be.
std::optional<std::int64_t> heightOf(util::ByteView script, std::size_t& end)
{
    constexpr unsigned NUMBER_1 = 0x51;
    constexpr unsigned NUMBER_16 = 0x60;
    constexpr std::size_t MAX_NUMBER_SIZE = 5;
    const auto first = static_cast<unsigned>(script[0]);
    end = 1;
    if (first == 0) {
        return 0;
    }
    if (first >= NUMBER_1 && first <= NUMBER_16) {
        return static_cast<std::int64_t>(first) - NUMBER_1 + 1;
    }
    const auto push = pushAt(script, 0);
    if (!push || push->data.empty() || push->data.size() > MAX_NUMBER_SIZE ||
        first != push->data.size()) {
        end = 0;
        return std::nullopt;
    }
    constexpr unsigned SIGN = 0x80;
    const auto top = static_cast<unsigned>(push->data.back());
    const bool isPadded =
        top == 0 && (push->data.size() == 1 ||
                     (static_cast<unsigned>(push->data[push->data.size() - 2]) & SIGN) == 0);
    if ((top & SIGN) != 0 || isPadded) {
        end = 0;
        return std::nullopt;
    }
    std::int64_t height = 0;
    for (std::size_t i = push->data.size(); i-- > 0;) {
        height = height * 256 + static_cast<std::int64_t>(push->data[i]);
    }
    end = push->end;
    return height;
}

void readScript(util::ByteView script, std::size_t extranonceEnd, DecodedCoinbase& out)
{
    std::size_t offset = 0;
    out.height = heightOf(script, offset);
    while (offset < script.size()) {
        const auto push = pushAt(script, offset);
        if (!push) {
            break;
        }
        if (offset >= extranonceEnd) {
            out.tag += util::asText(push->data);
        }
        offset = push->end;
    }
}

util::Result<void, CoinbaseFault> readOutputs(ByteReader& reader, bitcoin::Network network,
                                              DecodedCoinbase& out)
{
    const auto count = bitcoin::readItemCount(reader, MIN_OUTPUT_SIZE);
    if (!count) {
        return util::Unexpected(CoinbaseFault::Truncated);
    }
    const auto limit = static_cast<std::uint64_t>(bitcoin::MAX_MONEY.value());
    for (std::size_t i = 0; i < *count; ++i) {
        const auto value = reader.readUint64();
        const auto script = bitcoin::readSizedBytes(reader);
        if (!value || !script) {
            return util::Unexpected(CoinbaseFault::Truncated);
        }
        if (*value > limit || *value > limit - static_cast<std::uint64_t>(out.total.value())) {
            return util::Unexpected(CoinbaseFault::BadAmount);
        }
        DecodedOutput output{.value = util::Satoshi(static_cast<std::int64_t>(*value)),
                             .kind = kindOf(*script),
                             .address = bitcoin::encodeAddress(*script, network).value_or(""),
                             .script = util::Bytes(script->begin(), script->end())};
        out.total = out.total + output.value;
        if (output.kind == OutputKind::WitnessCommitment) {
            bitcoin::Hash256 hash;
            std::copy_n(script->begin() + COMMITMENT_START.size(), HASH_SIZE, hash.bytes.begin());
            out.commitment = hash;
        }
        out.outputs.push_back(std::move(output));
    }
    return {};
}

util::Result<void, CoinbaseFault> readWitness(ByteReader& reader)
{
    const auto items = bitcoin::readItemCount(reader, 1);
    const auto item = items && *items == 1 ? bitcoin::readSizedBytes(reader)
                                           : util::Unexpected(bitcoin::ParseError::Truncated);
    if (!item || item->size() != HASH_SIZE) {
        return util::Unexpected(CoinbaseFault::BadWitness);
    }
    return {};
}

/// The single input up to and with its script.
util::Result<util::ByteView, CoinbaseFault> readInput(ByteReader& reader)
{
    const auto count = bitcoin::readCompactSize(reader);
    const auto txid = reader.readHash();
    const auto index = reader.readUint32();
    if (!count || !txid || !index) {
        return util::Unexpected(CoinbaseFault::Truncated);
    }
    if (*count != 1 || *txid != bitcoin::Hash256{} || *index != 0xFFFF'FFFF) {
        return util::Unexpected(CoinbaseFault::NotACoinbase);
    }
    const auto script = bitcoin::readSizedBytes(reader);
    if (!script) {
        return util::Unexpected(CoinbaseFault::Truncated);
    }
    if (script->size() < MIN_SCRIPT_SIZE || script->size() > MAX_SCRIPT_SIZE) {
        return util::Unexpected(CoinbaseFault::BadScriptSize);
    }
    return *script;
}

} // namespace

std::string_view name(OutputKind kind)
{
    constexpr std::array<std::string_view, 9> NAMES = {
        "p2pkh",     "p2sh", "p2wpkh", "p2wsh", "p2tr", "witness", "witness_commitment",
        "op_return", "other"};
    return NAMES.at(static_cast<std::size_t>(kind));
}

std::string_view name(CoinbaseFault fault)
{
    constexpr std::array<std::string_view, 7> NAMES = {
        "truncated",  "trailing_bytes", "not_a_coinbase", "bad_script_size",
        "bad_amount", "bad_witness",    "bad_extranonce"};
    return NAMES.at(static_cast<std::size_t>(fault));
}

util::Result<DecodedCoinbase, CoinbaseFault>
decodeCoinbase(util::ByteView bytes, bitcoin::Network network, ExtranonceSpace extranonce)
{
    ByteReader reader(bytes);
    DecodedCoinbase out;
    const auto version = reader.readUint32();
    if (!version || reader.remaining() < 2) {
        return util::Unexpected(CoinbaseFault::Truncated);
    }
    out.version = *version;
    // A transaction without inputs does not exist: a zero here is the marker of BIP 144.
    out.hasWitness = reader.rest()[0] == std::byte{0} && reader.rest()[1] == std::byte{1};
    if (out.hasWitness) {
        static_cast<void>(reader.readUint16());
    }
    WARP_TRY(script, readInput(reader));
    const std::size_t scriptStart = bytes.size() - reader.remaining() - script.size();
    const std::size_t shift = out.hasWitness ? 2 : 0;
    const std::size_t extranonceStart = extranonce.offset + shift;
    if (extranonce.size > 0 && (extranonceStart < scriptStart || extranonce.size > script.size() ||
                                extranonceStart - scriptStart > script.size() - extranonce.size)) {
        return util::Unexpected(CoinbaseFault::BadExtranonce);
    }
    out.scriptSize = script.size();
    out.extranonce = extranonce;
    readScript(script, extranonce.size > 0 ? extranonceStart - scriptStart + extranonce.size : 0,
               out);

    const auto sequence = reader.readUint32();
    if (!sequence) {
        return util::Unexpected(CoinbaseFault::Truncated);
    }
    out.sequence = *sequence;
    WARP_CHECK(readOutputs(reader, network, out));
    if (out.hasWitness) {
        WARP_CHECK(readWitness(reader));
    }
    const auto lockTime = reader.readUint32();
    if (!lockTime) {
        return util::Unexpected(CoinbaseFault::Truncated);
    }
    if (!reader.isAtEnd()) {
        return util::Unexpected(CoinbaseFault::TrailingBytes);
    }
    out.lockTime = *lockTime;
    const std::size_t stripped = bytes.size() - (out.hasWitness ? WITNESS_SIZE : 0);
    out.weight = 4 * stripped + (out.hasWitness || out.commitment ? WITNESS_SIZE : 0);
    return out;
}

} // namespace warp::mining
