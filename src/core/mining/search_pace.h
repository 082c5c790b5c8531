// How often one connection's refused shares are looked at for a block in every way they may have
// been meant. Value type of the session; its io thread.
#pragma once

#include "core/util/clock.h"

#include <chrono>
#include <cstdint>

namespace warp::mining {

/// A share of an unknown job, or with version bits outside of the mask, may be a block all the
/// same, under a job or a version that has to be guessed: that takes up to 45 hashes where a good
/// share takes one, and who sends thousands of them a second slows the miners of its io thread.
/// So much is done for MAX_PER_SECOND of them a connection; one more is tried in the likeliest way
/// alone. What is given up is a block of a connection that sends more such shares in that second,
/// which an honest miner, held to a share in some seconds, comes nowhere near.
class SearchPace final
{
public:
    static constexpr std::uint32_t MAX_PER_SECOND = 50;

    /// Counts a search; false where there were enough of them.
    [[nodiscard]] bool take(util::BootTime now)
    {
        if (now - m_since >= std::chrono::seconds(1) || now < m_since) {
            m_since = now;
            m_count = 0;
        }
        if (m_count >= MAX_PER_SECOND) {
            return false;
        }
        ++m_count;
        return true;
    }

private:
    util::BootTime m_since{};
    std::uint32_t m_count = 0;
};

} // namespace warp::mining
