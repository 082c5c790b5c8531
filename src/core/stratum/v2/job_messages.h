// The pool's work as Stratum V2 messages. Pure; safe on any thread.
#pragma once

#include "core/mining/job.h"
#include "core/util/bytes.h"

#include <cstdint>
#include <optional>

namespace warp::stratum::v2 {

/// To whom a job goes and what it is called there.
struct JobAddress
{
    std::uint32_t channelId = 0; ///< a channel, or a group for an extended job
    std::uint32_t jobId = 0;
    std::optional<std::uint32_t> minTime; ///< none: a future job, for appendPrevHash() to activate
};

/// Appends NewExtendedMiningJob. Its coinbase is the job's, which has no witness.
/// @param versionMask  bits that may be rolled; 0: none
void appendExtendedJob(util::Bytes& frames, const mining::Job& job, const JobAddress& address,
                       std::uint32_t versionMask);

/// Appends NewMiningJob, with the root of the coinbase that has this extranonce1 and zeros behind.
void appendStandardJob(util::Bytes& frames, const mining::Job& job, const JobAddress& address,
                       const mining::Extranonce1& extranonce1);

/// Appends SetNewPrevHash, which activates a job.
void appendPrevHash(util::Bytes& frames, const mining::Job& job, std::uint32_t channelId,
                    std::uint32_t jobId);

} // namespace warp::stratum::v2
