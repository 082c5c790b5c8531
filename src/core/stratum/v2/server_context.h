// What the Stratum V2 sessions of one listener share on an io thread. Owned by that thread;
// outlives them.
#pragma once

#include "core/mining/extranonce_allocator.h"
#include "core/mining/job_variants.h"
#include "core/mining/payout_jobs.h"
#include "core/stratum/authorize.h"
#include "core/stratum/rate_memory.h"
#include "core/stratum/server_options.h"
#include "core/stratum/v2/server_limits.h"
#include "core/util/bytes.h"

#include <cstdint>

namespace warp::stratum::v2 {

struct ServerContext
{
    ServerOptions options;
    AuthorizePolicy& policy;
    /// Each channel has its own extranonce1, from the same store as those of Stratum V1.
    mining::ExtranonceAllocator& extranonces;
    /// Where there are any, a channel gets the jobs of its worker's payout key; else all channels
    /// have the same.
    mining::PayoutJobs* payoutJobs = nullptr;
    /// Of miners that come back; nullptr for none.
    RateMemory* memory = nullptr;
    mining::JobVariants variants{};
    /// Bits of the version that miners may roll; 0: none.
    std::uint32_t versionMask = VERSION_MASK;
};

} // namespace warp::stratum::v2
