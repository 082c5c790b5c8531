// Whether this is a build with a sanitizer, which has memory and descriptors of its own.
#pragma once

namespace warp::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool WITH_SANITIZER = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool WITH_SANITIZER = true;
#else
inline constexpr bool WITH_SANITIZER = false;
#endif
#else
inline constexpr bool WITH_SANITIZER = false;
#endif

} // namespace warp::test
