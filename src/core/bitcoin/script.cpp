#include "core/bitcoin/script.h"

#include "core/bitcoin/transaction.h"
#include "core/util/assert.h"

#include <optional>

namespace warp::bitcoin {

namespace {

constexpr std::size_t HASH160_SIZE = 20;

/// The length that a push opcode carries with it: how many bytes hold it, and its value.
struct PushLength
{
    std::size_t prefixSize = 0;
    std::size_t dataSize = 0;
};

/// Zero for opcodes that push nothing; nothing where the length itself is cut off.
std::optional<PushLength> pushLength(util::ByteView script)
{
    const auto code = script.front();
    if (code < opcode::OP_PUSHDATA1) {
        return PushLength{1, static_cast<std::size_t>(code)};
    }
    if (code > opcode::OP_PUSHDATA4) {
        return PushLength{1, 0};
    }
    const std::size_t lengthSize = std::size_t{1} << (static_cast<unsigned>(code) -
                                                      static_cast<unsigned>(opcode::OP_PUSHDATA1));
    if (script.size() < 1 + lengthSize) {
        return std::nullopt;
    }
    std::size_t dataSize = 0;
    for (std::size_t i = lengthSize; i > 0; --i) {
        dataSize = (dataSize << 8) | static_cast<std::size_t>(script[i]);
    }
    return PushLength{1 + lengthSize, dataSize};
}

std::int64_t sigopsOf(std::byte code)
{
    // Without the redeem script's number of keys a multisig counts as the most it may have.
    constexpr std::int64_t MAX_MULTISIG_KEYS = 20;
    if (code == opcode::OP_CHECKSIG || code == opcode::OP_CHECKSIGVERIFY) {
        return 1;
    }
    if (code == opcode::OP_CHECKMULTISIG || code == opcode::OP_CHECKMULTISIGVERIFY) {
        return MAX_MULTISIG_KEYS;
    }
    return 0;
}

/// OP_0 for 0, OP_1 to OP_16 for 1 to 16.
std::byte smallNumberOpcode(unsigned number)
{
    return number == 0 ? opcode::OP_0
                       : static_cast<std::byte>(static_cast<unsigned>(opcode::OP_1) + number - 1);
}

/// Script numbers: little-endian magnitude, sign in the top bit (Bitcoin Core CScriptNum).
util::Bytes scriptNumber(std::int64_t number)
{
    const bool isNegative = number < 0;
    std::uint64_t magnitude = static_cast<std::uint64_t>(number);
    if (isNegative) {
        magnitude = ~magnitude + 1;
    }
    constexpr std::byte SIGN_BIT{0x80};
    util::Bytes bytes;
    for (; magnitude != 0; magnitude >>= 8) {
        bytes.push_back(static_cast<std::byte>(magnitude & 0xFF));
    }
    if ((bytes.back() & SIGN_BIT) != std::byte{0}) {
        bytes.push_back(isNegative ? SIGN_BIT : std::byte{0});
    } else if (isNegative) {
        bytes.back() |= SIGN_BIT;
    }
    return bytes;
}

} // namespace

util::Bytes pushData(util::ByteView data)
{
    util::Bytes script;
    script.reserve(data.size() + 5);
    if (data.size() < static_cast<std::size_t>(opcode::OP_PUSHDATA1)) {
        script.push_back(static_cast<std::byte>(data.size()));
    } else if (data.size() <= 0xFF) {
        script.push_back(opcode::OP_PUSHDATA1);
        util::appendLittleEndian(script, static_cast<std::uint8_t>(data.size()));
    } else if (data.size() <= 0xFFFF) {
        script.push_back(opcode::OP_PUSHDATA2);
        util::appendLittleEndian(script, static_cast<std::uint16_t>(data.size()));
    } else {
        script.push_back(opcode::OP_PUSHDATA4);
        util::appendLittleEndian(script, static_cast<std::uint32_t>(data.size()));
    }
    util::append(script, data);
    return script;
}

util::Bytes pushNumber(std::int64_t number)
{
    if (number == -1) {
        return {opcode::OP_1NEGATE};
    }
    if (number >= 0 && number <= 16) {
        return {smallNumberOpcode(static_cast<unsigned>(number))};
    }
    return pushData(scriptNumber(number));
}

util::Bytes heightPush(std::int64_t height)
{
    return pushNumber(height);
}

util::Bytes p2pkhScript(std::span<const std::byte, HASH160_SIZE> publicKeyHash)
{
    util::Bytes script{opcode::OP_DUP, opcode::OP_HASH160, std::byte{HASH160_SIZE}};
    util::append(script, publicKeyHash);
    script.push_back(opcode::OP_EQUALVERIFY);
    script.push_back(opcode::OP_CHECKSIG);
    return script;
}

util::Bytes p2shScript(std::span<const std::byte, HASH160_SIZE> scriptHash)
{
    util::Bytes script{opcode::OP_HASH160, std::byte{HASH160_SIZE}};
    util::append(script, scriptHash);
    script.push_back(opcode::OP_EQUAL);
    return script;
}

util::Bytes witnessProgramScript(unsigned version, util::ByteView program)
{
    WARP_ASSERT(version <= 16 && program.size() >= 2 && program.size() <= 40);
    util::Bytes script{smallNumberOpcode(version), static_cast<std::byte>(program.size())};
    util::append(script, program);
    return script;
}

std::int64_t legacySigopCount(util::ByteView script)
{
    std::int64_t count = 0;
    while (!script.empty()) {
        const auto length = pushLength(script);
        if (!length || script.size() - length->prefixSize < length->dataSize) {
            break;
        }
        count += sigopsOf(script.front());
        script = script.subspan(length->prefixSize + length->dataSize);
    }
    return count;
}

std::int64_t sigopCost(util::ByteView script)
{
    return WITNESS_SCALE_FACTOR * legacySigopCount(script);
}

} // namespace warp::bitcoin
