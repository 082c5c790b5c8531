// Any text as an address of any network: refused with a place inside the text, or written back
// as the same address. Any bytes as a script.
#include "core/bitcoin/address.h"
#include "core/bitcoin/base58.h"
#include "core/bitcoin/bech32.h"
#include "core/bitcoin/difficulty_text.h"
#include "core/util/assert.h"
#include "core/util/bytes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

using namespace warp;
using namespace warp::bitcoin;

namespace {

void checkAddress(std::string_view text, Network network)
{
    const auto address = parseAddress(text, network);
    if (!address) {
        const AddressError& error = address.error();
        WARP_ASSERT(!describe(error.code).empty());
        WARP_ASSERT(error.position == 0 || error.position < text.size());
        WARP_ASSERT((error.code == AddressErrorCode::WrongNetwork) == !error.networks.empty());
        WARP_ASSERT(std::ranges::count(error.networks, network) == 0);
        return;
    }
    const auto encoded = encodeAddress(address->script, network);
    WARP_ASSERT(encoded);
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char character) {
        return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
    });
    WARP_ASSERT(*encoded == (address->witnessVersion ? lower : std::string(text)));
}

void checkScript(util::ByteView script, Network network)
{
    if (const auto address = encodeAddress(script, network)) {
        const auto parsed = parseAddress(*address, network);
        WARP_ASSERT(parsed && std::ranges::equal(parsed->script, script));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    const std::string_view text = util::asText(bytes);
    for (const Network network : ALL_NETWORKS) {
        checkAddress(text, network);
        checkScript(bytes, network);
    }
    if (const auto decoded = decodeBase58(text)) {
        WARP_ASSERT(encodeBase58(*decoded) == text);
    }
    if (const auto decoded = decodeBech32(text)) {
        const auto again = decodeBech32(encodeBech32(*decoded));
        WARP_ASSERT(again && again->values == decoded->values && again->prefix == decoded->prefix);
    }
    if (const auto difficulty = parseDifficulty(text)) {
        WARP_ASSERT(parseDifficulty(toPlainDecimal(*difficulty)) == difficulty);
    }
    return 0;
}
