#include "core/node/rpc_submitter.h"

#include "core/node/json_text.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace warp::node {

namespace {

constexpr std::size_t MAX_ANSWER = std::size_t{1} << 20U;
// The node could not read the block: the same bytes never get another answer (rpc/protocol.h).
constexpr std::int64_t RPC_DESERIALIZATION_ERROR = -22;

/// The block as one JSON string, and the template's work id where it has one (BIP 22).
net::HttpBody submitParams(const BlockBytes& block)
{
    net::HttpBody params = toBody(R"([")");
    params.push_back(block.headHex);
    if (block.tailHex && !block.tailHex->empty()) {
        params.push_back(block.tailHex);
    }
    std::string closing = R"(")";
    if (!block.workId.empty()) {
        closing += R"(,{"workid":)";
        appendJsonString(closing, block.workId);
        closing += "}";
    }
    closing += "]";
    params.push_back(std::make_shared<const std::string>(std::move(closing)));
    return params;
}

SubmitOutcome outcomeOf(const RpcReply& answer)
{
    if (!answer) {
        const NodeError& error = answer.error();
        const bool isDefinite =
            error.code == NodeErrorCode::Rpc && error.rpcCode == RPC_DESERIALIZATION_ERROR;
        return {.verdict = isDefinite ? SubmitVerdict::Rejected : SubmitVerdict::Unknown,
                .reason = error.message};
    }
    if (answer->isNull()) {
        return classifySubmitResult(std::nullopt);
    }
    const auto text = answer->string();
    if (!text) {
        return {.verdict = SubmitVerdict::Unknown, .reason = "submitblock: neither null nor text"};
    }
    return classifySubmitResult(text);
}

} // namespace

RpcSubmitter::RpcSubmitter(util::Executor& executor, net::Network& network, util::Clock& clock,
                           util::Files& files, const NodeOptions& options)
    : m_credentials(files, options)
    , m_client(executor, clock, m_credentials,
               network.createHttpTransport(
                   executor, {.baseUrl = options.url, .maxResponseBytes = MAX_ANSWER}))
{}

util::RequestHandle RpcSubmitter::submit(std::shared_ptr<const BlockBytes> block,
                                         util::Duration timeout, util::Reply<SubmitOutcome> reply)
{
    return m_client.call(
        {.method = "submitblock", .params = submitParams(*block)}, timeout,
        [reply = std::move(reply)](const RpcReply& answer) { reply(outcomeOf(answer)); });
}

} // namespace warp::node
