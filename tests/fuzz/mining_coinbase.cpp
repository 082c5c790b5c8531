// Any bytes as a coinbase: refused with a name, or decoded to amounts and sizes that can be.
#include "core/bitcoin/transaction.h"
#include "core/mining/coinbase_decoder.h"
#include "core/util/assert.h"

#include <cstddef>
#include <cstdint>
#include <span>

using namespace warp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto decoded = mining::decodeCoinbase(bytes, bitcoin::Network::Main);
    const auto parsed = bitcoin::Transaction::parse(bytes);
    if (!decoded) {
        WARP_ASSERT(!name(decoded.error()).empty());
    } else {
        // Another reader of the same bytes agrees.
        WARP_ASSERT(parsed && parsed->isCoinbase());
        WARP_ASSERT(parsed->vout.size() == decoded->outputs.size());
        WARP_ASSERT(parsed->hasWitness() == decoded->hasWitness);
        WARP_ASSERT(decoded->total.value() >= 0 && decoded->total <= bitcoin::MAX_MONEY);
        WARP_ASSERT(decoded->scriptSize == parsed->vin[0].scriptSig.size());
    }
    // An extranonce at any place: inside of the script, or refused.
    const std::size_t offset = size == 0 ? 0 : std::to_integer<std::size_t>(bytes[size - 1]);
    const auto placed =
        mining::decodeCoinbase(bytes, bitcoin::Network::Main, {.offset = offset, .size = 12});
    WARP_ASSERT(!placed || placed->scriptSize >= 12);
    return 0;
}
