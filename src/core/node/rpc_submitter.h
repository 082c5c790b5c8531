// Submits blocks over JSON-RPC on a connection of its own. Lives on one executor, which need not be
// that of RpcNode.
#pragma once

#include "core/net/network.h"
#include "core/node/node_interfaces.h"
#include "core/node/node_options.h"
#include "core/node/rpc_client.h"
#include "core/node/rpc_credentials.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/files.h"

namespace warp::node {

class RpcSubmitter final : public BlockSubmitter
{
public:
    /// Made on `executor`; all references must outlive it.
    RpcSubmitter(util::Executor& executor, net::Network& network, util::Clock& clock,
                 util::Files& files, const NodeOptions& options);

    /// The block's two texts are sent as they are, without a copy. The handle must go before the
    /// submitter.
    [[nodiscard]] util::RequestHandle submit(std::shared_ptr<const BlockBytes> block,
                                             util::Duration timeout,
                                             util::Reply<SubmitOutcome> reply) override;

private:
    RpcCredentials m_credentials;
    RpcClient m_client;
};

} // namespace warp::node
