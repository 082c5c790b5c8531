#include "core/sim/simulated_chain.h"

#include "core/bitcoin/address.h"
#include "core/bitcoin/script.h"
#include "core/bitcoin/sha256d.h"
#include "core/bitcoin/target.h"
#include "core/util/hex.h"

#include <fmt/format.h>

#include <span>

namespace warp::sim {

namespace {

constexpr std::int64_t SATOSHIS_PER_BITCOIN = 100'000'000;
constexpr std::size_t KEY_HASH_SIZE = 20;

} // namespace

std::optional<ChainRules> chainRulesFrom(std::string_view network, std::string_view bits)
{
    const auto known = bitcoin::networkFromChainName(network);
    if (!known) {
        return std::nullopt;
    }
    ChainRules rules = rulesFor(*known);
    if (!bits.empty()) {
        const auto compact = util::parseHexUint32(bits);
        if (!compact || !bitcoin::Target::fromCompact(*compact)) {
            return std::nullopt;
        }
        rules.bits = *compact;
    }
    return rules;
}

double hashesPerBlock(const ChainRules& rules)
{
    const auto target = bitcoin::Target::fromCompact(rules.bits);
    return target ? target->work().toDouble() : 0;
}

std::string_view networkName(const ChainRules& rules)
{
    return bitcoin::chainName(rules.network);
}

std::string exampleAddress(const ChainRules& rules, std::uint32_t number)
{
    const bitcoin::Hash256 hash =
        bitcoin::sha256d(util::asBytes(fmt::format("example address {}", number)));
    const util::Bytes script =
        bitcoin::witnessProgramScript(0, std::span(hash.bytes).first<KEY_HASH_SIZE>());
    return bitcoin::encodeAddress(script, rules.network).value_or(std::string());
}

std::vector<PaidOutput> paidOutputs(const BlockAccepted& block, const ChainRules& rules)
{
    std::vector<PaidOutput> paid;
    for (const bitcoin::TxOut& output : block.coinbase.vout) {
        if (output.value.value() == 0) {
            continue; // the witness commitment
        }
        paid.push_back({.address = bitcoin::encodeAddress(output.script, rules.network)
                                       .value_or("script " + util::toHex(output.script)),
                        .value = output.value});
    }
    return paid;
}

std::string bitcoinText(util::Satoshi value)
{
    return fmt::format("{}.{:08}", value.value() / SATOSHIS_PER_BITCOIN,
                       value.value() % SATOSHIS_PER_BITCOIN);
}

std::string hashText(const BlockAccepted& block)
{
    return bitcoin::toDisplayHex(block.hash);
}

std::string tipHashText(const NodeCore& node)
{
    return bitcoin::toDisplayHex(node.chain().tip().hash);
}

} // namespace warp::sim
