#include "core/sim/node/bip_rules.h"

#include "core/bitcoin/sha256d.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace warp::sim {

namespace {

constexpr std::size_t HASH_SIZE = 32;
constexpr std::array<std::byte, 6> COMMITMENT_PREFIX{std::byte{0x6A}, std::byte{0x24},
                                                     std::byte{0xAA}, std::byte{0x21},
                                                     std::byte{0xA9}, std::byte{0xED}};

[[nodiscard]] unsigned valueOf(std::byte byte)
{
    return std::to_integer<unsigned>(byte);
}

[[nodiscard]] bitcoin::Hash256 hashTogether(const bitcoin::Hash256& left,
                                            const bitcoin::Hash256& right)
{
    std::array<std::byte, 2 * HASH_SIZE> both{};
    std::copy(left.bytes.begin(), left.bytes.end(), both.begin());
    std::copy(right.bytes.begin(), right.bytes.end(), both.begin() + HASH_SIZE);
    return bitcoin::sha256d(both);
}

// The length of the push data behind `opcode`, taken off the front of `rest`; nothing where the
// script ends before it.
[[nodiscard]] std::optional<std::size_t> takePushLength(unsigned opcode, util::ByteView& rest)
{
    if (opcode < 0x4C) {
        return opcode;
    }
    const std::size_t width = std::size_t{1} << (opcode - 0x4C);
    if (rest.size() < width) {
        return std::nullopt;
    }
    std::size_t length = 0;
    for (std::size_t i = 0; i < width; ++i) {
        length |= std::size_t{valueOf(rest[i])} << (8 * i);
    }
    rest = rest.subspan(width);
    return length;
}

} // namespace

MerkleRoot computeMerkleRoot(std::span<const bitcoin::Hash256> leaves)
{
    MerkleRoot result;
    std::vector<bitcoin::Hash256> level(leaves.begin(), leaves.end());
    while (level.size() > 1) {
        std::vector<bitcoin::Hash256> above;
        above.reserve((level.size() + 1) / 2);
        for (std::size_t i = 0; i < level.size(); i += 2) {
            const bool isAlone = i + 1 == level.size();
            const bitcoin::Hash256& right = isAlone ? level[i] : level[i + 1];
            result.isAmbiguous = result.isAmbiguous || (!isAlone && level[i] == right);
            above.push_back(hashTogether(level[i], right));
        }
        level = std::move(above);
    }
    if (!level.empty()) {
        result.root = level.front();
    }
    return result;
}

