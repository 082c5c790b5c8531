#include "core/stratum/v2/share_batch_answer.h"

#include "core/stratum/v2/message_codec.h"
#include "core/stratum/v2/server_limits.h"
#include "core/stratum/v2/work_messages.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace warp::stratum::v2 {

namespace {

/// Above it not every whole number is a double, and none needs to be.
constexpr double MAX_SUM = 9'007'199'254'740'992.0;

} // namespace

void ShareBatchAnswer::add(std::uint32_t sequenceNumber, util::Difficulty credited, Urgency urgency,
                           std::uint32_t channelId, util::Bytes& frames)
{
    m_lastSequenceNumber = sequenceNumber;
    ++m_count;
    m_sum = std::min(m_sum + credited.value(), MAX_SUM);
    if (urgency == Urgency::AtOnce || !m_hasAnswered || m_count >= MAX_BATCH) {
        flush(channelId, frames);
    }
}

void ShareBatchAnswer::flush(std::uint32_t channelId, util::Bytes& frames)
{
    if (m_count == 0) {
        return;
    }
    const double whole = std::floor(m_sum);
    m_sum -= whole;
    m_hasAnswered = true;
    appendFrame(frames, SubmitSharesSuccess{.channelId = channelId,
                                            .lastSequenceNumber = m_lastSequenceNumber,
                                            .newSubmitsAcceptedCount = std::exchange(m_count, 0U),
                                            .newSharesSum = static_cast<std::uint64_t>(whole)});
}

void ShareBatchAnswer::onTick(std::uint32_t channelId, util::Bytes& frames)
{
    flush(channelId, frames);
    m_hasAnswered = false;
}

} // namespace warp::stratum::v2
