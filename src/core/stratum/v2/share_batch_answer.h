// SubmitShares.Success of one channel: answers for several accepted shares at once where they come
// quickly, at once where they do not. Owned by its channel.
#pragma once

#include "core/util/bytes.h"
#include "core/util/strong.h"

#include <cstdint>

namespace warp::stratum::v2 {

class ShareBatchAnswer final
{
public:
    enum class Urgency : std::uint8_t { Usual, AtOnce };

    /// An accepted share. The first one since the tick is answered at once, as is one that is
    /// urgent (a block); others wait for MAX_BATCH of them or the tick.
    void add(std::uint32_t sequenceNumber, util::Difficulty credited, Urgency urgency,
             std::uint32_t channelId, util::Bytes& frames);
    /// Answers what waits.
    void flush(std::uint32_t channelId, util::Bytes& frames);
    /// The same, and the next share is answered at once.
    void onTick(std::uint32_t channelId, util::Bytes& frames);

private:
    std::uint32_t m_lastSequenceNumber = 0;
    std::uint32_t m_count = 0;
    /// Of the difficulties; the message has whole numbers, and the rest of each is kept.
    double m_sum = 0;
    bool m_hasAnswered = false; ///< since the tick
};

} // namespace warp::stratum::v2
