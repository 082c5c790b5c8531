// The node as the engine sees it, shaped like Bitcoin Core's interfaces::Mining, so that another
// kind of link can stand beside RPC. Each object lives on the executor it was made for; replies
// and callbacks arrive there, never inside the call.
#pragma once

#include "core/mining/block_template.h"
#include "core/node/node_types.h"
#include "core/util/executor.h"
#include "core/util/result.h"

#include <functional>
#include <memory>
#include <string>

namespace warp::node {

using TipFn = std::function<void(const Tip&)>;

class TipWatcher
{
public:
    virtual ~TipWatcher() = default;

    /// Calls `onTip` for the present tip and for each other one from then on.
    [[nodiscard]] virtual std::unique_ptr<util::Subscription> watch(TipFn onTip) = 0;
};

class TemplateSource
{
public:
    virtual ~TemplateSource() = default;

    [[nodiscard]] virtual util::RequestHandle
    fetch(util::Duration timeout,
          util::Reply<util::Result<std::shared_ptr<const mining::BlockTemplate>, NodeError>> reply)
        = 0;
};

/// A block ready to be sent: header and coinbase as hexadecimal text, and the shared tail of its
/// template.
struct BlockBytes
{
    bitcoin::Hash256 hash{};
    std::int64_t height = 0;
    std::shared_ptr<const std::string> headHex; ///< header, transaction count, coinbase
    std::shared_ptr<const std::string> tailHex; ///< the other transactions; may be empty
    std::string workId;
};

class BlockSubmitter
{
public:
    virtual ~BlockSubmitter() = default;

    [[nodiscard]] virtual util::RequestHandle submit(std::shared_ptr<const BlockBytes> block,
                                                     util::Duration timeout,
                                                     util::Reply<SubmitOutcome> reply)
        = 0;
};

} // namespace warp::node
