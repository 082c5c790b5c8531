// Looks for Bitcoin nodes where they usually are: the RPC ports of this machine and the cookie
// files of the usual folders. Main thread; takes some seconds at most.
#pragma once

#include "core/bitcoin/network.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::cli {

struct FoundNode
{
    std::string url;
    std::vector<std::filesystem::path> cookies; ///< of its chain in the usual folders; not tried
    std::string words;                          ///< English, for people: what it is
};

/// The node's RPC port unless its owner set another (Bitcoin Core chainparamsbase.cpp).
[[nodiscard]] std::uint16_t rpcPortOf(bitcoin::Network network);

/// Where Bitcoin Core keeps a chain's files within its data folder; empty for mainnet.
[[nodiscard]] std::string_view chainFolderOf(bitcoin::Network network);

/// Sends no login to anybody.
[[nodiscard]] std::vector<FoundNode> searchNodes();

/// The cookie file that opens the node. Sends them to it: for the one alone that its owner chose.
[[nodiscard]] std::optional<std::filesystem::path> tryCookies(const FoundNode& node);

} // namespace warp::cli
