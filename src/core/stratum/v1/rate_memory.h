// What is remembered of miners that were here before. Implemented by the engine; asked on the io
// thread of the session.
#pragma once

#include "core/mining/miner_class.h"
#include "core/mining/retarget.h"

#include <optional>
#include <string_view>

namespace warp::stratum::v1 {

class RateMemory
{
public:
    virtual ~RateMemory() = default;

    /// How fast the worker's miners of this class were, each of them; nothing where none is known.
    /// Never waits.
    /// @param worker  as authorized; unsanitised
    [[nodiscard]] virtual std::optional<mining::KnownRate>
    recall(std::string_view worker, mining::MinerClass minerClass) const = 0;
};

} // namespace warp::stratum::v1
