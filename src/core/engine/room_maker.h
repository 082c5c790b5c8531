// Who has to go where all places are taken: connections that never had a good share, first of the
// peer that holds most of them, and of its ones the oldest. Owned by an io thread, lives there.
#pragma once

#include "core/net/endpoint.h"
#include "core/util/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace warp::engine {

struct ListenerState;

class RoomMaker final
{
public:
    /// Younger ones may have had no time for a share.
    static constexpr std::chrono::seconds MIN_AGE{60};
    /// Found with one look; looks are a second apart, whatever a flood does.
    static constexpr std::size_t MAX_FOUND = 64;
    static constexpr std::chrono::seconds LOOK_INTERVAL{1};

    struct Candidate
    {
        std::uint64_t id = 0;
        const ListenerState* listener = nullptr; ///< that it came by; compared only
        std::string peer;                        ///< as limits count it
        std::size_t surplus = 0; ///< PeerRegistry::surplusOf(); none of a peer with 0 has to go
        util::BootTime since{};  ///< when it began
    };
    /// All connections of the thread that never had a good share.
    using LookFn = std::function<std::vector<Candidate>()>;

    explicit RoomMaker(LookFn look)
        : m_look(std::move(look))
    {}

    /// The next one that has to go, at most once each; it may be gone already.
    /// @param listener  whose places are taken; nullptr where all of the pool's are
    [[nodiscard]] std::optional<std::uint64_t> next(const ListenerState* listener,
                                                    util::BootTime now);

private:
    void look(util::BootTime now);

    LookFn m_look;
    std::vector<Candidate> m_found; ///< the first to go is the last
    std::optional<util::BootTime> m_lookedAt;
};

} // namespace warp::engine
