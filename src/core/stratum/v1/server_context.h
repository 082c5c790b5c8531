// What the sessions of one listener share on an io thread. Owned by that thread; outlives them.
#pragma once

#include "core/mining/job_variants.h"
#include "core/mining/payout_jobs.h"
#include "core/stratum/authorize.h"
#include "core/stratum/rate_memory.h"
#include "core/stratum/server_options.h"
#include "core/stratum/v1/notify_cache.h"
#include "core/stratum/v1/parked_sessions.h"

namespace warp::stratum::v1 {

struct ServerContext
{
    ServerOptions options;
    AuthorizePolicy& policy;
    NotifyCache notifications{};
    /// Where there are any, a session gets the jobs of its first worker's payout key; else all
    /// sessions have the same.
    mining::PayoutJobs* payoutJobs = nullptr;
    /// Of miners that come back; nullptr for none.
    RateMemory* memory = nullptr;
    /// For sessions that may be resumed; nullptr for none.
    ParkedSessions* parked = nullptr;
    mining::JobVariants variants{};
};

} // namespace warp::stratum::v1
