#include "tools/cli/payout_text.h"

#include "core/bitcoin/address.h"
#include "core/mining/coinbase.h"
#include "core/mining/coinbase_decoder.h"
#include "core/mining/payout_split.h"
#include "core/util/hex.h"
#include "core/util/log.h"
#include "tools/cli/console.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace warp::cli {

namespace {

using Reason = std::string;

util::Result<util::Bytes, Reason> scriptOf(const std::string& address, bitcoin::Network network)
{
    auto parsed = bitcoin::parseAddress(address, network);
    if (!parsed) {
        return util::Unexpected(fmt::format("{}: {}", address, describe(parsed.error().code)));
    }
    return std::move(parsed->script);
}

util::Result<void, Reason> addCut(std::vector<mining::PayoutCut>& cuts, mining::PayoutRole role,
                                  config::BasisPoints part, const std::string& address,
                                  bitcoin::Network network)
{
    if (part.value() == 0) {
        return {};
    }
    WARP_TRY(script, scriptOf(address, network));
    cuts.push_back({.role = role, .basisPoints = part.value(), .script = std::move(script)});
    return {};
}

/// The bytes that a block would carry, but for the numbers that miners roll.
util::Result<mining::DecodedCoinbase, Reason> coinbaseOf(const mining::BlockTemplate& source,
                                                         const config::MiningSettings& settings,
                                                         const mining::PayoutSplit& split,
                                                         bitcoin::Network network)
{
    const auto coinbase =
        mining::buildCoinbase({.height = source.height,
                               .tag = settings.poolTagPrefix,
                               .salt = {},
                               .payouts = split.outputs,
                               .witnessCommitmentScript = source.witnessCommitmentScript});
    if (!coinbase) {
        return util::Unexpected(Reason("the coinbase cannot be built"));
    }
    const util::Bytes bytes = mining::completeCoinbase(*coinbase, {}, {});
    auto decoded =
        mining::decodeCoinbase(bytes, network,
                               {.offset = coinbase->prefix.size(),
                                .size = mining::EXTRANONCE1_SIZE + mining::EXTRANONCE2_SIZE});
    if (!decoded) {
        return util::Unexpected(
            fmt::format("the coinbase cannot be read ({})", name(decoded.error())));
    }
    return *std::move(decoded);
}

std::string outputLine(const mining::DecodedOutput& output)
{
    const std::string whom =
        output.address.empty() ? "script " + util::toHex(output.script) : grouped(output.address);
    return fmt::format("  {:>16}  to  {}\n", bitcoinText(output.value.value()), whom);
}

} // namespace

std::string grouped(std::string_view address)
{
    constexpr std::size_t GROUP = 4;
    std::string out;
    for (std::size_t i = 0; i < address.size(); i += GROUP) {
        out += (i == 0 ? "" : " ") + std::string(address.substr(i, GROUP));
    }
    return out;
}

util::Result<std::string, std::string> payoutText(const mining::BlockTemplate& source,
                                                  const config::MiningSettings& settings,
                                                  bitcoin::Network network)
{
    if (settings.payoutMode == config::PayoutMode::PerMiner) {
        return fmt::format("The next block, of height {}, is worth {} and pays whoever finds it.\n",
                           source.height, bitcoinText(source.coinbaseValue.value()));
    }
    WARP_TRY(script, scriptOf(settings.payoutAddress, network));
    std::vector<mining::PayoutCut> cuts;
    WARP_CHECK(addCut(cuts, mining::PayoutRole::PoolFee, settings.poolFee, settings.poolFeeAddress,
                      network));
    WARP_CHECK(addCut(cuts, mining::PayoutRole::Donation, settings.donation,
                      settings.donationAddress, network));
    const mining::PayoutSplit split = mining::splitValue(source.coinbaseValue, script, cuts);
    WARP_TRY(coinbase, coinbaseOf(source, settings, split, network));
    std::string out = fmt::format("The next block, of height {} with {} further transaction{}, "
                                  "would pay\n",
                                  source.height, source.transactions.size(),
                                  source.transactions.size() == 1 ? "" : "s");
    for (const mining::DecodedOutput& output : coinbase.outputs) {
        if (output.value.value() != 0) {
            out += outputLine(output);
        }
    }
    return out + fmt::format("  and carry the tag \"{}\".\n", util::sanitize(coinbase.tag));
}

} // namespace warp::cli
