#include "core/engine/payout_setup.h"

#include "core/bitcoin/address.h"

#include <utility>
#include <vector>

namespace warp::engine {

namespace {

util::Result<util::Bytes, PayoutFault> scriptOf(std::string setting, const std::string& text,
                                                bitcoin::Network network)
{
    auto address = bitcoin::parseAddress(text, network);
    if (!address) {
        return util::Unexpected(PayoutFault{.setting = std::move(setting),
                                            .reason = std::string(describe(address.error().code))});
    }
    return std::move(address->script);
}

util::Result<void, PayoutFault> addCut(std::vector<mining::PayoutCut>& cuts,
                                       mining::PayoutRole role, std::string setting,
                                       const CutOptions& options, bitcoin::Network network)
{
    if (options.part.value() == 0) {
        return {};
    }
    WARP_TRY(script, scriptOf(std::move(setting), options.address, network));
    cuts.push_back(
        {.role = role, .basisPoints = options.part.value(), .script = std::move(script)});
    return {};
}

} // namespace

util::Result<std::shared_ptr<const mining::PayoutPolicy>, PayoutFault>
makePayoutPolicy(const PayoutOptions& options, bitcoin::Network network)
{
    std::vector<mining::PayoutCut> cuts;
    WARP_CHECK(
        addCut(cuts, mining::PayoutRole::PoolFee, "pool_fee_address", options.poolFee, network));
    WARP_CHECK(
        addCut(cuts, mining::PayoutRole::Donation, "donation_address", options.donation, network));
    std::shared_ptr<const mining::PayoutPolicy> policy;
    if (options.mode == config::PayoutMode::PerMiner) {
        policy = std::make_shared<mining::PerMinerPayout>(std::move(cuts));
    } else {
        WARP_TRY(script, scriptOf("payout_address", options.address, network));
        policy = std::make_shared<mining::SinglePayout>(std::move(script), std::move(cuts));
    }
    return policy;
}

} // namespace warp::engine
