// Blocks like ours without proof of work, for the node to judge before there is anything to lose
// (BIP 23). Pure; safe on any thread.
#pragma once

#include "core/mining/job.h"
#include "core/mining/work_hash.h"

#include <memory>
#include <optional>
#include <string>

namespace warp::mining {

/// What two coinbases that are valid for the same reasons have in common: sizes, kinds of output
/// script, witness or not.
[[nodiscard]] std::string coinbaseShape(const Job& job);

/// The whole block of a job with a dummy extranonce.
[[nodiscard]] AssembledBlock proposalOf(const std::shared_ptr<const Job>& job);

/// The same without transactions: a few hundred bytes that the node checks in no time. Nothing
/// where the template does not say what such a block may pay.
[[nodiscard]] std::optional<AssembledBlock> emptyProposalOf(const Job& job);

} // namespace warp::mining
