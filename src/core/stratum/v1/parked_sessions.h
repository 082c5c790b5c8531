// Sessions whose connections have ended, for miners that come back and name theirs: they get their
// extranonce1 again, and with it the memory of what they have sent. Owned by an io thread; a
// session is resumed on the thread that it was on.
#pragma once

#include "core/mining/duplicate_filter.h"
#include "core/mining/job_set.h"
#include "core/mining/share_validator.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace warp::stratum::v1 {

/// What a session worked on, for the one that comes after it.
struct WorkLeft
{
    /// Where each key has its own coinbase, those of the session's key; else nullptr, since all
    /// sessions have the same.
    std::shared_ptr<const mining::JobSet> jobs{};
    std::optional<util::JobId> sentJob{}; ///< the last one that was sent, not of a variant
    std::uint8_t variant = 0;             ///< number of the last one of it that was sent
};

struct ParkedSession
{
    /// An old extranonce1 without what was sent with it would count shares twice.
    mining::ShareValidator validator;
    WorkLeft work{};
    /// Where the miner was, see ServerSession; only from there it is resumed.
    std::uint64_t origin = 0;
    util::BootTime since{};
};

class ParkedSessions final
{
public:
    static constexpr std::size_t MAX_SESSIONS = 1000;
    static constexpr std::chrono::minutes LIFETIME{10};
    /// Of all sessions together, some 30 bytes each: who sends shares as fast as the wire takes
    /// them and comes back again and again would fill the memory of a small board.
    static constexpr std::size_t MAX_SHARES = 16 * mining::DuplicateFilter::CAPACITY;

    using ReleaseFn = std::function<void(const mining::Extranonce1&)>;

    /// @param release  told of each extranonce1 that nobody has any more
    explicit ParkedSessions(ReleaseFn release)
        : m_release(std::move(release))
    {}

    /// Where there are too many, or too many shares, the oldest of the origin goes that has most.
    void park(ParkedSession session);
    /// The session with this id, if it is of that origin and not too old.
    /// @param id  the subscription's id as it was given out: extranonce1 in hexadecimal
    [[nodiscard]] std::optional<ParkedSession> take(std::string_view id, std::uint64_t origin,
                                                    util::BootTime now);
    void release(const mining::Extranonce1& extranonce1) const { m_release(extranonce1); }

    /// Jobs that are gone need no memory.
    void onJobs(const mining::JobSet& jobs);
    /// Lets go of all, for what they were sent is not to be judged any more.
    void clear();
    /// Lets go of those that are too old.
    void onTimer(util::BootTime now);
    [[nodiscard]] std::size_t size() const { return m_sessions.size(); }
    [[nodiscard]] std::size_t shares() const;

private:
    using WeightFn = std::size_t (*)(const ParkedSession& session);

    /// The oldest that weighs anything, of the origin whose sessions weigh most.
    void dropOne(WeightFn weigh);

    ReleaseFn m_release;
    std::vector<ParkedSession> m_sessions; ///< the oldest first
};

} // namespace warp::stratum::v1