bool meetsCompactTarget(const bitcoin::Hash256& hash, std::uint32_t bits)
{
    const auto exponent = static_cast<std::size_t>(bits >> 24);
    const std::uint32_t mantissa = bits & 0x007F'FFFFU;
    if (mantissa == 0 || (bits & 0x0080'0000U) != 0) {
        return false;
    }
    // Little-endian, as the hash stands. Mantissa byte i has the weight 256^(exponent - 3 + i).
    std::array<unsigned, HASH_SIZE> target{};
    for (std::size_t i = 0; i < 3; ++i) {
        const unsigned byte = (mantissa >> (8 * i)) & 0xFFU;
        const std::size_t place = exponent + i;
        if (byte == 0 || place < 3) {
            continue;
        }
        if (place - 3 >= HASH_SIZE) {
            return false;
        }
        target[place - 3] = byte;
    }
    if (std::all_of(target.begin(), target.end(), [](unsigned byte) { return byte == 0; })) {
        return false;
    }
    for (std::size_t i = HASH_SIZE; i > 0; --i) {
        const unsigned ours = valueOf(hash.bytes[i - 1]);
        if (ours != target[i - 1]) {
            return ours < target[i - 1];
        }
    }
    return true;
}

std::optional<std::int64_t> heightInCoinbase(util::ByteView scriptSig)
{
    if (scriptSig.empty()) {
        return std::nullopt;
    }
    const unsigned opcode = valueOf(scriptSig[0]);
    if (opcode == 0x00) {
        return 0;
    }
    if (opcode >= 0x51 && opcode <= 0x60) {
        return opcode - 0x50;
    }
    constexpr unsigned MAX_HEIGHT_BYTES = 5;
    if (opcode > MAX_HEIGHT_BYTES || scriptSig.size() < 1 + std::size_t{opcode}) {
        return std::nullopt;
    }
    const util::ByteView digits = scriptSig.subspan(1, opcode);
    const unsigned top = valueOf(digits.back());
    const bool isNegative = (top & 0x80U) != 0;
    const bool needsTop = top != 0 || (opcode > 1 && (valueOf(digits[opcode - 2]) & 0x80U) != 0);
    if (isNegative || !needsTop) {
        return std::nullopt;
    }
    std::int64_t height = 0;
    for (std::size_t i = opcode; i > 0; --i) {
        height = height * 256 + static_cast<std::int64_t>(valueOf(digits[i - 1]));
    }
    return height > 16 ? std::optional(height) : std::nullopt;
}

util::Bytes encodeHeight(std::int64_t height)
{
    if (height == 0) {
        return {std::byte{0x00}};
    }
    if (height <= 16) {
        return {static_cast<std::byte>(0x50 + height)};
    }
    util::Bytes digits;
    for (std::int64_t rest = height; rest > 0; rest /= 256) {
        digits.push_back(static_cast<std::byte>(rest % 256));
    }
    if ((valueOf(digits.back()) & 0x80U) != 0) {
        digits.push_back(std::byte{0});
    }
    util::Bytes script{static_cast<std::byte>(digits.size())};
    util::append(script, digits);
    return script;
}

std::int64_t countSigops(util::ByteView script)
{
    std::int64_t count = 0;
    while (!script.empty()) {
        const unsigned opcode = valueOf(script[0]);
        script = script.subspan(1);
        if (opcode <= 0x4E) {
            const auto length = takePushLength(opcode, script);
            if (!length || *length > script.size()) {
                return count;
            }
            script = script.subspan(*length);
        } else if (opcode == 0xAC || opcode == 0xAD) {
            count += 1;
        } else if (opcode == 0xAE || opcode == 0xAF) {
            count += 20;
        }
    }
    return count;
}

std::int64_t transactionSigopCost(const bitcoin::Transaction& transaction)
{
    std::int64_t count = 0;
    for (const bitcoin::TxIn& input : transaction.vin) {
        count += countSigops(input.scriptSig);
    }
    for (const bitcoin::TxOut& output : transaction.vout) {
        count += countSigops(output.script);
    }
    return 4 * count;
}

std::optional<bitcoin::Hash256> findCommittedHash(const bitcoin::Transaction& coinbase)
{
    for (auto output = coinbase.vout.rbegin(); output != coinbase.vout.rend(); ++output) {
        const util::Bytes& script = output->script;
        if (script.size() >= COMMITMENT_PREFIX.size() + HASH_SIZE &&
            std::equal(COMMITMENT_PREFIX.begin(), COMMITMENT_PREFIX.end(), script.begin())) {
            bitcoin::Hash256 hash;
            std::copy_n(script.begin() + COMMITMENT_PREFIX.size(), HASH_SIZE, hash.bytes.begin());
            return hash;
        }
    }
    return std::nullopt;
}

bitcoin::Hash256 computeCommittedHash(std::span<const bitcoin::Transaction> transactions,
                                      util::ByteView reserved)
{
    std::vector<bitcoin::Hash256> leaves(transactions.size());
    for (std::size_t i = 1; i < transactions.size(); ++i) {
        leaves[i] = transactions[i].wtxid();
    }
    const MerkleRoot merkle = computeMerkleRoot(leaves);
    util::Bytes preimage;
    util::append(preimage, merkle.root.bytes);
    util::append(preimage, reserved);
    return bitcoin::sha256d(preimage);
}

} // namespace warp::sim
