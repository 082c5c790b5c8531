// The Bitcoin networks, by the names that Bitcoin Core gives them.
// Value type; safe on any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace warp::bitcoin {

/// Test, Testnet4 and Signet share all forms of address; Regtest shares their base58 forms only.
enum class Network : std::uint8_t { Main, Test, Testnet4, Signet, Regtest };

inline constexpr std::array ALL_NETWORKS{Network::Main, Network::Test, Network::Testnet4,
                                         Network::Signet, Network::Regtest};

/// "main", "test", "testnet4", "signet" or "regtest": field `chain` of getblockchaininfo.
[[nodiscard]] std::string_view chainName(Network network);

[[nodiscard]] std::optional<Network> networkFromChainName(std::string_view name);

} // namespace warp::bitcoin
