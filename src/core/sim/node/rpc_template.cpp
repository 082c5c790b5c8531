// getblocktemplate (BIP 22, 23, 145; Bitcoin Core rpc/mining.cpp), declared in rpc_mining.h.
#include "core/bitcoin/target.h"
#include "core/sim/node/node_core.h"
#include "core/sim/node/rpc_mining.h"
#include "core/sim/node/rpc_params.h"
#include "core/util/hex.h"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace warp::sim {

namespace {

namespace json = boost::json;

constexpr std::size_t HASH_DIGITS = 64;

[[nodiscard]] const json::value* findField(const json::array& params, std::string_view name)
{
    const json::value* request = findParam(params, 0);
    if (request == nullptr || !request->is_object()) {
        return nullptr;
    }
    const json::value* field = request->get_object().if_contains(name);
    return field == nullptr || field->is_null() ? nullptr : field;
}

[[nodiscard]] bool hasText(const json::value& value, std::string_view text)
{
    return value.is_string() && std::string_view(value.get_string()) == text;
}

[[nodiscard]] bool namesRule(const json::array& params, std::string_view rule)
{
    const json::value* rules = findField(params, "rules");
    return rules != nullptr && rules->is_array() &&
           std::ranges::any_of(rules->get_array(),
                               [rule](const json::value& name) { return hasText(name, rule); });
}

[[nodiscard]] RpcResult judgeProposal(const RpcContext& context, const json::array& params)
{
    const json::value* data = findField(params, "data");
    if (data == nullptr || !data->is_string()) {
        return rpcError(RpcCode::Type, "Missing data String key for proposal");
    }
    auto bytes = util::fromHex(std::string_view(data->get_string()));
    auto block = bytes ? BlockData::parse(std::make_shared<const util::Bytes>(*std::move(bytes)))
                       : util::Unexpected(bitcoin::ParseError::Truncated);
    if (!block) {
        return rpcError(RpcCode::Deserialization, "Block decode failed");
    }
    const Verdict verdict = context.core.test(*block);
    return verdict ? RpcResult(std::string("null"))
                   : toJsonText(json::value(verdict.error().reason));
}

[[nodiscard]] util::Result<void, RpcError> checkReady(const RpcContext& context,
                                                      const json::array& params)
{
    switch (context.behaviour.sync) {
    case SyncState::NoPeers:
        return rpcError(RpcCode::ClientNotConnected, "Bitcoin Core is not connected!");
    case SyncState::InitialDownload:
        return rpcError(RpcCode::InitialDownload,
                        "Bitcoin Core is in initial sync and waiting for blocks...");
    case SyncState::Synced:
        break;
    }
    if (context.core.chain().rules().network == bitcoin::Network::Signet &&
        !namesRule(params, "signet")) {
        return rpcError(RpcCode::InvalidParameter,
                        "getblocktemplate must be called with the signet rule set (call with "
                        R"({"rules": ["segwit", "signet"]}))");
    }
    if (!namesRule(params, "segwit")) {
        return rpcError(RpcCode::InvalidParameter,
                        "getblocktemplate must be called with the segwit rule set (call with "
                        R"({"rules": ["segwit"]}))");
    }
    return {};
}

// What stands before "transactions".
[[nodiscard]] json::object templateHead(const Chain& chain, const NodeTemplate& made)
{
    const bool isSegwit = chain.rules().isSegwitActive(made.height);
    json::array rules{"csv"};
    if (isSegwit) {
        rules.push_back("!segwit");
    }
    if (chain.rules().network == bitcoin::Network::Signet) {
        rules.push_back("!signet");
    }
    rules.push_back("taproot");
    json::object available;
    constexpr std::uint32_t TEST_DUMMY = 1U << 28;
    if ((chain.rules().templateVersion & TEST_DUMMY) != 0) {
        available["testdummy"] = 28;
    }
    return {{"capabilities", json::array{"proposal"}},
            {"version", static_cast<std::int32_t>(chain.rules().templateVersion)},
            {"rules", std::move(rules)},
            {"vbavailable", std::move(available)},
            {"vbrequired", 0},
            {"previousblockhash", toDisplayHex(made.previous)}};
}

// What stands after them.
[[nodiscard]] json::object templateTail(const Chain& chain, const NodeTemplate& made,
                                        std::int64_t now)
{
    const bool isSegwit = chain.rules().isSegwitActive(made.height);
    const auto target =
        bitcoin::Target::fromCompact(chain.rules().bits).value_or(bitcoin::Target());
    const std::int64_t minimumTime = made.medianTimePast + 1;
    json::object tail{
        {"coinbaseaux", json::object()},
        {"coinbasevalue", made.coinbaseValue.value()},
        {"longpollid", fmt::format("{}{}", toDisplayHex(made.previous), made.mempoolChanges)},
        {"target", target.value().toHex()},
        {"mintime", minimumTime},
        {"mutable", json::array{"time", "transactions", "prevblock"}},
        {"noncerange", "00000000ffffffff"},
        {"sigoplimit", isSegwit ? 80'000 : 20'000},
        {"sizelimit", isSegwit ? 4'000'000 : 1'000'000},
    };
    if (isSegwit) {
        tail["weightlimit"] = 4'000'000;
    }
    tail["curtime"] = std::max(minimumTime, now);
    tail["bits"] = fmt::format("{:08x}", chain.rules().bits);
    tail["height"] = made.height;
    if (chain.rules().network == bitcoin::Network::Signet) {
        tail["signet_challenge"] = "51"; // OP_TRUE: any miner's block is signed
    }
    if (isSegwit) {
        tail["default_witness_commitment"] = util::toHex(made.witnessCommitmentScript);
    }
    return tail;
}

} // namespace

