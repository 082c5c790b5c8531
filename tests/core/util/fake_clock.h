// A clock that stands still until a test moves it. Used on the test's thread.
#pragma once

#include "core/util/clock.h"

namespace warp::util::test {

class FakeClock final : public Clock
{
public:
    [[nodiscard]] BootTime boot() const override { return m_boot; }
    [[nodiscard]] WallReading wall() const override { return m_wall; }

    void advance(Duration duration)
    {
        m_boot += duration;
        m_wall.time += std::chrono::duration_cast<std::chrono::milliseconds>(duration);
    }
    void setWall(WallTime time) { m_wall.time = time; }
    void setTrust(WallTrust trust) { m_wall.trust = trust; }

private:
    BootTime m_boot{std::chrono::hours(1)};
    WallReading m_wall;
};

} // namespace warp::util::test
