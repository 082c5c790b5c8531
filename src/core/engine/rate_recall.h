// Tells sessions how fast their worker's miners were before, by what the store has of it. Owned by
// the engine; any thread may ask.
#pragma once

#include "core/store/worker_directory.h"
#include "core/stratum/v1/rate_memory.h"
#include "core/util/clock.h"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace warp::engine {

class RateRecall final : public stratum::v1::RateMemory
{
public:
    using DirectorySource = std::function<std::shared_ptr<const store::WorkerDirectory>()>;

    /// The clock must outlive it.
    RateRecall(const util::Clock& clock, DirectorySource directory)
        : m_clock(clock)
        , m_directory(std::move(directory))
    {}

    [[nodiscard]] std::optional<mining::KnownRate>
    recall(std::string_view worker, mining::MinerClass minerClass) const override;

private:
    const util::Clock& m_clock;
    DirectorySource m_directory;
};

} // namespace warp::engine
