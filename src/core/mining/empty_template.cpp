#include "core/mining/empty_template.h"

#include "core/bitcoin/subsidy.h"
#include "core/mining/template_parts.h"

#include <algorithm>
#include <chrono>

namespace warp::mining {

namespace {

/// Blocks between two changes of difficulty (Bitcoin Core consensus/params.h).
constexpr std::int64_t RETARGET_INTERVAL = 2016;

bool hasFixedBits(bitcoin::Network network, std::int64_t height)
{
    switch (network) {
    case bitcoin::Network::Main:
        return height % RETARGET_INTERVAL != 0;
    case bitcoin::Network::Regtest:
        return true;
    default:
        return false;
    }
}

} // namespace

std::shared_ptr<const BlockTemplate> makeEmptyTemplate(const BlockTemplate& last,
                                                       const bitcoin::Hash256& tip,
                                                       std::int64_t tipHeight,
                                                       bitcoin::Network network, util::BootTime now)
{
    const std::int64_t height = tipHeight + 1;
    if (tipHeight != last.height || tip == last.previous || !hasFixedBits(network, height)) {
        return nullptr;
    }
    auto made = std::make_shared<BlockTemplate>();
    made->version = last.version;
    made->previous = tip;
    made->height = height;
    made->coinbaseValue = bitcoin::blockSubsidy(height, network);
    made->bits = last.bits;
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::seconds>(now - last.received).count();
    made->currentTime =
        last.currentTime + static_cast<std::uint32_t>(std::max<std::int64_t>(elapsed, 0));
    if (last.witnessCommitmentScript) {
        made->witnessCommitmentScript = commitmentOfFirst(last, 0);
    }
    made->weightLimit = last.weightLimit;
    made->sigopLimit = last.sigopLimit;
    made->received = now;
    made->origin = TemplateOrigin::Provisional;
    return made;
}

} // namespace warp::mining
