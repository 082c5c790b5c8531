// Any bytes as a transaction: refused, or written back to the same bytes and sizes.
#include "core/bitcoin/transaction.h"
#include "core/util/assert.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

using namespace warp::bitcoin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto transaction = Transaction::parse(bytes);
    if (!transaction) {
        WARP_ASSERT(!describe(transaction.error()).empty());
        return 0;
    }
    const auto whole = transaction->serialize(WitnessMode::Include);
    WARP_ASSERT(std::ranges::equal(whole, bytes));
    WARP_ASSERT(transaction->serializedSize(WitnessMode::Include) == size);
    const auto stripped = transaction->serialize(WitnessMode::Strip);
    WARP_ASSERT(transaction->serializedSize(WitnessMode::Strip) == stripped.size());
    const auto again = Transaction::parse(stripped);
    // Without inputs the stripped form reads as a witness marker.
    WARP_ASSERT(transaction->vin.empty() || (again && again->txid() == transaction->txid()));
    WARP_ASSERT(transaction->hasWitness() == (transaction->wtxid() != transaction->txid()));
    return 0;
}
