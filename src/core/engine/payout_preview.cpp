#include "core/engine/payout_preview.h"

#include "core/bitcoin/address.h"
#include "core/bitcoin/subsidy.h"
#include "core/engine/work_auditor.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace warp::engine {

namespace {

using bitcoin::Network;

/// Of mainnet and its test chains in 2025: some height within the subsidy's fifth era.
constexpr std::int64_t MODEL_HEIGHT = 900'000;

/// The chain that the addresses are of, where neither settings nor node say which: the first on
/// which all can be paid.
std::optional<Network> guessNetwork(const PayoutOptions& options)
{
    constexpr std::array CHAINS{Network::Main, Network::Test, Network::Regtest};
    const auto* const found = std::find_if(CHAINS.begin(), CHAINS.end(), [&](Network network) {
        return makePayoutPolicy(options, network).hasValue();
    });
    return found == CHAINS.end() ? std::nullopt : std::optional(*found);
}

struct Model
{
    util::Satoshi value{};
    bool isModel = true;
};

Model valueOfABlock(const interfaces::PoolSnapshot& snapshot, Network network)
{
    const interfaces::AuditView& audit = snapshot.work.audit;
    if (audit.state != interfaces::AuditState::None && snapshot.network == network &&
        audit.coinbase.total > util::Satoshi(0)) {
        return {.value = audit.coinbase.total, .isModel = false};
    }
    const bool isKnown = snapshot.network == network && snapshot.tipHeight >= 0;
    const std::int64_t unknown = network == Network::Regtest ? 1 : MODEL_HEIGHT;
    return {.value = bitcoin::blockSubsidy(isKnown ? snapshot.tipHeight + 1 : unknown, network),
            .isModel = true};
}

} // namespace

interfaces::CommandReply previewPayout(const PayoutOptions& options,
                                       std::optional<Network> configured,
                                       const interfaces::PoolSnapshot& snapshot)
{
    const auto network = configured         ? configured
                         : snapshot.network ? snapshot.network
                                            : guessNetwork(options);
    const auto policy = makePayoutPolicy(options, network.value_or(Network::Main));
    if (!policy) {
        return util::Unexpected(interfaces::RequestError{
            .fault = interfaces::RequestFault::BadArgument,
            .code = "payout_impossible",
            .detail = "mining." + policy.error().setting + ": " + policy.error().reason});
    }
    const Network chain = network.value_or(Network::Main);
    const Model model = valueOfABlock(snapshot, chain);
    const mining::PayoutKey key = (*policy)->heaviestKey();
    interfaces::PayoutPreviewReply reply{.parts = toView((*policy)->split(key, model.value), chain),
                                         .isModel = model.isModel};
    if (options.mode == config::PayoutMode::PerMiner) {
        reply.parts.front().address.clear();
    }
    return interfaces::CommandAnswer(std::move(reply));
}

} // namespace warp::engine
