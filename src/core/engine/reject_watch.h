// Tells a miner that sends nothing but bad shares from one that is late or unlucky. One a
// connection, on its io thread.
#pragma once

#include "core/mining/share.h"
#include "core/util/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace warp::engine {

/// What is bad: below the difficulty, malformed, with an impossible time or version, or of a worker
/// that is unknown. Stale, duplicate and unknown work happens to every honest miner around a new
/// block or a restart, and is never held against one. One good share ends everything.
class RejectWatch final
{
public:
    /// Fewer within the window are no flood.
    static constexpr std::size_t MIN_BAD = 20;
    static constexpr std::chrono::minutes WINDOW{10};
    /// After so long it is told the difficulty and the job once more: it may not know them.
    static constexpr std::chrono::seconds REMIND_AFTER{60};
    /// So long after that, and after so many more, it is disconnected.
    static constexpr std::chrono::seconds CLOSE_AFTER{120};
    static constexpr std::size_t MIN_BAD_AFTER = 10;
    /// So many within the window are a flood at once: no miner's difficulty is that wrong by
    /// accident.
    static constexpr std::size_t MAX_BAD = 5'000;

    enum class Measure : std::uint8_t { None, Remind, Close };

    /// A share was judged.
    [[nodiscard]] Measure onShare(mining::ShareCode code, util::BootTime now);

private:
    util::BootTime m_since{}; ///< of the first of them, or of the reminder
    std::uint32_t m_bad = 0;  ///< since then
    bool m_isReminded = false;
};

} // namespace warp::engine
