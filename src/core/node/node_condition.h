// What the last answers of a node say together: its health state and whether it gives work. Pure;
// owned by RpcNode.
#pragma once

#include "core/node/health_monitor.h"
#include "core/node/node_types.h"
#include "core/util/clock.h"

#include <optional>

namespace warp::node {

struct Standing
{
    NodeState state = NodeState::Unknown;
    NodeError error; ///< why it is not Ready

    friend bool operator==(const Standing&, const Standing&) = default;
};

enum class HealthNews : std::uint8_t {
    Expected,
    Recovered, ///< fit for work, which the answer before was not
    Outweighed ///< no answer, but a template came since the question: not counted
};

class NodeCondition final
{
public:
    explicit NodeCondition(std::optional<bitcoin::Network> expected)
        : m_expected(expected)
    {}

    HealthNews noteHealth(const ChainInfoResult& result, const Asked& asked);
    void noteTemplate(util::BootTime now);
    void noteTemplateError(const NodeError& error);
    /// An answer that is awaited takes long.
    void notePatienceOver() { m_isPatienceOver = true; }

    /// @param present  holds on where the answers say nothing yet
    [[nodiscard]] Standing standing(const Standing& present) const;

    /// WrongChain or InitialDownload: the node's work is not to be used.
    [[nodiscard]] std::optional<NodeError> chainFault() const;

    /// Whether a template has to be asked for, to learn whether there is work.
    [[nodiscard]] bool needsTemplate() const;
    [[nodiscard]] const std::optional<NodeError>& templateError() const { return m_templateError; }

    /// The last that was said, also while the node is away.
    [[nodiscard]] const std::optional<ChainInfo>& chain() const { return m_chain; }

private:
    [[nodiscard]] bool isUnanswered() const;

    std::optional<bitcoin::Network> m_expected;
    std::optional<ChainInfo> m_chain;
    std::optional<NodeError> m_healthError;
    std::optional<NodeError> m_templateError;
    bool m_isTemplateConfirmed = false; ///< one came since the node was last unwell
    bool m_isPatienceOver = false;
    std::optional<util::BootTime> m_lastTemplate;
};

} // namespace warp::node
