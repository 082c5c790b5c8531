#include "core/node/node_types.h"

namespace warp::node {

std::string_view code(NodeState state)
{
    switch (state) {
    case NodeState::Unknown:
        return "node_unknown";
    case NodeState::Unreachable:
        return "node_unreachable";
    case NodeState::CookieMissing:
        return "node_cookie_missing";
    case NodeState::Unauthorized:
        return "node_unauthorized";
    case NodeState::WarmingUp:
        return "node_warming_up";
    case NodeState::Busy:
        return "node_busy";
    case NodeState::InitialDownload:
        return "node_initial_download";
    case NodeState::NoPeers:
        return "node_no_peers";
    case NodeState::WrongChain:
        return "node_wrong_chain";
    case NodeState::Failing:
        return "node_failing";
    case NodeState::SignatureNeeded:
        return "signet_signature_needed";
    case NodeState::Behind:
        return "node_behind";
    case NodeState::Ready:
        return "node_ready";
    }
    return "node_unknown";
}

NodeState stateFor(NodeErrorCode code)
{
    switch (code) {
    case NodeErrorCode::Transport:
    case NodeErrorCode::Abandoned:
        return NodeState::Unreachable;
    case NodeErrorCode::CookieMissing:
        return NodeState::CookieMissing;
    case NodeErrorCode::Unauthorized:
        return NodeState::Unauthorized;
    case NodeErrorCode::WarmingUp:
        return NodeState::WarmingUp;
    case NodeErrorCode::Busy:
        return NodeState::Busy;
    case NodeErrorCode::InitialDownload:
        return NodeState::InitialDownload;
    case NodeErrorCode::NoPeers:
        return NodeState::NoPeers;
    case NodeErrorCode::WrongChain:
        return NodeState::WrongChain;
    case NodeErrorCode::SignatureNeeded:
        return NodeState::SignatureNeeded;
    case NodeErrorCode::MethodMissing:
    case NodeErrorCode::Rpc:
    case NodeErrorCode::Malformed:
    case NodeErrorCode::UnsupportedChain:
        break;
    }
    return NodeState::Failing;
}

SubmitOutcome classifySubmitResult(const std::optional<std::string>& result)
{
    if (!result) {
        return {.verdict = SubmitVerdict::Accepted, .reason = {}};
    }
    // btcd and bcoin put this before every reason of theirs.
    constexpr std::string_view REJECTED = "rejected: ";
    std::string_view reason = std::string_view(*result).substr(0, MAX_REASON_LENGTH);
    if (reason.starts_with(REJECTED)) {
        reason.remove_prefix(REJECTED.size());
    }
    SubmitOutcome outcome{.verdict = SubmitVerdict::Rejected, .reason = std::string(reason)};
    if (reason.starts_with("inconclusive") || reason == "duplicate-inconclusive" ||
        reason.starts_with("already have block (orphan)")) {
        outcome.verdict = SubmitVerdict::Inconclusive;
    } else if (reason == "duplicate" || reason.starts_with("already have block ")) {
        outcome.verdict = SubmitVerdict::AlreadyThere;
    }
    return outcome;
}

} // namespace warp::node
