// Looks for Bitcoin nodes where they usually are: the RPC ports of this machine and the cookie
// files of the usual folders. Main thread; takes some seconds at most.
#pragma once

#include "core/bitcoin/network.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace warp::cli {

struct FoundNode
{
    std::string url;
    std::filesystem::path cookie; ///< that opens it; empty where none of the usual ones does
    std::string words;            ///< English, for people: what it is
};

/// The node's RPC port unless its owner set another (Bitcoin Core chainparamsbase.cpp).
[[nodiscard]] std::uint16_t rpcPortOf(bitcoin::Network network);

/// Where Bitcoin Core keeps a chain's files within its data folder; empty for mainnet.
[[nodiscard]] std::string_view chainFolderOf(bitcoin::Network network);

[[nodiscard]] std::vector<FoundNode> searchNodes();

} // namespace warp::cli
