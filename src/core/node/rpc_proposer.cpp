#include "core/node/rpc_proposer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace warp::node {

namespace {

/// A node that takes no proposals may answer with a template instead.
constexpr std::size_t MAX_ANSWER = std::size_t{32} << 20U;
constexpr std::int64_t RPC_DESERIALIZATION_ERROR = -22;

net::HttpBody proposalParams(const BlockBytes& block)
{
    net::HttpBody params = toBody(R"([{"mode":"proposal","rules":["segwit","signet"],"data":")");
    params.push_back(block.headHex);
    if (block.tailHex) {
        params.insert(params.end(), block.tailHex->begin(), block.tailHex->end());
    }
    params.push_back(std::make_shared<const std::string>(R"("}])"));
    return params;
}

ProposalOutcome outcomeOfError(const NodeError& error)
{
    if (error.code == NodeErrorCode::Rpc && error.rpcCode == RPC_DESERIALIZATION_ERROR) {
        return {.verdict = ProposalVerdict::Refused, .reason = error.message};
    }
    constexpr std::int64_t RPC_INVALID_PARAMETER = -8; // Bitcoin Core rpc/protocol.h
    const bool isMissing =
        error.code == NodeErrorCode::MethodMissing ||
        (error.code == NodeErrorCode::Rpc && error.rpcCode == RPC_INVALID_PARAMETER);
    return {.verdict = isMissing ? ProposalVerdict::Unsupported : ProposalVerdict::Unknown,
            .reason = error.message};
}

ProposalOutcome outcomeOf(const RpcReply& answer)
{
    if (!answer) {
        return outcomeOfError(answer.error());
    }
    if (answer->isNull()) {
        return classifyProposalResult(std::nullopt);
    }
    const auto text = answer->string();
    if (!text) {
        return {.verdict = ProposalVerdict::Unsupported, .reason = "neither null nor text"};
    }
    return classifyProposalResult(text);
}

} // namespace

ProposalOutcome classifyProposalResult(const std::optional<std::string>& answer)
{
    // Bitcoin Core rpc/mining.cpp; btcd chainErrToGBTErrString.
    constexpr std::array<std::string_view, 3> OVERTAKEN = {"inconclusive-not-best-prevblk",
                                                           "bad-prevblk", "duplicate-inconclusive"};
    if (!answer || *answer == "duplicate") {
        return {.verdict = ProposalVerdict::Valid};
    }
    const bool isOvertaken =
        std::find(OVERTAKEN.begin(), OVERTAKEN.end(), *answer) != OVERTAKEN.end();
    return {.verdict = isOvertaken ? ProposalVerdict::Unknown : ProposalVerdict::Refused,
            .reason = answer->substr(0, MAX_REASON_LENGTH)};
}

RpcProposer::RpcProposer(util::Executor& executor, net::Network& network, util::Clock& clock,
                         util::Files& files, const NodeOptions& options)
    : m_clock(clock)
    , m_credentials(files, options)
    , m_client(executor, clock, m_credentials,
               network.createHttpTransport(
                   executor, {.baseUrl = options.url, .maxResponseBytes = MAX_ANSWER}),
               {.meter = options.meter, .kind = RpcKind::Proposal})
{}

util::RequestHandle RpcProposer::propose(const BlockBytes& block, util::Duration timeout,
                                         util::Reply<ProposalOutcome> reply)
{
    return m_client.call(
        {.method = "getblocktemplate", .params = proposalParams(block)}, timeout,
        [this, begun = m_clock.boot(), reply = std::move(reply)](const RpcReply& answer) {
            ProposalOutcome outcome = outcomeOf(answer);
            outcome.duration = m_clock.boot() - begun;
            reply(std::move(outcome));
        });
}

} // namespace warp::node