std::optional<LongpollKey> longpollOf(const RpcCall& call)
{
    const json::value* id = findField(call.params, "longpollid");
    if (call.method != "getblocktemplate" || id == nullptr || !id->is_string() ||
        findField(call.params, "mode") != nullptr) {
        return std::nullopt;
    }
    const std::string_view text(id->get_string());
    const auto tip = bitcoin::fromDisplayHex(text.substr(0, HASH_DIGITS));
    if (!tip) {
        return std::nullopt;
    }
    LongpollKey key{.tip = *tip};
    const std::string_view counter = text.substr(HASH_DIGITS);
    std::from_chars(counter.data(), counter.data() + counter.size(), key.mempoolChanges);
    return key;
}

RpcResult getBlockTemplate(const RpcContext& context, const json::array& params)
{
    if (const json::value* request = findParam(params, 0);
        request != nullptr && !request->is_object()) {
        return wrongType(*request, "object");
    }
    if (const json::value* mode = findField(params, "mode"); mode != nullptr) {
        if (hasText(*mode, "proposal")) {
            return judgeProposal(context, params);
        }
        if (!hasText(*mode, "template")) {
            return rpcError(RpcCode::InvalidParameter, "Invalid mode");
        }
    }
    if (const json::value* id = findField(params, "longpollid"); id != nullptr && id->is_string()) {
        const std::string_view text(id->get_string());
        WARP_TRY(hash, parseHash(text.substr(0, HASH_DIGITS), "longpollid"));
        static_cast<void>(hash);
    }
    WARP_CHECK(checkReady(context, params));
    const Chain& chain = context.core.chain();
    const auto made = context.core.currentTemplate();
    std::string text = toJsonText(templateHead(chain, *made));
    const std::string tail = toJsonText(templateTail(chain, *made, context.core.now()));
    text.reserve(text.size() + made->transactionsJson.size() + tail.size() + 32);
    // The objects' braces give way to the ready text of the transactions between them.
    text.back() = ',';
    text += "\"transactions\":" + made->transactionsJson;
    text += ',';
    text.append(tail, 1);
    return text;
}

} // namespace warp::sim
