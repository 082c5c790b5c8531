// Who may come in: lists, caps, rates, and what a listener says for times without work. One an io
// thread, lives there; what all threads count together is shared.
#pragma once

#include "core/engine/authorize_limiter.h"
#include "core/engine/listener_state.h"
#include "core/engine/peer_registry.h"
#include "core/engine/rate_keeper.h"
#include "core/engine/room_maker.h"
#include "core/net/endpoint.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/result.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace warp::engine {

class MinerGate final
{
public:
    /// Of all io threads.
    struct Shared
    {
        const util::Clock& clock;
        std::atomic<std::size_t>& connections;
        PeerRegistry& peers;
        RateKeeper& rates;
        /// Of this thread.
        RoomMaker::LookFn idleMiners{};
        std::function<void(std::uint64_t id)> dismiss{};
    };
    struct Terms
    {
        std::size_t maxConnections = 0;
        std::optional<RateLimits> rateLimits{}; ///< of each peer; none without
    };

    explicit MinerGate(Shared shared)
        : m_shared(std::move(shared))
        , m_roomMaker(m_shared.idleMiners)
    {}

    void setTerms(const Terms& terms) { m_terms = terms; }
    [[nodiscard]] bool hasRateLimits() const { return m_terms.rateLimits.has_value(); }
    /// Work is stale or not to be trusted, from now on if it was not before.
    void onWorkDoubtful();
    void onWork() { m_doubtfulSince.reset(); }

    /// A connection wants to begin. Where all places are taken, one that was never used for a good
    /// share may be taken from another. It counts as one that has not authorised while the pass
    /// lives, which must not outlive the registry.
    /// @return the pass, or why not, for the log
    [[nodiscard]] util::Result<std::unique_ptr<util::Handle>, std::string_view>
    admit(const net::Endpoint& peer, const ListenerState& listener);
    /// One that was admitted begins: counts it until release(). False where all are taken by then.
    [[nodiscard]] bool enter(const net::Endpoint& peer, ListenerState& listener);
    void release(const net::Endpoint& peer, PeerRegistry::Standing standing,
                 ListenerState& listener);

    /// Whether a peer may authorise, or be refused, once more.
    [[nodiscard]] bool mayAuthorize(const net::Endpoint& peer, std::uint64_t connection,
                                    AuthorizeLimiter::Outcome outcome);
    [[nodiscard]] bool isWorkDoubtful() const { return m_doubtfulSince.has_value(); }
    /// Whether the listener's policy for times without work holds.
    [[nodiscard]] bool isWithoutWork(const ListenerOptions& options) const;

private:
    [[nodiscard]] std::optional<std::string_view> refusalOf(const net::Endpoint& peer,
                                                            const ListenerState& listener);
    void makeRoom(const ListenerState& listener);
    [[nodiscard]] bool takeToken(RateKeeper::Act act, const net::Endpoint& peer,
                                 const net::PeerIdentity& identity);

    Shared m_shared;
    RoomMaker m_roomMaker;
    Terms m_terms;
    std::optional<util::BootTime> m_doubtfulSince;
};

} // namespace warp::engine
