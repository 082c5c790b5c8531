#include "core/node/chain_info.h"

#include "core/node/json_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace warp::node {

namespace {

constexpr std::int64_t MAX_HEIGHT = 499'999'999;
constexpr std::size_t MAX_NAME_LENGTH = 64;
constexpr double PER_MILLE = 1000;

util::Unexpected<NodeError> malformed(std::string_view what)
{
    return util::Unexpected(NodeError{.code = NodeErrorCode::Malformed,
                                      .message = fmt::format("getblockchaininfo: {}", what)});
}

struct Draft
{
    ChainInfo info;
    std::string chain;
    std::optional<std::uint32_t> verifiedPermille;
    bool hasHeight = false;
    bool hasHash = false;
};

/// Whether the field is of the type that it should be; unknown ones are.
bool readField(Draft& draft, std::string_view key, JsonValue& value)
{
    if (key == "chain") {
        const auto name = asString(value);
        draft.chain = name.value_or("").substr(0, MAX_NAME_LENGTH);
        return name.has_value();
    }
    if (key == "blocks") {
        const auto height = asInteger(value, 0, MAX_HEIGHT);
        draft.info.tip.height = height.value_or(0);
        draft.hasHeight = height.has_value();
        return draft.hasHeight;
    }
    if (key == "bestblockhash") {
        const auto hash = bitcoin::fromDisplayHex(asRawString(value).value_or(""));
        draft.info.tip.hash = hash.value_or(bitcoin::Hash256{});
        draft.hasHash = hash.has_value();
        return draft.hasHash;
    }
    if (key == "headers") {
        // This and the next are only shown: no reason to refuse a node.
        draft.info.headers = asInteger(value, -1, MAX_HEIGHT).value_or(-1);
        return true;
    }
    if (key == "verificationprogress") {
        if (const auto progress = asDouble(value)) {
            // It wavers a little around 1 and may be above.
            draft.verifiedPermille =
                static_cast<std::uint32_t>(std::clamp(*progress, 0.0, 1.0) * PER_MILLE);
        }
        return true;
    }
    if (key == "chainwork") {
        const auto work = bitcoin::Uint256::fromBigEndianHex(asRawString(value).value_or(""));
        draft.info.tip.chainwork = work.value_or(bitcoin::Uint256{});
        return work.has_value();
    }
    if (key == "initialblockdownload") {
        const auto answer = asBool(value);
        draft.info.isInitialDownload = answer.value_or(false);
        return answer.has_value();
    }
    if (key == "time") {
        const auto time = asInteger(value, 0, UINT32_MAX);
        draft.info.tipTime = static_cast<std::uint32_t>(time.value_or(0));
        return time.has_value();
    }
    if (key == "pruned") {
        const auto answer = asBool(value);
        draft.info.isPruned = answer.value_or(false);
        return answer.has_value();
    }
    return true;
}

} // namespace

std::optional<bitcoin::Network> networkFromNodeName(std::string_view name)
{
    if (name == "mainnet") {
        return bitcoin::Network::Main;
    }
    if (name == "testnet3" || name == "testnet") {
        return bitcoin::Network::Test;
    }
    return bitcoin::networkFromChainName(name);
}

util::Result<ChainInfo, NodeError> parseChainInfo(const RpcResult& result)
{
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (parser.iterate(padded(result.json())).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS) {
        return malformed("no object");
    }
    Draft draft;
    for (auto entry : object) {
        simdjson::ondemand::field field;
        std::string_view key;
        if (std::move(entry).get(field) != simdjson::SUCCESS ||
            field.unescaped_key().get(key) != simdjson::SUCCESS) {
            return malformed("broken JSON");
        }
        if (!isNull(field.value()) && !readField(draft, key, field.value())) {
            return malformed(key);
        }
    }
    if (draft.chain.empty() || !draft.hasHeight || !draft.hasHash) {
        return malformed("chain, blocks or bestblockhash is missing");
    }
    const auto network = networkFromNodeName(draft.chain);
    if (!network) {
        return util::Unexpected(
            NodeError{.code = NodeErrorCode::UnsupportedChain, .message = draft.chain});
    }
    draft.info.network = *network;
    if (draft.info.isInitialDownload) {
        draft.info.verifiedPermille = draft.verifiedPermille;
    }
    draft.info.tip.source = TipSource::Poll;
    draft.info.tip.trust = TipTrust::Trusted;
    return draft.info;
}

std::optional<bitcoin::Hash256> parseBestHash(const RpcResult& result)
{
    return bitcoin::fromDisplayHex(result.string().value_or(""));
}

} // namespace warp::node
