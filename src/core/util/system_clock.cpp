#include "core/util/system_clock.h"

#include <ctime>
#if defined(__linux__)
#include <sys/timex.h>
#endif

namespace warp::util {

namespace {

/// The kernel knows whether some program (NTP, PTP) disciplines the clock, and forgets it when that
/// program has been silent for hours (adjtimex(2)).
WallTrust kernelTrust()
{
#if defined(__linux__)
    timex query{};
    const int state = ::adjtimex(&query);
    if (state >= 0 && state != TIME_ERROR && (query.status & STA_UNSYNC) == 0) {
        return WallTrust::Confirmed;
    }
#endif
    return WallTrust::Unknown;
}

} // namespace

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
            kernelTrust()};
}

} // namespace warp::util
