#include "core/sim/node/transaction_check.h"

#include "core/bitcoin/block.h"
#include "core/bitcoin/sha256d.h"

#include <algorithm>
#include <cstddef>
#include <set>

namespace warp::sim {

namespace {

constexpr std::byte OP_TRUE{0x51};
constexpr std::int64_t MAX_AMOUNT = 21'000'000 * bitcoin::SATOSHIS_PER_BITCOIN;
// Lock times from here on are seconds since 1970, below block heights (Core script/script.h).
constexpr std::uint32_t LOCK_TIME_THRESHOLD = 500'000'000;
constexpr std::uint32_t FINAL_SEQUENCE = 0xFFFF'FFFF;

[[nodiscard]] bool isAmount(std::int64_t value)
{
    return value >= 0 && value <= MAX_AMOUNT;
}

[[nodiscard]] Verdict checkOutputs(const bitcoin::Transaction& transaction)
{
    std::int64_t total = 0;
    for (const bitcoin::TxOut& output : transaction.vout) {
        if (output.value.value() < 0) {
            return reject("bad-txns-vout-negative");
        }
        if (output.value.value() > MAX_AMOUNT) {
            return reject("bad-txns-vout-toolarge");
        }
        total += output.value.value();
        if (!isAmount(total)) {
            return reject("bad-txns-txouttotal-toolarge");
        }
    }
    return {};
}

[[nodiscard]] bool spendsItsCoin(const bitcoin::TxIn& input, const Coin& coin)
{
    if (!input.scriptSig.empty()) {
        return false;
    }
    if (coin.output.script == anyoneScript()) {
        return input.witness.empty();
    }
    return coin.output.script == anyoneWitnessScript() && input.witness.size() == 1 &&
           input.witness.front() == anyoneScript();
}

} // namespace

const util::Bytes& anyoneScript()
{
    static const util::Bytes SCRIPT{OP_TRUE};
    return SCRIPT;
}

const util::Bytes& anyoneWitnessScript()
{
    // Version 0 and the SHA-256 of the script (BIP 141).
    static const util::Bytes SCRIPT = [] {
        util::Bytes bytes{std::byte{0x00}, std::byte{0x20}};
        util::append(bytes, bitcoin::sha256(anyoneScript()).bytes);
        return bytes;
    }();
    return SCRIPT;
}

bool isAnyoneScript(util::ByteView script)
{
    return std::ranges::equal(script, anyoneScript()) ||
           std::ranges::equal(script, anyoneWitnessScript());
}

void satisfyInputs(bitcoin::Transaction& transaction, const std::vector<const Coin*>& coins)
{
    for (std::size_t i = 0; i < transaction.vin.size(); ++i) {
        transaction.vin[i].witness.clear();
        if (coins[i]->output.script == anyoneWitnessScript()) {
            transaction.vin[i].witness.push_back(anyoneScript());
        }
    }
}

Verdict checkTransaction(const bitcoin::Transaction& transaction)
{
    if (transaction.vin.empty()) {
        return reject("bad-txns-vin-empty");
    }
    if (transaction.vout.empty()) {
        return reject("bad-txns-vout-empty");
    }
    const std::size_t size = transaction.serializedSize(bitcoin::WitnessMode::Strip);
    if (static_cast<std::int64_t>(size) * bitcoin::WITNESS_SCALE_FACTOR >
        bitcoin::MAX_BLOCK_WEIGHT) {
        return reject("bad-txns-oversize");
    }
    WARP_CHECK(checkOutputs(transaction));
    std::set<bitcoin::OutPoint> points;
    for (const bitcoin::TxIn& input : transaction.vin) {
        if (!points.insert(input.previous).second) {
            return reject("bad-txns-inputs-duplicate");
        }
    }
    if (transaction.isCoinbase()) {
        const std::size_t length = transaction.vin.front().scriptSig.size();
        return length < 2 || length > 100 ? Verdict(reject("bad-cb-length")) : Verdict();
    }
    if (points.contains(bitcoin::OutPoint{})) {
        return reject("bad-txns-prevout-null");
    }
    return {};
}

util::Result<util::Satoshi, Rejection> checkInputs(const bitcoin::Transaction& transaction,
                                                   const std::vector<const Coin*>& coins,
                                                   std::int64_t spendHeight,
                                                   std::int64_t coinbaseMaturity)
{
    if (std::ranges::find(coins, nullptr) != coins.end()) {
        return reject("bad-txns-inputs-missingorspent");
    }
    std::int64_t valueIn = 0;
    for (const Coin* coin : coins) {
        if (coin->isCoinbase && spendHeight - coin->height < coinbaseMaturity) {
            return reject("bad-txns-premature-spend-of-coinbase");
        }
        valueIn += coin->output.value.value();
        if (!isAmount(valueIn)) {
            return reject("bad-txns-inputvalues-outofrange");
        }
    }
    std::int64_t valueOut = 0;
    for (const bitcoin::TxOut& output : transaction.vout) {
        valueOut += output.value.value();
    }
    if (valueIn < valueOut) {
        return reject("bad-txns-in-belowout");
    }
    return util::Satoshi(valueIn - valueOut);
}

Verdict checkScripts(const bitcoin::Transaction& transaction, const std::vector<const Coin*>& coins)
{
    for (std::size_t i = 0; i < transaction.vin.size(); ++i) {
        if (!spendsItsCoin(transaction.vin[i], *coins[i])) {
            return reject("mandatory-script-verify-flag-failed");
        }
    }
    return {};
}

bool isFinal(const bitcoin::Transaction& transaction, std::int64_t height,
             std::int64_t medianTimePast)
{
    const std::int64_t lockTime = transaction.lockTime;
    const std::int64_t limit = transaction.lockTime < LOCK_TIME_THRESHOLD ? height : medianTimePast;
    if (lockTime == 0 || lockTime < limit) {
        return true;
    }
    return std::ranges::all_of(transaction.vin, [](const bitcoin::TxIn& input) {
        return input.sequence == FINAL_SEQUENCE;
    });
}

} // namespace warp::sim
