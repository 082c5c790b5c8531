// What an io thread tells of its miners once a second, for statistics and the store. Value types;
// handed from one executor to another as a whole.
#pragma once

#include "core/interfaces/history.h"
#include "core/mining/share.h"
#include "core/net/connection.h"
#include "core/stratum/session.h"
#include "core/util/duration_histogram.h"
#include "core/util/strong.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace warp::engine {

/// Shares by what became of them.
struct ShareTally
{
    std::array<std::uint64_t, mining::SHARE_CODE_COUNT> byCode{};
    double acceptedWork = 0; ///< sum of difficulties
    util::Difficulty best{}; ///< of accepted shares and blocks

    void add(const mining::ShareVerdict& verdict);
    [[nodiscard]] std::uint64_t accepted() const
    {
        return byCode[static_cast<std::size_t>(mining::ShareCode::Accepted)];
    }

    friend bool operator==(const ShareTally&, const ShareTally&) = default;
};

/// One worker's shares by one io thread since the batch before.
struct WorkerDelta
{
    std::string worker; ///< as authorized, at most 256 bytes; unsanitised
    ShareTally shares;
    /// The best share of this time, where it beats all that this thread had seen of the worker.
    /// `foundAt` is left to the receiver, which is at most a second late.
    std::optional<interfaces::BestShare> best;

    friend bool operator==(const WorkerDelta&, const WorkerDelta&) = default;
};

/// Where a session came from; does not change.
struct SessionOrigin
{
    std::string peer;         ///< "host:port"
    std::size_t listener = 0; ///< number of the listener that it came by
    net::Encryption encryption = net::Encryption::None;

    friend bool operator==(const SessionOrigin&, const SessionOrigin&) = default;
};

/// A session that is new or changed, or whose miner sent shares.
struct SessionDelta
{
    std::uint64_t id = 0;                ///< interfaces::SessionView::id
    std::optional<SessionOrigin> origin; ///< in the first delta of a session
    std::string worker;                  ///< its newest; empty before it is authorized
    std::string userAgent;
    util::Difficulty difficulty{};
    util::Hashrate provenRate{}; ///< as stratum::SessionInfo has it, as the next one
    std::string rateWorker{};
    /// Nothing before the miner has said anything.
    std::optional<stratum::Wire> wire;
    ShareTally shares; ///< since the delta before

    friend bool operator==(const SessionDelta&, const SessionDelta&) = default;
};

/// What happened at a listener.
struct ListenerDelta
{
    std::int64_t miners = 0;
    std::int64_t tlsMiners = 0; ///< of them
    std::uint64_t refused = 0;  ///< connections
    std::uint64_t failed = 0;   ///< that never began

    friend bool operator==(const ListenerDelta&, const ListenerDelta&) = default;
};

/// What one io thread counted since its last batch.
struct ShareBatch
{
    ShareTally shares; ///< of all its miners
    std::int64_t connectionsDelta = 0;
    std::uint64_t authorized = 0;      ///< sessions
    std::uint64_t disconnected = 0;    ///< sessions that were authorized
    util::DurationHistogram replies{}; ///< of shares
    std::vector<WorkerDelta> workers{};
    std::vector<SessionDelta> sessions{};
    std::vector<std::uint64_t> closed{};    ///< ids of sessions that had a delta and are over
    std::vector<ListenerDelta> listeners{}; ///< by number; may be shorter than there are listeners

    friend bool operator==(const ShareBatch&, const ShareBatch&) = default;
};

/// @param found  an accepted share of this difficulty
[[nodiscard]] interfaces::BestShare toBestShare(const mining::FoundBlock& found,
                                                util::Difficulty difficulty, std::string worker);

} // namespace warp::engine
