// WARP_ASSERT: always-on check of our own invariants, where going on would lose money or memory
// safety. Never for input. Prints the place and aborts; safe on any thread.
#pragma once

namespace warp::util {

/// Writes the failed condition to standard error and aborts.
[[noreturn]] void assertionFailed(const char* condition, const char* file, int line);

} // namespace warp::util

#define WARP_ASSERT(condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) [[unlikely]] {                                                           \
            ::warp::util::assertionFailed(#condition, __FILE__, __LINE__);                         \
        }                                                                                          \
    } while (false)
