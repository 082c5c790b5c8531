#include "core/mining/coinbase.h"

#include "core/bitcoin/compact_size.h"
#include "core/bitcoin/script.h"
#include "core/bitcoin/witness_commitment.h"

#include <algorithm>

namespace warp::mining {

namespace {

// nSequence and nLockTime as Bitcoin Core's own templates have them: unique by height and not
// affected by BIP 54's rule on coinbase locktimes.
constexpr std::uint32_t COINBASE_SEQUENCE = 0xFFFF'FFFE;
constexpr std::uint32_t COINBASE_VERSION = 2;
// Marker, flag, item count, item length and the 32 zero bytes of BIP 141, one weight unit each.
constexpr std::size_t WITNESS_SIZE = 2 + 1 + 1 + 32;

bool looksLikeCommitment(const util::Bytes& script)
{
    constexpr std::array PREFIX{std::byte{0x6A}, std::byte{0x24}, std::byte{0xAA},
                                std::byte{0x21}, std::byte{0xA9}, std::byte{0xED}};
    return script.size() >= bitcoin::WITNESS_COMMITMENT_SCRIPT_SIZE &&
           std::equal(PREFIX.begin(), PREFIX.end(), script.begin());
}

std::size_t witnessAwareWeight(const Coinbase& coinbase)
{
    const std::size_t stripped =
        coinbase.prefix.size() + EXTRANONCE1_SIZE + EXTRANONCE2_SIZE + coinbase.suffix.size();
    return 4 * stripped + (coinbase.hasWitness ? WITNESS_SIZE : 0);
}

void appendOutputs(util::Bytes& out, const std::vector<bitcoin::TxOut>& outputs)
{
    bitcoin::appendCompactSize(out, outputs.size());
    for (const bitcoin::TxOut& output : outputs) {
        util::appendLittleEndian(out, static_cast<std::uint64_t>(output.value.value()));
        bitcoin::appendCompactSize(out, output.script.size());
        util::append(out, output.script);
    }
}

} // namespace

util::Result<Coinbase, CoinbaseError> buildCoinbase(const CoinbasePlan& plan)
{
    if (plan.height < 0) {
        return util::Unexpected(CoinbaseError::NegativeHeight);
    }
    if (plan.tag.size() > MAX_TAG_SIZE) {
        return util::Unexpected(CoinbaseError::TagTooLong);
    }
    if (plan.payouts.empty()) {
        return util::Unexpected(CoinbaseError::NoPayout);
    }
    Coinbase coinbase;
    for (const bitcoin::TxOut& payout : plan.payouts) {
        if (looksLikeCommitment(payout.script)) {
            return util::Unexpected(CoinbaseError::PayoutLooksLikeCommitment);
        }
        coinbase.outputs.push_back(payout);
        coinbase.sigopCost += static_cast<std::size_t>(bitcoin::sigopCost(payout.script));
    }
    if (plan.witnessCommitmentScript) {
        coinbase.hasWitness = true;
        coinbase.outputs.push_back({util::Satoshi(0), *plan.witnessCommitmentScript});
    }

    util::Bytes scriptHead = bitcoin::heightPush(plan.height);
    util::append(scriptHead, bitcoin::pushData(plan.salt));
    scriptHead.push_back(static_cast<std::byte>(EXTRANONCE1_SIZE + EXTRANONCE2_SIZE));
    const util::Bytes scriptTail =
        plan.tag.empty() ? util::Bytes{} : bitcoin::pushData(util::asBytes(plan.tag));
    const std::size_t scriptSize =
        scriptHead.size() + EXTRANONCE1_SIZE + EXTRANONCE2_SIZE + scriptTail.size();
    WARP_ASSERT(scriptSize <= MAX_SCRIPT_SIG_SIZE);

    util::appendLittleEndian(coinbase.prefix, COINBASE_VERSION);
    bitcoin::appendCompactSize(coinbase.prefix, 1);
    util::append(coinbase.prefix, bitcoin::Hash256{}.bytes);
    util::appendLittleEndian(coinbase.prefix, bitcoin::OutPoint::NULL_INDEX);
    bitcoin::appendCompactSize(coinbase.prefix, scriptSize);
    util::append(coinbase.prefix, scriptHead);

    util::append(coinbase.suffix, scriptTail);
    util::appendLittleEndian(coinbase.suffix, COINBASE_SEQUENCE);
    appendOutputs(coinbase.suffix, coinbase.outputs);
    util::appendLittleEndian(
        coinbase.suffix, static_cast<std::uint32_t>(std::max<std::int64_t>(plan.height, 1) - 1));
    coinbase.weight = witnessAwareWeight(coinbase);
    return coinbase;
}

util::Bytes completeCoinbase(const Coinbase& coinbase, const Extranonce1& extranonce1,
                             const Extranonce2& extranonce2)
{
    constexpr std::size_t VERSION_SIZE = 4;
    constexpr std::size_t LOCK_TIME_SIZE = 4;
    const util::ByteView prefix(coinbase.prefix);
    const util::ByteView suffix(coinbase.suffix);
    util::Bytes out;
    util::append(out, prefix.first(VERSION_SIZE));
    if (coinbase.hasWitness) {
        out.push_back(std::byte{0}); // marker
        out.push_back(std::byte{1}); // flag
    }
    util::append(out, prefix.subspan(VERSION_SIZE));
    util::append(out, extranonce1);
    util::append(out, extranonce2);
    util::append(out, suffix.first(suffix.size() - LOCK_TIME_SIZE));
    if (coinbase.hasWitness) {
        bitcoin::appendCompactSize(out, 1);
        bitcoin::appendCompactSize(out, 32);
        util::append(out, bitcoin::Hash256{}.bytes);
    }
    util::append(out, suffix.last(LOCK_TIME_SIZE));
    return out;
}

} // namespace warp::mining
