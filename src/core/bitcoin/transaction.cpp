#include "core/bitcoin/transaction.h"

#include "core/bitcoin/compact_size.h"
#include "core/bitcoin/sha256d.h"

#include <algorithm>
#include <utility>

namespace warp::bitcoin {

namespace {

// BIP 144: an input count of zero marks the form with a flag byte and witnesses.
constexpr std::uint8_t WITNESS_MARKER = 0;
constexpr std::uint8_t WITNESS_FLAG = 1;

// Outpoint, empty script, sequence; value, empty script; an empty witness item.
constexpr std::size_t MINIMUM_INPUT_SIZE = 32 + 4 + 1 + 4;
constexpr std::size_t MINIMUM_OUTPUT_SIZE = 8 + 1;
constexpr std::size_t MINIMUM_WITNESS_ITEM_SIZE = 1;

util::Bytes toBytes(util::ByteView view)
{
    return {view.begin(), view.end()};
}

std::size_t sizedLength(const util::Bytes& bytes)
{
    return compactSizeLength(bytes.size()) + bytes.size();
}

ParseResult<TxIn> readInput(ByteReader& reader)
{
    WARP_TRY(txid, reader.readHash());
    WARP_TRY(index, reader.readUint32());
    WARP_TRY(script, readSizedBytes(reader));
    WARP_TRY(sequence, reader.readUint32());
    return TxIn{{txid, index}, toBytes(script), sequence, {}};
}

ParseResult<std::vector<TxIn>> readInputs(ByteReader& reader)
{
    WARP_TRY(count, readItemCount(reader, MINIMUM_INPUT_SIZE));
    std::vector<TxIn> inputs;
    inputs.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        WARP_TRY(input, readInput(reader));
        inputs.push_back(std::move(input));
    }
    return inputs;
}

ParseResult<std::vector<TxOut>> readOutputs(ByteReader& reader)
{
    WARP_TRY(count, readItemCount(reader, MINIMUM_OUTPUT_SIZE));
    std::vector<TxOut> outputs;
    outputs.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        WARP_TRY(value, reader.readUint64());
        WARP_TRY(script, readSizedBytes(reader));
        outputs.push_back({util::Satoshi(static_cast<std::int64_t>(value)), toBytes(script)});
    }
    return outputs;
}

util::Result<void, ParseError> readWitness(ByteReader& reader, TxIn& input)
{
    WARP_TRY(count, readItemCount(reader, MINIMUM_WITNESS_ITEM_SIZE));
    input.witness.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        WARP_TRY(item, readSizedBytes(reader));
        input.witness.push_back(toBytes(item));
    }
    return {};
}

/// Inputs, outputs and witnesses in the order of Bitcoin Core's UnserializeTransaction.
util::Result<void, ParseError> readBody(ByteReader& reader, Transaction& transaction)
{
    WARP_TRY(inputs, readInputs(reader));
    transaction.vin = std::move(inputs);
    std::uint8_t flag = 0;
    if (transaction.vin.empty()) {
        WARP_TRY(read, reader.readUint8());
        flag = read;
        if (flag == 0) {
            // No inputs and no outputs: the byte was the output count.
            return {};
        }
        WARP_TRY(markedInputs, readInputs(reader));
        transaction.vin = std::move(markedInputs);
    }
    WARP_TRY(outputs, readOutputs(reader));
    transaction.vout = std::move(outputs);
    if (flag == 0) {
        return {};
    }
    if (flag != WITNESS_FLAG) {
        return util::Unexpected(ParseError::UnknownFlag);
    }
    for (TxIn& input : transaction.vin) {
        WARP_CHECK(readWitness(reader, input));
    }
    if (!transaction.hasWitness()) {
        return util::Unexpected(ParseError::SuperfluousWitness);
    }
    return {};
}

std::size_t witnessSize(const TxIn& input)
{
    std::size_t size = compactSizeLength(input.witness.size());
    for (const util::Bytes& item : input.witness) {
        size += sizedLength(item);
    }
    return size;
}

void appendInput(util::Bytes& out, const TxIn& input)
{
    util::append(out, input.previous.txid.bytes);
    util::appendLittleEndian(out, input.previous.index);
    appendSizedBytes(out, input.scriptSig);
    util::appendLittleEndian(out, input.sequence);
}

} // namespace

ParseResult<Transaction> Transaction::parse(ByteReader& reader)
{
    Transaction transaction;
    WARP_TRY(version, reader.readUint32());
    transaction.version = version;
    WARP_CHECK(readBody(reader, transaction));
    WARP_TRY(lockTime, reader.readUint32());
    transaction.lockTime = lockTime;
    return transaction;
}

ParseResult<Transaction> Transaction::parse(util::ByteView bytes)
{
    ByteReader reader(bytes);
    WARP_TRY(transaction, parse(reader));
    if (!reader.isAtEnd()) {
        return util::Unexpected(ParseError::TrailingBytes);
    }
    return transaction;
}

util::Bytes Transaction::serialize(WitnessMode mode) const
{
    util::Bytes out;
    out.reserve(serializedSize(mode));
    appendTo(out, mode);
    return out;
}

void Transaction::appendTo(util::Bytes& out, WitnessMode mode) const
{
    const bool withWitness = mode == WitnessMode::Include && hasWitness();
    util::appendLittleEndian(out, version);
    if (withWitness) {
        util::appendLittleEndian(out, WITNESS_MARKER);
        util::appendLittleEndian(out, WITNESS_FLAG);
    }
    appendCompactSize(out, vin.size());
    for (const TxIn& input : vin) {
        appendInput(out, input);
    }
    appendCompactSize(out, vout.size());
    for (const TxOut& output : vout) {
        util::appendLittleEndian(out, static_cast<std::uint64_t>(output.value.value()));
        appendSizedBytes(out, output.script);
    }
    if (withWitness) {
        for (const TxIn& input : vin) {
            appendCompactSize(out, input.witness.size());
            for (const util::Bytes& item : input.witness) {
                appendSizedBytes(out, item);
            }
        }
    }
    util::appendLittleEndian(out, lockTime);
}

std::size_t Transaction::serializedSize(WitnessMode mode) const
{
    std::size_t size = sizeof(version) + sizeof(lockTime);
    size += compactSizeLength(vin.size()) + compactSizeLength(vout.size());
    for (const TxIn& input : vin) {
        size += MINIMUM_INPUT_SIZE - 1 + sizedLength(input.scriptSig);
    }
    for (const TxOut& output : vout) {
        size += MINIMUM_OUTPUT_SIZE - 1 + sizedLength(output.script);
    }
    if (mode == WitnessMode::Include && hasWitness()) {
        size += sizeof(WITNESS_MARKER) + sizeof(WITNESS_FLAG);
        for (const TxIn& input : vin) {
            size += witnessSize(input);
        }
    }
    return size;
}

Hash256 Transaction::txid() const
{
    return sha256d(serialize(WitnessMode::Strip));
}

Hash256 Transaction::wtxid() const
{
    return sha256d(serialize(WitnessMode::Include));
}

std::int64_t Transaction::weight() const
{
    const auto stripped = static_cast<std::int64_t>(serializedSize(WitnessMode::Strip));
    const auto total = static_cast<std::int64_t>(serializedSize(WitnessMode::Include));
    return stripped * (WITNESS_SCALE_FACTOR - 1) + total;
}

bool Transaction::hasWitness() const
{
    return std::ranges::any_of(vin, [](const TxIn& input) { return !input.witness.empty(); });
}

bool Transaction::isCoinbase() const
{
    return vin.size() == 1 && vin.front().previous.isNull();
}

} // namespace warp::bitcoin
