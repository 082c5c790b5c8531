// Submits blocks over JSON-RPC on connections of its own, one for each block that is under way, so
// that a hung answer holds up no other block; asks about them on others. Lives on one executor,
// which need not be that of RpcNode.
#pragma once

#include "core/net/network.h"
#include "core/node/node_interfaces.h"
#include "core/node/node_options.h"
#include "core/node/rpc_client.h"
#include "core/node/rpc_credentials.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/files.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace warp::node {

class RpcSubmitter final : public BlockSubmitter
{
public:
    /// Submissions under way at the same time, of which a block that hangs has two; more wait
    /// behind the least busy.
    static constexpr std::size_t MAX_CONNECTIONS = 8;

    /// Made on `executor`; all references must outlive it.
    RpcSubmitter(util::Executor& executor, net::Network& network, util::Clock& clock,
                 util::Files& files, const NodeOptions& options);

    ~RpcSubmitter() override;
    RpcSubmitter(const RpcSubmitter&) = delete;
    RpcSubmitter& operator=(const RpcSubmitter&) = delete;

    /// The block's two texts are sent as they are, without a copy. The handle must go before the
    /// submitter.
    [[nodiscard]] util::RequestHandle submit(std::shared_ptr<const BlockBytes> block,
                                             util::Duration timeout,
                                             util::Reply<SubmitOutcome> reply) override;
    [[nodiscard]] util::RequestHandle locate(const bitcoin::Hash256& hash, util::Duration timeout,
                                             util::Reply<BlockLocation> reply) override;
    [[nodiscard]] util::RequestHandle prefer(const bitcoin::Hash256& hash, util::Duration timeout,
                                             util::Reply<PreferOutcome> reply) override;
    [[nodiscard]] util::RequestHandle coinbaseOutputs(const bitcoin::Hash256& hash,
                                                      util::Duration timeout,
                                                      util::Reply<OutputsResult> reply) override;

private:
    class Slot;
    class Submission;

    [[nodiscard]] Slot& freeSlot();
    [[nodiscard]] RpcClient createClient(std::size_t maxAnswer);
    /// The client of the small questions.
    [[nodiscard]] RpcClient& questions();

    util::Executor& m_executor;
    net::Network& m_network;
    util::Clock& m_clock;
    std::string m_url;
    std::shared_ptr<RpcMeter> m_meter;
    RpcCredentials m_credentials;
    std::vector<std::unique_ptr<Slot>> m_slots; ///< the first is kept alive and used whenever free
    std::unique_ptr<RpcClient> m_questions;
    std::unique_ptr<RpcClient> m_blocks; ///< of whole blocks that are read back
};

} // namespace warp::node
