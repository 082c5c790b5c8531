#include "core/sim/node/rpc_chain.h"

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

/// Reported by getnetworkinfo: a Bitcoin Core whose answers these are.
constexpr int NODE_VERSION = 310'000;
constexpr std::string_view NODE_NAME = "/Satoshi:31.0.0(simulated)/";

[[nodiscard]] std::string bitsText(std::uint32_t bits)
{
    return fmt::format("{:08x}", bits);
}

[[nodiscard]] bitcoin::Target targetOf(std::uint32_t bits)
{
    return bitcoin::Target::fromCompact(bits).value_or(bitcoin::Target());
}

[[nodiscard]] std::int64_t confirmations(const Chain& chain, const BlockEntry& entry)
{
    return chain.isInBestChain(entry) ? chain.tip().height - entry.height + 1 : -1;
}

[[nodiscard]] util::Result<const BlockEntry*, RpcError> blockParam(const RpcContext& context,
                                                                   const json::array& params)
{
    WARP_TRY(hash, hashParam(params, 0, "blockhash"));
    const BlockEntry* entry = context.core.chain().find(hash);
    if (entry == nullptr) {
        return rpcError(RpcCode::InvalidAddressOrKey, "Block not found");
    }
    return entry;
}

[[nodiscard]] json::object headerObject(const Chain& chain, const BlockEntry& entry)
{
    const bitcoin::BlockHeader& header = entry.header;
    json::object object{
        {"hash", toDisplayHex(entry.hash)},
        {"confirmations", confirmations(chain, entry)},
        {"height", entry.height},
        {"version", static_cast<std::int32_t>(header.version)},
        {"versionHex", fmt::format("{:08x}", header.version)},
        {"merkleroot", toDisplayHex(header.merkleRoot)},
        {"time", header.time},
        {"mediantime", medianTimePast(entry)},
        {"nonce", header.nonce},
        {"bits", bitsText(header.bits)},
        {"target", targetOf(header.bits).value().toHex()},
        {"difficulty", targetOf(header.bits).toDifficulty().value()},
        {"chainwork", entry.chainwork.toHex()},
        {"nTx", entry.transactionCount},
    };
    if (entry.parent != nullptr) {
        object["previousblockhash"] = toDisplayHex(entry.parent->hash);
    }
    if (const BlockEntry* next = chain.at(entry.height + 1);
        next != nullptr && chain.isInBestChain(entry)) {
        object["nextblockhash"] = toDisplayHex(next->hash);
    }
    return object;
}

// Bitcoins as a JSON number, exact to the satoshi: a double has 53 bits, all money takes 51.
[[nodiscard]] double inBitcoins(util::Satoshi value)
{
    return static_cast<double>(value.value()) / static_cast<double>(bitcoin::SATOSHIS_PER_BITCOIN);
}

[[nodiscard]] json::object transactionObject(const bitcoin::Transaction& transaction,
                                             bitcoin::Network network)
{
    json::array outputs;
    for (const bitcoin::TxOut& output : transaction.vout) {
        json::object script{{"hex", util::toHex(output.script)}};
        if (const auto address = bitcoin::encodeAddress(output.script, network)) {
            script["address"] = *address;
        }
        outputs.push_back(json::object{{"value", inBitcoins(output.value)},
                                       {"n", outputs.size()},
                                       {"scriptPubKey", std::move(script)}});
    }
    return {{"txid", toDisplayHex(transaction.txid())},
            {"hash", toDisplayHex(transaction.wtxid())},
            {"size", transaction.serializedSize(bitcoin::WitnessMode::Include)},
            {"weight", transaction.weight()},
            {"vout", std::move(outputs)},
            {"hex", util::toHex(transaction.serialize(bitcoin::WitnessMode::Include))}};
}

RpcResult getBlockchainInfo(const RpcContext& context, const json::array&)
{
    const Chain& chain = context.core.chain();
    const BlockEntry& tip = chain.tip();
    const bool isDownloading = context.behaviour.sync == SyncState::InitialDownload;
    return toJsonText(json::object{
        {"chain", bitcoin::chainName(chain.rules().network)},
        {"blocks", tip.height},
        {"headers", tip.height},
        {"bestblockhash", toDisplayHex(tip.hash)},
        {"bits", bitsText(tip.header.bits)},
        {"target", targetOf(tip.header.bits).value().toHex()},
        {"difficulty", targetOf(tip.header.bits).toDifficulty().value()},
        {"time", tip.header.time},
        {"mediantime", medianTimePast(tip)},
        {"verificationprogress", isDownloading ? 0.5 : 1.0},
        {"initialblockdownload", isDownloading},
        {"chainwork", tip.chainwork.toHex()},
        {"size_on_disk", 0},
        {"pruned", false},
        {"warnings", json::array()},
    });
}

RpcResult getBestBlockHash(const RpcContext& context, const json::array&)
{
    return toJsonText(json::value(toDisplayHex(context.core.chain().tip().hash)));
}

RpcResult getBlockCount(const RpcContext& context, const json::array&)
{
    return toJsonText(context.core.chain().tip().height);
}

RpcResult getBlockHash(const RpcContext& context, const json::array& params)
{
    WARP_TRY(height, numberParam(params, 0));
    const BlockEntry* entry = context.core.chain().at(height);
    if (entry == nullptr) {
        return rpcError(RpcCode::InvalidParameter, "Block height out of range");
    }
    return toJsonText(json::value(toDisplayHex(entry->hash)));
}

