#include "core/engine/share_batch.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

void ShareTally::add(const mining::ShareVerdict& verdict)
{
    ++byCode[static_cast<std::size_t>(verdict.code)];
    acceptedWork += verdict.credited.value();
    if (verdict.block || verdict.code == mining::ShareCode::Accepted) {
        best = std::max(best, verdict.achieved);
    }
}

interfaces::BestShare toBestShare(const mining::FoundBlock& found, util::Difficulty difficulty,
                                  std::string worker)
{
    const mining::Job& job = *found.job;
    interfaces::BestShare best{.worker = std::move(worker),
                               .foundAt = {},
                               .height = job.source->height,
                               .difficulty = difficulty,
                               .networkDifficulty = job.networkTarget.toDifficulty(),
                               .hash = found.hash,
                               .header = found.header,
                               .coinbase = {},
                               .branch = job.branch};
    best.coinbase = job.coinbase.prefix;
    util::append(best.coinbase, found.extranonce1);
    util::append(best.coinbase, found.extranonce2);
    util::append(best.coinbase, job.coinbase.suffix);
    return best;
}

} // namespace warp::engine
