// What lies between virtual machines: addresses, names, latencies and link faults.
// Shared by everything that VirtualNetwork makes; lives in the scheduler's one thread.
#pragma once

#include "core/sim/scheduler.h"
#include "core/util/clock.h"
#include "core/util/random.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warp::sim {

enum class LinkState : std::uint8_t {
    Up,
    Silent, ///< packets vanish and are sent again for ever: it works on when the link comes back
    Down,   ///< like Silent for what is connected; new connections hear "unreachable"
};

enum class Chunking : std::uint8_t {
    None,        ///< bytes of one send() arrive together
    Random,      ///< split at random places and joined with what comes next
    SingleBytes, ///< every byte alone
};

struct LinkOptions
{
    util::Duration latencyMin{std::chrono::microseconds(100)};
    util::Duration latencyMax{std::chrono::milliseconds(2)};
    Chunking chunking = Chunking::Random;
    /// Bytes of one direction that the systems on both sides hold for a reader who is slow.
    std::size_t windowBytes = 64 * 1024;
    /// How long a connection waits for a peer that takes nothing.
    util::Duration writeStallLimit{std::chrono::seconds(30)};
};

class Fabric final
{
public:
    Fabric(Scheduler& scheduler, LinkOptions options);

    [[nodiscard]] Scheduler& scheduler() { return m_scheduler; }
    [[nodiscard]] util::Random& random() { return m_random; }
    [[nodiscard]] LinkOptions& options() { return m_options; }
    [[nodiscard]] ExecutorRef environment() { return ExecutorRef(m_scheduler.environment()); }

    /// `task` on the environment after `delay`.
    void delay(util::Duration delay, util::Task task);

    void addMachine(const std::string& address) { m_machines.insert(address); }
    void addName(std::string name, std::string address);
    /// The machine that `host` means on machine `from`; nothing for an unknown name.
    [[nodiscard]] std::optional<std::string> resolve(const std::string& from,
                                                     const std::string& host) const;
    [[nodiscard]] bool hasMachine(const std::string& address) const
    {
        return m_machines.contains(address);
    }

    void setLink(const std::string& one, const std::string& other, LinkState state);
    [[nodiscard]] LinkState link(const std::string& one, const std::string& other) const;
    /// One way, drawn for each packet.
    [[nodiscard]] util::Duration drawLatency();
    /// Sizes of the pieces in which `size` bytes arrive; their sum is `size`.
    [[nodiscard]] std::vector<std::size_t> drawPieces(std::size_t size);

private:
    Scheduler& m_scheduler;
    LinkOptions m_options;
    util::SeededRandom m_random;
    std::set<std::string> m_machines;
    std::map<std::string, std::string> m_names;
    std::map<std::pair<std::string, std::string>, LinkState> m_links; ///< those that are not up
};

/// 127.0.0.1, ::1 and localhost mean the machine itself.
[[nodiscard]] bool isLoopback(std::string_view host);

} // namespace warp::sim
