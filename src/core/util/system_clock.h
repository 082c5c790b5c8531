// The machine's clock: CLOCK_BOOTTIME (or its like) and the wall clock. Stateless; any thread.
#pragma once

#include "core/util/clock.h"

namespace warp::util {

class SystemClock final : public Clock
{
public:
    [[nodiscard]] BootTime boot() const override;
    [[nodiscard]] WallReading wall() const override;
};

} // namespace warp::util
