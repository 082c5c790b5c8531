// The simulated node's rules for one transaction, in the order and words of Bitcoin Core
// (consensus/tx_check.cpp, tx_verify.cpp). Scripts are not interpreted: two kinds of output can be
// spent, both by anyone. Relative lock times (BIP 68) are not judged.
// Pure; safe on any thread.
#pragma once

#include "core/bitcoin/transaction.h"
#include "core/sim/node/coin_set.h"
#include "core/sim/node/rejection.h"
#include "core/util/bytes.h"

#include <cstdint>
#include <vector>

namespace warp::sim {

/// OP_TRUE: spent with an empty scriptSig and no witness.
[[nodiscard]] const util::Bytes& anyoneScript();
/// P2WSH of OP_TRUE: spent with an empty scriptSig and the witness {OP_TRUE}.
[[nodiscard]] const util::Bytes& anyoneWitnessScript();
[[nodiscard]] bool isAnyoneScript(util::ByteView script);

/// Fills each input's witness with what its coin asks for.
/// @param coins  one for each input, in order.
void satisfyInputs(bitcoin::Transaction& transaction, const std::vector<const Coin*>& coins);

/// What can be judged without a chain.
[[nodiscard]] Verdict checkTransaction(const bitcoin::Transaction& transaction);

/// Whether the coins are there, mature and worth the outputs.
/// @param coins  one for each input, in order; nullptr where it is missing or spent.
/// @return the fee.
[[nodiscard]] util::Result<util::Satoshi, Rejection>
checkInputs(const bitcoin::Transaction& transaction, const std::vector<const Coin*>& coins,
            std::int64_t spendHeight, std::int64_t coinbaseMaturity);

[[nodiscard]] Verdict checkScripts(const bitcoin::Transaction& transaction,
                                   const std::vector<const Coin*>& coins);

/// Whether a block of `height` on a chain of this median time past may carry the transaction
/// (BIP 113).
[[nodiscard]] bool isFinal(const bitcoin::Transaction& transaction, std::int64_t height,
                           std::int64_t medianTimePast);

} // namespace warp::sim
