// Miners as people are shown them: workers by name, their sessions, and the listeners they come by.
// Value types; any thread.
#pragma once

#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstdint>
#include <optional>
#include <string>

namespace warp::interfaces {

/// Shares by what became of them.
struct ShareCounters
{
    std::uint64_t accepted = 0;
    std::uint64_t late = 0; ///< accepted just after a change of tip; part of no statistics
    std::uint64_t unknownJob = 0;
    std::uint64_t stale = 0;
    std::uint64_t duplicate = 0;
    std::uint64_t lowDifficulty = 0;
    std::uint64_t badTime = 0;
    std::uint64_t badVersion = 0;
    std::uint64_t malformed = 0;
    std::uint64_t unauthorized = 0;
    std::uint64_t notSubscribed = 0;

    /// Sum of the difficulties of accepted shares: work is this times 2^32 hashes.
    double acceptedWork = 0;

    /// All that were refused, for whatever reason.
    [[nodiscard]] std::uint64_t refused() const
    {
        return unknownJob + stale + duplicate + lowDifficulty + badTime + badVersion + malformed +
               unauthorized + notSubscribed;
    }

    friend bool operator==(const ShareCounters&, const ShareCounters&) = default;
};

/// Rises by one with each change of these types, for whoever stores or transmits them.
inline constexpr std::uint32_t MINER_VIEW_FORMAT = 2;

/// One worker: all sessions that were authorized with one name.
struct WorkerView
{
    std::string name;  ///< the key: as authorized; unsanitised
    std::string label; ///< given by the owner; empty for none
    bool isHidden = false;
    std::string userAgent; ///< of its newest session; unsanitised
    std::uint32_t sessions = 0;
    util::Hashrate hashrate{};     ///< by accepted work of the last ten minutes
    util::Hashrate hashrateLow{};  ///< which it is above of, at 95 %
    util::Hashrate hashrateHigh{}; ///< which it is below of; without work all that can be said
    /// Of its newest session's miner, as it was when its last share came; 0 while unknown.
    util::Hashrate minerRate{};
    util::Difficulty difficulty{}; ///< asked of its newest session; 0 without one
    util::Difficulty bestRun{};    ///< since the program started
    util::Difficulty bestAllTime{};
    ShareCounters shares; ///< since the program started
    std::optional<util::WallTime> firstSeen;
    std::optional<util::WallTime> lastShare;

    friend bool operator==(const WorkerView&, const WorkerView&) = default;
};

struct SessionView
{
    std::uint64_t id = 0; ///< within one run of the program; what DisconnectMiner takes
    std::string worker;   ///< empty before it is authorized; unsanitised
    std::string peer;     ///< "host:port"
    std::string listener; ///< "host:port" that it came by
    std::string protocol; ///< "v1", "v2"; "both" on a port for both until its miner has spoken
    bool isTls = false;   ///< what it says is encrypted
    std::string userAgent;
    util::Difficulty difficulty{};
    util::Hashrate hashrate{}; ///< as those of WorkerView
    util::Hashrate hashrateLow{};
    util::Hashrate hashrateHigh{};
    ShareCounters shares;
    util::WallTime connectedAt{};
    std::optional<util::WallTime> lastShare;

    friend bool operator==(const SessionView&, const SessionView&) = default;
};

struct ListenerView
{
    std::string endpoint; ///< "host:port", as bound
    std::string protocol; ///< "v1", "v2" or "both"
    bool isTls = false;   ///< it takes miners with TLS
    bool isPlain = true;  ///< it takes miners without
    bool isOpen = false;
    std::string code; ///< why it is not, e.g. "listener_port_in_use"; empty if it is
    std::uint32_t miners = 0;
    std::uint32_t tlsMiners = 0; ///< of `miners`
    std::uint64_t refused = 0;   ///< connections that were not taken, since the start
    std::uint64_t failed = 0;    ///< that never began: handshake, PROXY header or silence

    friend bool operator==(const ListenerView&, const ListenerView&) = default;
};

} // namespace warp::interfaces
