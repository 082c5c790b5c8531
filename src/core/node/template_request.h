// Asking for a block template: the rules that fit the chain, and longpolling. Pure but for the call
// itself, which lives on the client's executor.
#pragma once

#include "core/bitcoin/network.h"
#include "core/node/node_interfaces.h"
#include "core/node/rpc_client.h"

#include <string>
#include <string_view>

namespace warp::node {

/// The parameters of getblocktemplate as a JSON array. Rule "segwit" always (BIP 145); "signet" on
/// signet alone, where Core insists on it.
/// @param longpollId  of the template that is at hand; empty for an answer at once
[[nodiscard]] std::string templateParams(bitcoin::Network network, std::string_view longpollId);

/// One getblocktemplate, parsed. Errors: as RpcClient::call() and parseBlockTemplate().
[[nodiscard]] util::RequestHandle requestTemplate(RpcClient& client, util::Clock& clock,
                                                  const std::string& params, util::Duration timeout,
                                                  util::Reply<TemplateResult> reply);

} // namespace warp::node
