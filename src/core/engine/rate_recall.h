// Tells sessions how fast their worker's miners were before: in this run by what sessions leave
// behind, else by what the store has of it. Owned by the engine; any thread may ask.
#pragma once

#include "core/store/worker_directory.h"
#include "core/stratum/rate_memory.h"
#include "core/util/clock.h"
#include "core/util/mutex.h"
#include "core/util/strong.h"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace warp::engine {

class RateRecall final : public stratum::RateMemory
{
public:
    using DirectorySource = std::function<std::shared_ptr<const store::WorkerDirectory>()>;

    /// Workers by class that are remembered of this run; those beyond it have what the store has.
    static constexpr std::size_t MAX_LEFT = 10'000;

    /// The clock must outlive it.
    RateRecall(const util::Clock& clock, DirectorySource directory)
        : m_clock(clock)
        , m_directory(std::move(directory))
    {}

    [[nodiscard]] std::optional<mining::KnownRate>
    recall(std::string_view worker, mining::MinerClass minerClass) const override;
    void remember(std::string_view worker, mining::MinerClass minerClass,
                  util::Hashrate rate) override;

private:
    using Key = std::pair<std::string, mining::MinerClass>;
    struct Left
    {
        util::Hashrate rate{};
        util::BootTime at{};
    };

    const util::Clock& m_clock;
    DirectorySource m_directory;
    mutable util::Mutex m_mutex;
    std::map<Key, Left> m_left GUARDED_BY(m_mutex);
};

} // namespace warp::engine
