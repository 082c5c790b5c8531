#include "core/sim/pool_url.h"

#include "core/stratum/v2/authority_key.h"

namespace warp::sim {

std::string_view describe(PoolUrlFault fault)
{
    return fault == PoolUrlFault::UnknownScheme
               ? "only stratum+tcp://, stratum+tls:// and stratum2+tcp:// are known"
               : "what follows the port is not the key of a pool";
}

util::Result<PoolUrl, PoolUrlFault> parsePoolUrl(std::string_view text)
{
    constexpr std::string_view MARK = "://";
    PoolUrl url;
    const std::size_t end = text.find(MARK);
    if (end == std::string_view::npos) {
        url.address = text;
        return url;
    }
    const std::string_view scheme = text.substr(0, end);
    const std::string_view rest = text.substr(end + MARK.size());
    if (scheme == "stratum2+tcp") {
        const std::size_t slash = rest.find('/');
        const std::string_view key =
            slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
        url.address = rest.substr(0, slash);
        url.v2.emplace();
        if (!key.empty()) {
            url.v2->authority = stratum::v2::parsePublicKey(key);
            if (!url.v2->authority) {
                return util::Unexpected(PoolUrlFault::BadKey);
            }
        }
        return url;
    }
    if (scheme != "stratum+tcp" && scheme != "stratum+tls") {
        return util::Unexpected(PoolUrlFault::UnknownScheme);
    }
    url.address = rest;
    url.way = scheme == "stratum+tls" ? PoolUrl::Way::Tls : PoolUrl::Way::Plain;
    return url;
}

} // namespace warp::sim
