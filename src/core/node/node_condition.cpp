#include "core/node/node_condition.h"

#include <string>

namespace warp::node {

HealthNews NodeCondition::noteHealth(const ChainInfoResult& result, const Asked& asked)
{
    if (!result) {
        const NodeErrorCode code = result.error().code;
        const bool isSlow = code == NodeErrorCode::Abandoned || code == NodeErrorCode::Busy;
        if (isSlow && !m_healthError && m_lastTemplate && *m_lastTemplate >= asked.at) {
            return HealthNews::Outweighed;
        }
        m_healthError = result.error();
        m_isTemplateConfirmed = false;
        return HealthNews::Expected;
    }
    const bool wasUnwell = m_healthError || !m_chain || chainFault();
    m_chain = *result;
    m_healthError.reset();
    if (!chainFault() && !wasUnwell) {
        return HealthNews::Expected;
    }
    m_templateError.reset();
    m_isTemplateConfirmed = false;
    m_isPatienceOver = false;
    return chainFault() ? HealthNews::Expected : HealthNews::Recovered;
}

void NodeCondition::noteTemplate(util::BootTime now)
{
    m_lastTemplate = now;
    m_templateError.reset();
    m_isTemplateConfirmed = true;
    if (isUnanswered()) {
        // Alive on this connection; only a node that refused may be another one by now.
        m_healthError.reset();
    }
}

void NodeCondition::noteTemplateError(const NodeError& error)
{
    m_templateError = error;
}

Standing NodeCondition::standing(const Standing& present) const
{
    if (m_healthError) {
        return {.state = stateFor(m_healthError->code), .error = *m_healthError};
    }
    if (!m_chain) {
        return m_isPatienceOver ? Standing{.state = NodeState::Unreachable,
                                           .error = {.code = NodeErrorCode::Abandoned,
                                                     .message = "no answer yet"}}
                                : present;
    }
    if (const auto fault = chainFault()) {
        return {.state = stateFor(fault->code), .error = *fault};
    }
    if (m_templateError) {
        // The node is alive, or its health would be the error.
        const bool isSlow = m_templateError->code == NodeErrorCode::Abandoned;
        return {.state = isSlow ? NodeState::Busy : stateFor(m_templateError->code),
                .error = *m_templateError};
    }
    if (!m_isTemplateConfirmed) {
        return m_isPatienceOver ? Standing{.state = NodeState::Busy,
                                           .error = {.code = NodeErrorCode::Abandoned,
                                                     .message = "no template yet"}}
                                : present;
    }
    return {.state = NodeState::Ready, .error = {}};
}

std::optional<NodeError> NodeCondition::chainFault() const
{
    if (!m_chain) {
        return std::nullopt;
    }
    if (m_expected && *m_expected != m_chain->network) {
        return NodeError{.code = NodeErrorCode::WrongChain,
                         .message = std::string(bitcoin::chainName(m_chain->network))};
    }
    // Core says so of any chain whose tip is older than a day (-maxtipage), which a regtest chain
    // mostly is, and gives templates there all the same (getblocktemplate in rpc/mining.cpp).
    if (m_chain->isInitialDownload && m_chain->network != bitcoin::Network::Regtest) {
        return NodeError{.code = NodeErrorCode::InitialDownload};
    }
    return std::nullopt;
}

bool NodeCondition::needsTemplate() const
{
    if (!m_chain || chainFault()) {
        return false;
    }
    if (m_healthError) {
        return isUnanswered();
    }
    return !m_isTemplateConfirmed || m_templateError;
}

bool NodeCondition::isUnanswered() const
{
    return m_chain && m_healthError && m_healthError->code == NodeErrorCode::Abandoned;
}

} // namespace warp::node
