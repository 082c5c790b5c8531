#include "core/stratum/v2/job_messages.h"

#include "core/mining/work_hash.h"
#include "core/stratum/v2/message_codec.h"
#include "core/stratum/v2/work_messages.h"

namespace warp::stratum::v2 {

void appendExtendedJob(util::Bytes& frames, const mining::Job& job, const JobAddress& address,
                       std::uint32_t versionMask)
{
    appendFrame(frames, NewExtendedMiningJob{.channelId = address.channelId,
                                             .jobId = address.jobId,
                                             .minNtime = address.minTime,
                                             .version = job.source->version,
                                             .versionRollingAllowed = versionMask != 0,
                                             .merklePath = job.branch,
                                             .coinbaseTxPrefix = job.coinbase.prefix,
                                             .coinbaseTxSuffix = job.coinbase.suffix});
}

void appendStandardJob(util::Bytes& frames, const mining::Job& job, const JobAddress& address,
                       const mining::Extranonce1& extranonce1)
{
    appendFrame(frames, NewMiningJob{.channelId = address.channelId,
                                     .jobId = address.jobId,
                                     .minNtime = address.minTime,
                                     .version = job.source->version,
                                     .merkleRoot = mining::merkleRootOf(job, extranonce1, {})});
}

void appendPrevHash(util::Bytes& frames, const mining::Job& job, std::uint32_t channelId,
                    std::uint32_t jobId)
{
    appendFrame(frames, SetNewPrevHash{.channelId = channelId,
                                       .jobId = jobId,
                                       .prevHash = job.source->previous,
                                       .minNtime = job.time,
                                       .nbits = job.source->bits});
}

} // namespace warp::stratum::v2
