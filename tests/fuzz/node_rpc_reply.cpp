// Any HTTP answer to a JSON-RPC call, read as each method's result.
#include "core/node/chain_info.h"
#include "core/node/rpc_reply.h"
#include "core/util/assert.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

using namespace warp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr int STATUSES[]{200, 500, 404, 401, 503};
    if (size == 0) {
        return 0;
    }
    const int status = STATUSES[data[0] % std::size(STATUSES)];
    std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto reply = node::parseRpcReply(status, std::move(body));
    if (!reply) {
        return 0;
    }
    WARP_ASSERT(!reply->json().empty());
    static_cast<void>(reply->isNull());
    static_cast<void>(reply->string());
    static_cast<void>(node::parseBestHash(*reply));
    const auto info = node::parseChainInfo(*reply);
    WARP_ASSERT(!info || info->tip.height >= 0);
    return 0;
}
