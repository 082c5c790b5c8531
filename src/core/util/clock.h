// The only source of time. Injected; production is SystemClock, tests use a virtual one.
// Safe on any thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace warp::util {

using Duration = std::chrono::nanoseconds;

/// Tag clock of BootTime: time since boot including suspend (CLOCK_BOOTTIME). It has no now();
/// readings come from Clock::boot().
struct BootClock
{
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock, Duration>;
    static constexpr bool is_steady = true;
};

/// For intervals, job age, time-outs: everything that is measured.
using BootTime = std::chrono::time_point<BootClock, Duration>;

/// UTC, for display, for nTime's upper bound and for certificates.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

enum class WallTrust : std::uint8_t {
    Unknown,   ///< nothing has confirmed the machine's clock yet
    Confirmed, ///< agrees with tip times or peers, or the system keeps it in step with others
    Skewed,    ///< differs from them by more than 10 minutes
};

struct WallReading
{
    WallTime time{};
    WallTrust trust = WallTrust::Unknown;
};

class Clock
{
public:
    virtual ~Clock() = default;

    [[nodiscard]] virtual BootTime boot() const = 0;
    [[nodiscard]] virtual WallReading wall() const = 0;
};

} // namespace warp::util