RpcResult getBlockHeader(const RpcContext& context, const json::array& params)
{
    WARP_TRY(entry, blockParam(context, params));
    const json::value* verbose = findParam(params, 1);
    if (verbose != nullptr && !verbose->is_bool()) {
        return wrongType(*verbose, "bool");
    }
    if (verbose != nullptr && !verbose->get_bool()) {
        return toJsonText(json::value(util::toHex(entry->header.serialize())));
    }
    return toJsonText(headerObject(context.core.chain(), *entry));
}

RpcResult getBlock(const RpcContext& context, const json::array& params)
{
    WARP_TRY(entry, blockParam(context, params));
    std::int64_t verbosity = 1;
    if (const json::value* given = findParam(params, 1); given != nullptr && given->is_bool()) {
        verbosity = given->get_bool() ? 1 : 0;
    } else if (given != nullptr) {
        WARP_TRY(number, numberParam(params, 1));
        verbosity = number;
    }
    if (verbosity <= 0) {
        return toJsonText(json::value(util::toHex(*entry->raw)));
    }
    const auto data = BlockData::parse(entry->raw);
    if (!data) {
        return rpcError(RpcCode::Misc, "Block not available");
    }
    const Chain& chain = context.core.chain();
    json::object object = headerObject(chain, *entry);
    json::array transactions;
    for (std::size_t i = 0; i < data->txids.size(); ++i) {
        if (verbosity == 1) {
            transactions.push_back(json::value(toDisplayHex(data->txids[i])));
        } else {
            transactions.push_back(
                transactionObject(data->block.transactions[i], chain.rules().network));
        }
    }
    object["size"] = entry->raw->size();
    object["strippedsize"] = data->block.serializedSize(bitcoin::WitnessMode::Strip);
    object["weight"] = data->block.weight();
    object["tx"] = std::move(transactions);
    return toJsonText(object);
}

RpcResult getChainTips(const RpcContext& context, const json::array&)
{
    const Chain& chain = context.core.chain();
    json::array tips;
    for (const BlockEntry* leaf : chain.leaves()) {
        std::string_view status = "valid-headers";
        if (leaf == &chain.tip()) {
            status = "active";
        } else if (leaf->hasFailed()) {
            status = "invalid";
        } else if (leaf->standing == BlockStanding::Valid) {
            status = "valid-fork";
        }
        const std::int64_t length = leaf->height - forkPoint(*leaf, chain.tip()).height;
        tips.push_back(json::object{{"height", leaf->height},
                                    {"hash", toDisplayHex(leaf->hash)},
                                    {"branchlen", length},
                                    {"status", status}});
    }
    return toJsonText(tips);
}

RpcResult getNetworkInfo(const RpcContext& context, const json::array&)
{
    const int peers = context.behaviour.sync == SyncState::NoPeers ? 0 : 8;
    return toJsonText(json::object{{"version", NODE_VERSION},
                                   {"subversion", NODE_NAME},
                                   {"protocolversion", 70'016},
                                   {"localrelay", true},
                                   {"timeoffset", 0},
                                   {"connections", peers},
                                   {"connections_in", 0},
                                   {"connections_out", peers},
                                   {"networkactive", true},
                                   {"relayfee", 0.000001},
                                   {"warnings", json::array()}});
}

RpcResult getZmqNotifications(const RpcContext& context, const json::array&)
{
    constexpr int HIGH_WATER_MARK = 1000;
    json::array publishers;
    for (const Publication& publication : context.publications) {
        publishers.push_back(json::object{{"type", "pub" + publication.topic},
                                          {"address", publication.address},
                                          {"hwm", HIGH_WATER_MARK}});
    }
    return toJsonText(publishers);
}

RpcResult invalidateBlock(const RpcContext& context, const json::array& params)
{
    WARP_TRY(entry, blockParam(context, params));
    if (!context.core.invalidate(entry->hash)) {
        return rpcError(RpcCode::Misc, "The first block cannot be invalidated");
    }
    return std::string("null");
}

RpcResult preciousBlock(const RpcContext& context, const json::array& params)
{
    WARP_TRY(entry, blockParam(context, params));
    static_cast<void>(context.core.makePrecious(entry->hash));
    return std::string("null");
}

constexpr std::array<std::pair<std::string_view, RpcMethod>, 11> METHODS{{
    {"getblockchaininfo", getBlockchainInfo},
    {"getbestblockhash", getBestBlockHash},
    {"getblockcount", getBlockCount},
    {"getblockhash", getBlockHash},
    {"getblockheader", getBlockHeader},
    {"getblock", getBlock},
    {"getchaintips", getChainTips},
    {"getnetworkinfo", getNetworkInfo},
    {"getzmqnotifications", getZmqNotifications},
    {"invalidateblock", invalidateBlock},
    {"preciousblock", preciousBlock},
}};

} // namespace

RpcMethod findChainMethod(std::string_view name)
{
    const auto* found =
        std::ranges::find(METHODS, name, &std::pair<std::string_view, RpcMethod>::first);
    return found == METHODS.end() ? nullptr : found->second;
}

} // namespace warp::sim
