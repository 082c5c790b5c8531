#include "core/mining/payout_policy.h"

#include "core/bitcoin/script.h"

#include <cstddef>
#include <utility>

namespace warp::mining {

SinglePayout::SinglePayout(util::Bytes script, std::vector<PayoutCut> cuts)
    : m_script(std::move(script))
    , m_cuts(std::move(cuts))
{}

PayoutSplit SinglePayout::split(const PayoutKey&, util::Satoshi value) const
{
    return splitValue(value, m_script, m_cuts);
}

PerMinerPayout::PerMinerPayout(std::vector<PayoutCut> cuts)
    : m_cuts(std::move(cuts))
{}

PayoutSplit PerMinerPayout::split(const PayoutKey& key, util::Satoshi value) const
{
    return splitValue(value, key.bytes, m_cuts);
}

PayoutKey PerMinerPayout::heaviestKey() const
{
    // As long as the longest script of an address that is accepted (P2WSH, P2TR), with the one
    // signature operation that P2PKH has.
    constexpr std::size_t LONGEST_SCRIPT = 34;
    util::Bytes script(LONGEST_SCRIPT, bitcoin::opcode::OP_0);
    script.front() = bitcoin::opcode::OP_CHECKSIG;
    return {std::move(script)};
}

} // namespace warp::mining
