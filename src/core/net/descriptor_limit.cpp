#include "core/net/descriptor_limit.h"

#include <limits>

#if !defined(_WIN32)
#include <climits>
#include <sys/resource.h>
#endif

namespace warp::net {

#if defined(_WIN32)

DescriptorLimit raiseDescriptorLimit()
{
    // Sockets are no C descriptors there; memory is the only bound.
    return {};
}

#else

namespace {

std::uint64_t toCount(rlim_t value)
{
    return value == RLIM_INFINITY ? std::numeric_limits<std::uint64_t>::max()
                                  : static_cast<std::uint64_t>(value);
}

} // namespace

DescriptorLimit raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return {};
    }
    rlimit wanted = limit;
    wanted.rlim_cur = limit.rlim_max;
    bool isRaised = ::setrlimit(RLIMIT_NOFILE, &wanted) == 0;
#if defined(OPEN_MAX)
    if (!isRaised) {
        // macOS says "unlimited" and then refuses more than this.
        wanted.rlim_cur = OPEN_MAX;
        isRaised = limit.rlim_cur < wanted.rlim_cur && ::setrlimit(RLIMIT_NOFILE, &wanted) == 0;
    }
#endif
    return {.soft = toCount(isRaised ? wanted.rlim_cur : limit.rlim_cur),
            .hard = toCount(limit.rlim_max)};
}

#endif

std::uint64_t maxConnectionsWithin(const DescriptorLimit& limit)
{
    if (limit.soft == 0) {
        return std::numeric_limits<std::uint64_t>::max();
    }
    return limit.soft > RESERVED_DESCRIPTORS ? limit.soft - RESERVED_DESCRIPTORS : 0;
}

bool connectionCapFits(const DescriptorLimit& limit, std::uint64_t connectionCap)
{
    return connectionCap <= maxConnectionsWithin(limit);
}

} // namespace warp::net
