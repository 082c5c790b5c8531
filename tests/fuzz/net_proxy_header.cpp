// Any bytes as the beginning of a load balancer's connection.
#include "core/net/address_range.h"
#include "core/net/proxy_header.h"
#include "core/util/assert.h"

#include <cstddef>
#include <cstdint>

using namespace warp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const util::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const bool isAnnounced = net::beginsProxyHeader(bytes);
    if (bytes.size() < net::PROXY_PREFIX_BYTES) {
        return 0;
    }
    const auto prefix = net::parseProxyPrefix(bytes.first<net::PROXY_PREFIX_BYTES>());
    if (!prefix) {
        return 0;
    }
    WARP_ASSERT(isAnnounced); // what is believed of a proxy is refused of others
    WARP_ASSERT(prefix->bodyBytes <= net::MAX_PROXY_BODY_BYTES);
    const util::ByteView body = bytes.subspan(net::PROXY_PREFIX_BYTES);
    if (body.size() < prefix->bodyBytes) {
        // A body that is cut short is no reason to read beyond it.
        static_cast<void>(net::parseProxyBody(*prefix, body));
        return 0;
    }
    const auto source = net::parseProxyBody(*prefix, body.first(prefix->bodyBytes));
    WARP_ASSERT(source); // the prefix has been judged
    WARP_ASSERT(source->has_value() == prefix->hasAddress);
    if (*source) {
        WARP_ASSERT(net::parseAddressBytes((*source)->host));
    }
    return 0;
}
