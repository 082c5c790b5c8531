#include "core/util/system_clock.h"

#include <ctime>

namespace warp::util {

BootTime SystemClock::boot() const
{
#if defined(CLOCK_BOOTTIME)
    timespec reading{};
    if (clock_gettime(CLOCK_BOOTTIME, &reading) == 0) {
        return BootTime(std::chrono::seconds(reading.tv_sec) +
                        std::chrono::nanoseconds(reading.tv_nsec));
    }
#endif
    // Elsewhere the monotonic clock is the nearest there is; it may stop in suspend.
    return BootTime(std::chrono::steady_clock::now().time_since_epoch());
}

WallReading SystemClock::wall() const
{
    return {std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()),
            WallTrust::Unknown};
}

} // namespace warp::util
