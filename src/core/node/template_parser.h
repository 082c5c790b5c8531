// Reading getblocktemplate (BIP 22, 23, 145). Everything in it comes from outside. Pure; safe on
// any thread.
#pragma once

#include "core/node/node_interfaces.h"
#include "core/node/rpc_reply.h"
#include "core/util/clock.h"

namespace warp::node {

/// Checks the type and range of every field that is used; that transactions are valid and hash to
/// their txid is not asked. A field that not every node has is empty where it is missing or null: a
/// missing capability, not an error. A transaction without `txid` (or `hash`) is hashed.
/// The witness commitment is taken where `rules` is absent or names segwit, with or without "!"; it
/// may stand there as its script (BIP 145) or alone (btcd).
/// Errors: Malformed, which names the field; SignatureNeeded for a signet that only its owner
/// mines.
[[nodiscard]] TemplateResult parseBlockTemplate(const RpcResult& result, util::BootTime received);

} // namespace warp::node
