// Requests that are answered from what the engine has in memory: events, workers, and the end of a
// miner's connection. Handlers run on the thread of whoever asks and post to who knows.
#pragma once

#include "core/engine/hosted.h"
#include "core/engine/io_worker.h"
#include "core/engine/statistics.h"
#include "core/interfaces/request_desk.h"

#include <vector>

namespace warp::engine {

/// All of it must outlive the desk.
struct LiveParts
{
    Hosted<Statistics>& statistics;
    std::vector<Hosted<IoWorker>*> workers; ///< by number of the io thread
};

void serveLiveRequests(interfaces::RequestDesk& desk, const LiveParts& parts);

} // namespace warp::engine
