// Headers of the main chain, as every full node has them.
#pragma once

#include "core/bitcoin/header.h"
#include "tests/core/bitcoin/test_values.h"

#include <array>
#include <string_view>

namespace warp::bitcoin::test {

struct ChainHeader
{
    int height = 0;
    std::uint32_t version = 1;
    std::string_view previous;
    std::string_view merkleRoot;
    std::uint32_t time = 0;
    std::uint32_t bits = 0;
    std::uint32_t nonce = 0;
    std::string_view hash;

    [[nodiscard]] BlockHeader header() const
    {
        return {version, hashOf(previous), hashOf(merkleRoot), time, bits, nonce};
    }
};

inline constexpr std::array CHAIN_HEADERS{
    ChainHeader{0, 1, "0000000000000000000000000000000000000000000000000000000000000000",
                "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b", 1231006505,
                0x1d00ffff, 2083236893,
                "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"},
    ChainHeader{1, 1, "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
                "0e3e2357e806b6cdb1f70b54c3a3a17b6714ee1f0e68bebb44a74b1efd512098", 1231469665,
                0x1d00ffff, 2573394689,
                "00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048"},
    ChainHeader{170, 1, "000000002a22cfee1f2c846adbd12b3e183d4f97683f85dad08a79780a84bd55",
                "7dac2c5666815c17a3b36427de37bb9d2e2c5ccec3f8633eb91a4205cb4c10ff", 1231731025,
                0x1d00ffff, 1889418792,
                "00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee"},
    ChainHeader{100000, 1, "000000000002d01c1fccc21636b607dfd930d31d01c3a62104612a1719011250",
                "f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766", 1293623863,
                0x1b04864c, 274148111,
                "000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506"},
    ChainHeader{125552, 1, "00000000000008a3a41b85b8b29ad444def299fee21793cd8b9e567eab02cd81",
                "2b12fcf1b09288fcaff797d71e950e71ae42b91e8bdb2304758dfcffc2b620e3", 1305998791,
                0x1a44b9f2, 2504433986,
                "00000000000000001e8d6829a8a21adc5d38d0a473b144b6765798e61f98bd1d"},
};

} // namespace warp::bitcoin::test
