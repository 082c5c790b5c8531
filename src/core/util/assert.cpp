#include "core/util/assert.h"

#include <cstdio>
#include <cstdlib>

namespace warp::util {

void assertionFailed(const char* condition, const char* file, int line)
{
    static_cast<void>(std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition));
    std::abort();
}

} // namespace warp::util
