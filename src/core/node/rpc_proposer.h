// Asks a node whether a block would be valid but for its proof of work: getblocktemplate with mode
// "proposal" (BIP 23), on a connection of its own. Lives on one executor.
#pragma once

#include "core/net/network.h"
#include "core/node/node_interfaces.h"
#include "core/node/node_options.h"
#include "core/node/rpc_client.h"
#include "core/node/rpc_credentials.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/files.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace warp::node {

enum class ProposalVerdict : std::uint8_t {
    Valid,
    Refused,     ///< `reason` has the node's words
    Unsupported, ///< a node without proposals: a missing capability, not a fault
    Unknown,     ///< no verdict: no answer, or the tip has moved on; ask again later
};

struct ProposalOutcome
{
    ProposalVerdict verdict = ProposalVerdict::Unknown;
    std::string reason{};      ///< unsanitised
    util::Duration duration{}; ///< from question to answer
};

class BlockProposer
{
public:
    virtual ~BlockProposer() = default;

    [[nodiscard]] virtual util::RequestHandle propose(const BlockBytes& block,
                                                      util::Duration timeout,
                                                      util::Reply<ProposalOutcome> reply) = 0;
};

/// @param answer the string of the result; nothing for null
[[nodiscard]] ProposalOutcome classifyProposalResult(const std::optional<std::string>& answer);

class RpcProposer final : public BlockProposer
{
public:
    /// Made on `executor`; all references must outlive it.
    RpcProposer(util::Executor& executor, net::Network& network, util::Clock& clock,
                util::Files& files, const NodeOptions& options);

    /// The block's two texts are sent as they are, without a copy. The handle must go before the
    /// proposer.
    [[nodiscard]] util::RequestHandle propose(const BlockBytes& block, util::Duration timeout,
                                              util::Reply<ProposalOutcome> reply) override;

private:
    util::Clock& m_clock;
    RpcCredentials m_credentials;
    RpcClient m_client;
};

} // namespace warp::node
