// What is remembered of miners that were here before. Implemented by the engine; asked and told on
// the io threads of the sessions. Never waits.
#pragma once

#include "core/mining/miner_class.h"
#include "core/mining/retarget.h"
#include "core/util/strong.h"

#include <optional>
#include <string_view>

namespace warp::stratum {

class RateMemory
{
public:
    virtual ~RateMemory() = default;

    /// How fast the worker's miners of this class were, each of them; nothing where none is known.
    /// @param worker  as authorized; unsanitised
    [[nodiscard]] virtual std::optional<mining::KnownRate>
    recall(std::string_view worker, mining::MinerClass minerClass) const = 0;
    /// A miner has gone that was this fast.
    /// @param rate  above 0
    virtual void remember(std::string_view worker, mining::MinerClass minerClass,
                          util::Hashrate rate) = 0;
};

} // namespace warp::stratum
