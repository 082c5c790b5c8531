#include "core/mining/payout_split.h"

#include "core/bitcoin/compact_size.h"
#include "core/bitcoin/script.h"
#include "core/util/assert.h"

#include <array>
#include <cstddef>

namespace warp::mining {

namespace {

/// Version opcode and one push of 2 to 40 bytes (BIP 141).
bool isWitnessProgram(util::ByteView script)
{
    if (script.size() < 4 || script.size() > 42) {
        return false;
    }
    const bool isVersion =
        script[0] == bitcoin::opcode::OP_0 ||
        (script[0] >= bitcoin::opcode::OP_1 && script[0] <= bitcoin::opcode::OP_16);
    return isVersion && static_cast<std::size_t>(script[1]) + 2 == script.size();
}

bool isUnspendable(util::ByteView script)
{
    constexpr std::size_t MAX_SCRIPT_SIZE = 10'000; // Bitcoin Core script/script.h
    return script.size() > MAX_SCRIPT_SIZE ||
           (!script.empty() && script[0] == bitcoin::opcode::OP_RETURN);
}

} // namespace

std::string_view name(PayoutRole role)
{
    constexpr std::array<std::string_view, 3> NAMES = {"payout", "pool_fee", "donation"};
    return NAMES.at(static_cast<std::size_t>(role));
}

std::string_view code(PartState state)
{
    constexpr std::array<std::string_view, 4> CODES = {"paid", "folded_dust", "paid_dust",
                                                       "nothing_left"};
    return CODES.at(static_cast<std::size_t>(state));
}

util::Satoshi dustLimit(util::ByteView script)
{
    if (isUnspendable(script)) {
        return util::Satoshi(0);
    }
    constexpr std::int64_t DUST_SATOSHIS_PER_BYTE = 3;
    // Outpoint, script length, sequence, and a signature with its key: whole bytes, or a quarter of
    // them as witness (Bitcoin Core policy/policy.cpp).
    constexpr std::int64_t INPUT_SIZE = 32 + 4 + 1 + 107 + 4;
    constexpr std::int64_t WITNESS_INPUT_SIZE = 32 + 4 + 1 + 107 / 4 + 4;
    const auto outputSize = static_cast<std::int64_t>(
        sizeof(std::int64_t) + bitcoin::compactSizeLength(script.size()) + script.size());
    const std::int64_t inputSize = isWitnessProgram(script) ? WITNESS_INPUT_SIZE : INPUT_SIZE;
    return util::Satoshi(DUST_SATOSHIS_PER_BYTE * (outputSize + inputSize));
}

util::Satoshi partOf(util::Satoshi value, std::int64_t basisPoints)
{
    WARP_ASSERT(value.value() >= 0 && basisPoints >= 0 && basisPoints <= WHOLE_BASIS_POINTS);
    // All money there is times 10,000 does not fit into 64 bits: whole ten-thousandths and the rest
    // are multiplied apart.
    const std::int64_t whole = value.value() / WHOLE_BASIS_POINTS * basisPoints;
    const std::int64_t rest = value.value() % WHOLE_BASIS_POINTS * basisPoints / WHOLE_BASIS_POINTS;
    return util::Satoshi(whole + rest);
}

PayoutSplit splitValue(util::Satoshi value, const util::Bytes& payoutScript,
                       const std::vector<PayoutCut>& cuts)
{
    PayoutSplit split;
    split.parts.push_back({.script = payoutScript});
    util::Satoshi remainder = value;
    util::Satoshi folded;
    for (const PayoutCut& cut : cuts) {
        if (cut.basisPoints == 0) {
            continue;
        }
        const util::Satoshi due = partOf(value, cut.basisPoints);
        PayoutPart part{.role = cut.role, .due = due, .paid = due, .script = cut.script};
        remainder = remainder - due;
        if (due.value() == 0) {
            part.state = PartState::NothingLeft;
        } else if (due < dustLimit(cut.script)) {
            part.state = PartState::FoldedDust;
            part.paid = util::Satoshi(0);
            folded = folded + due;
        }
        split.parts.push_back(std::move(part));
    }
    WARP_ASSERT(remainder.value() >= 0);

    PayoutPart& payout = split.parts.front();
    payout.due = remainder;
    payout.paid = remainder + folded;
    if (payout.paid.value() == 0) {
        payout.state = PartState::NothingLeft;
    } else if (payout.paid < dustLimit(payoutScript)) {
        payout.state = PartState::PaidDust;
    }
    for (const PayoutPart& part : split.parts) {
        if (part.paid.value() > 0) {
            split.outputs.push_back({part.paid, part.script});
        }
    }
    if (split.outputs.empty()) {
        // A coinbase needs an output even where there is nothing to pay.
        split.outputs.push_back({util::Satoshi(0), payoutScript});
    }
    return split;
}

} // namespace warp::mining
