// From the configured addresses and percentages to the policy that divides blocks, once the node's
// network is known. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/network.h"
#include "core/config/settings.h"
#include "core/mining/payout_policy.h"
#include "core/util/result.h"

#include <memory>
#include <string>

namespace warp::engine {

/// A part of every block for somebody beside the payout.
struct CutOptions
{
    config::BasisPoints part;
    std::string address; ///< not looked at where the part is 0

    friend bool operator==(const CutOptions&, const CutOptions&) = default;
};

struct PayoutOptions
{
    config::PayoutMode mode = config::PayoutMode::Single;
    std::string address; ///< of mode single
    CutOptions poolFee{};
    CutOptions donation{};

    friend bool operator==(const PayoutOptions&, const PayoutOptions&) = default;
};

/// An address that cannot be paid on this network.
struct PayoutFault
{
    std::string setting; ///< e.g. "pool_fee_address"
    std::string reason;  ///< English
};

[[nodiscard]] util::Result<std::shared_ptr<const mining::PayoutPolicy>, PayoutFault>
makePayoutPolicy(const PayoutOptions& options, bitcoin::Network network);

} // namespace warp::engine
