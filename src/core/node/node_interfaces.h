// The node as the engine sees it, shaped like Bitcoin Core's interfaces::Mining, so that another
// kind of link can stand beside RPC. Each object lives on the executor it was made for; replies
// and callbacks arrive there, never inside the call.
#pragma once

#include "core/bitcoin/transaction.h"
#include "core/mining/block_template.h"
#include "core/node/node_types.h"
#include "core/util/executor.h"
#include "core/util/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::node {

using TipFn = std::function<void(const Tip&)>;
using TemplateResult = util::Result<std::shared_ptr<const mining::BlockTemplate>, NodeError>;
using TemplateFn = std::function<void(const std::shared_ptr<const mining::BlockTemplate>&)>;
/// `error` says why where the state is not Ready; `chain` is what the node last said of its chain.
using StateFn = std::function<void(NodeState state, const NodeError& error,
                                   const std::optional<ChainInfo>& chain)>;

class NodeMonitor
{
public:
    virtual ~NodeMonitor() = default;

    /// Calls `onState` for the present state and for each change of any of the three.
    [[nodiscard]] virtual std::unique_ptr<util::Subscription> watchState(StateFn onState) = 0;
};

class TipWatcher
{
public:
    virtual ~TipWatcher() = default;

    /// Calls `onTip` for the present tip and for each other one from then on: by hash, so that a
    /// reorganisation at the same height is one. Only a node that is ready announces tips.
    [[nodiscard]] virtual std::unique_ptr<util::Subscription> watch(TipFn onTip) = 0;
};

class TemplateSource
{
public:
    virtual ~TemplateSource() = default;

    /// Answers at once, with the reason, where the node's chain is not one to work on.
    [[nodiscard]] virtual util::RequestHandle fetch(util::Duration timeout,
                                                    util::Reply<TemplateResult> reply) = 0;

    /// Calls `onTemplate` for each template that comes unasked: the first of a node that gets ready
    /// and every answer to a longpoll. One on a new tip comes before that tip is announced, so that
    /// its work needs no fetch.
    [[nodiscard]] virtual std::unique_ptr<util::Subscription>
    watchTemplates(TemplateFn onTemplate) = 0;
};

/// A block ready to be sent: header and coinbase as hexadecimal text, and the shared tail of its
/// template.
struct BlockBytes
{
    bitcoin::Hash256 hash{};
    std::int64_t height = 0;
    std::shared_ptr<const std::string> headHex{}; ///< header, transaction count, coinbase
    /// The other transactions, in parts that are shared; may be empty or nullptr.
    std::shared_ptr<const mining::HexText> tailHex{};
    std::string workId{};
};

enum class PreferOutcome : std::uint8_t { Done, NotDone };

using OutputsResult = std::optional<std::vector<bitcoin::TxOut>>;

class BlockSubmitter
{
public:
    virtual ~BlockSubmitter() = default;

    [[nodiscard]] virtual util::RequestHandle submit(std::shared_ptr<const BlockBytes> block,
                                                     util::Duration timeout,
                                                     util::Reply<SubmitOutcome> reply) = 0;

    /// Asks whether the node has the block (getblockheader), on another connection than submit().
    [[nodiscard]] virtual util::RequestHandle locate(const bitcoin::Hash256& hash,
                                                     util::Duration timeout,
                                                     util::Reply<BlockLocation> reply) = 0;

    /// Asks the node to prefer the block to others of the same work (preciousblock). A node that
    /// cannot leaves everything as it is.
    [[nodiscard]] virtual util::RequestHandle prefer(const bitcoin::Hash256& hash,
                                                     util::Duration timeout,
                                                     util::Reply<PreferOutcome> reply) = 0;

    /// Outputs of the block's coinbase as the node has them; nothing where it does not tell.
    [[nodiscard]] virtual util::RequestHandle coinbaseOutputs(const bitcoin::Hash256& hash,
                                                              util::Duration timeout,
                                                              util::Reply<OutputsResult> reply) = 0;
};

} // namespace warp::node
