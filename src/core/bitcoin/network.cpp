#include "core/bitcoin/network.h"

#include <algorithm>

namespace warp::bitcoin {

std::string_view chainName(Network network)
{
    switch (network) {
    case Network::Main:
        return "main";
    case Network::Test:
        return "test";
    case Network::Testnet4:
        return "testnet4";
    case Network::Signet:
        return "signet";
    case Network::Regtest:
        return "regtest";
    }
    return "unknown";
}

std::optional<Network> networkFromChainName(std::string_view name)
{
    const auto* const found = std::ranges::find(ALL_NETWORKS, name, chainName);
    return found == ALL_NETWORKS.end() ? std::nullopt : std::optional(*found);
}

} // namespace warp::bitcoin
