#include "core/sim/node/rpc_mining.h"

#include "core/bitcoin/address.h"
#include "core/bitcoin/target.h"
#include "core/sim/node/node_core.h"
#include "core/sim/node/rpc_params.h"
#include "core/util/hex.h"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace warp::sim {

namespace {

namespace json = boost::json;

/// Hashes that generatetoaddress tries for one block (Bitcoin Core DEFAULT_MAX_TRIES).
constexpr std::uint32_t MAX_TRIES = 1'000'000;
constexpr std::int64_t MAX_GENERATED = 1'000;

[[nodiscard]] double inBitcoins(std::int64_t satoshis)
{
    return static_cast<double>(satoshis) / static_cast<double>(bitcoin::SATOSHIS_PER_BITCOIN);
}

RpcResult submitBlock(const RpcContext& context, const json::array& params)
{
    WARP_TRY(text, textParam(params, 0));
    auto bytes = util::fromHex(text);
    if (!bytes) {
        return rpcError(RpcCode::Deserialization, "Block decode failed");
    }
    const auto data = BlockData::parse(std::make_shared<const util::Bytes>(*std::move(bytes)));
    if (!data) {
        return rpcError(RpcCode::Deserialization, "Block decode failed");
    }
    const auto placed = context.core.submit(*data);
    if (!placed) {
        return toJsonText(json::value(placed.error().reason));
    }
    switch (*placed) {
    case Placement::BestChain:
        break;
    case Placement::SideChain:
        return std::string(R"("inconclusive")");
    case Placement::Known:
        return std::string(R"("duplicate")");
    }
    return std::string("null");
}

RpcResult getMiningInfo(const RpcContext& context, const json::array&)
{
    const Chain& chain = context.core.chain();
    const std::uint32_t bits = chain.rules().bits;
    const auto target = bitcoin::Target::fromCompact(bits).value_or(bitcoin::Target());
    const std::string bitsText = fmt::format("{:08x}", bits);
    const json::object next{{"height", chain.tip().height + 1},
                            {"bits", bitsText},
                            {"difficulty", target.toDifficulty().value()},
                            {"target", target.value().toHex()}};
    return toJsonText(json::object{
        {"blocks", chain.tip().height},
        {"bits", bitsText},
        {"difficulty", target.toDifficulty().value()},
        {"target", target.value().toHex()},
        // Blocks of ten minutes, whatever the simulated miners do.
        {"networkhashps", target.work().toDouble() / 600.0},
        {"pooledtx", context.core.mempool().entries().size()},
        {"chain", bitcoin::chainName(chain.rules().network)},
        {"next", next},
        {"warnings", json::array()},
    });
}

RpcResult generateToAddress(const RpcContext& context, const json::array& params)
{
    WARP_TRY(count, numberParam(params, 0));
    WARP_TRY(text, textParam(params, 1));
    const auto address = bitcoin::parseAddress(text, context.core.chain().rules().network);
    if (!address) {
        return rpcError(RpcCode::InvalidAddressOrKey, "Error: Invalid address");
    }
    std::uint32_t maxTries = MAX_TRIES;
    if (findParam(params, 2) != nullptr) {
        WARP_TRY(given, numberParam(params, 2));
        maxTries = static_cast<std::uint32_t>(std::clamp<std::int64_t>(given, 0, MAX_TRIES));
    }
    const auto blocks = static_cast<std::size_t>(std::clamp<std::int64_t>(count, 0, MAX_GENERATED));
    json::array hashes;
    for (const auto& hash : context.core.generate(blocks, address->script, maxTries)) {
        hashes.push_back(json::value(toDisplayHex(hash)));
    }
    return toJsonText(hashes);
}

RpcResult getRawMempool(const RpcContext& context, const json::array&)
{
    json::array txids;
    for (const auto& [arrival, entry] : context.core.mempool().entries()) {
        txids.push_back(json::value(toDisplayHex(entry->txid)));
    }
    return toJsonText(txids);
}

RpcResult getMempoolInfo(const RpcContext& context, const json::array&)
{
    std::int64_t weight = 0;
    std::int64_t fees = 0;
    for (const auto& [arrival, entry] : context.core.mempool().entries()) {
        weight += entry->weight;
        fees += entry->fee.value();
    }
    const std::size_t count = context.core.mempool().entries().size();
    return toJsonText(json::object{{"loaded", true},
                                   {"size", count},
                                   {"bytes", (weight + 3) / 4},
                                   {"usage", weight},
                                   {"total_fee", inBitcoins(fees)},
                                   {"maxmempool", 300'000'000},
                                   {"mempoolminfee", 0.000001},
                                   {"minrelaytxfee", 0.000001},
                                   {"unbroadcastcount", 0}});
}

RpcResult sendRawTransaction(const RpcContext& context, const json::array& params)
{
    WARP_TRY(text, textParam(params, 0));
    const auto bytes = util::fromHex(text);
    auto transaction = bytes ? bitcoin::Transaction::parse(util::ByteView(*bytes))
                             : util::Unexpected(bitcoin::ParseError::Truncated);
    if (!transaction) {
        return rpcError(RpcCode::Deserialization,
                        "TX decode failed. Make sure the tx has at least one input.");
    }
    const bitcoin::Hash256 txid = transaction->txid();
    const json::value txidText(toDisplayHex(txid));
    if (context.core.chain().coins().find({txid, 0}) != nullptr) {
        return rpcError(RpcCode::VerifyAlreadyInChain, "Transaction outputs already in utxo set");
    }
    const auto sent = context.core.send(std::move(transaction).value());
    if (!sent && sent.error().reason == "bad-txns-inputs-missingorspent") {
        return rpcError(RpcCode::Verify, sent.error().reason);
    }
    if (!sent && sent.error().reason != "txn-already-in-mempool") {
        return rpcError(RpcCode::VerifyRejected, sent.error().reason);
    }
    return toJsonText(txidText);
}

constexpr std::array<std::pair<std::string_view, RpcMethod>, 7> METHODS{{
    {"getblocktemplate", getBlockTemplate},
    {"submitblock", submitBlock},
    {"getmininginfo", getMiningInfo},
    {"generatetoaddress", generateToAddress},
    {"getrawmempool", getRawMempool},
    {"getmempoolinfo", getMempoolInfo},
    {"sendrawtransaction", sendRawTransaction},
}};

} // namespace

RpcMethod findMiningMethod(std::string_view name)
{
    const auto* found =
        std::ranges::find(METHODS, name, &std::pair<std::string_view, RpcMethod>::first);
    return found == METHODS.end() ? nullptr : found->second;
}

} // namespace warp::sim
