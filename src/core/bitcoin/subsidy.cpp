#include "core/bitcoin/subsidy.h"

namespace warp::bitcoin {

std::int64_t halvingInterval(Network network)
{
    constexpr std::int64_t REGTEST_INTERVAL = 150;
    constexpr std::int64_t INTERVAL = 210'000;
    return network == Network::Regtest ? REGTEST_INTERVAL : INTERVAL;
}

util::Satoshi blockSubsidy(std::int64_t height, Network network)
{
    constexpr std::int64_t FIRST_SUBSIDY = 50'0000'0000;
    constexpr std::int64_t LAST_HALVING = 63; // a shift by more is not defined
    const std::int64_t halvings = height / halvingInterval(network);
    return halvings > LAST_HALVING ? util::Satoshi(0) : util::Satoshi(FIRST_SUBSIDY >> halvings);
}

} // namespace warp::bitcoin
