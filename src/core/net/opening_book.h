// The connections of a listener that have not begun yet: who holds how many places, and who gives
// way where there is none left. One for all io threads, behind a leaf lock.
#pragma once

#include "core/net/peer_identity.h"
#include "core/util/executor.h"
#include "core/util/mutex.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace warp::net {

class OpeningBook final
{
public:
    struct Limits
    {
        std::size_t all = 0;
        std::size_t ofPeer = 0; ///< whoever shares its address, too
    };

    /// @param giveWay  called on any thread, at most once, when another one takes its place
    /// @return the place, or 0 where there is none
    [[nodiscard]] std::uint64_t enter(const PeerIdentity& peer, const Limits& limits,
                                      util::Task giveWay);
    /// It has sent something: those that have not give way first.
    void noteHeard(std::uint64_t place);
    /// It is another's than it seemed, as a proxy's header says; no limit of that one is asked.
    void rename(std::uint64_t place, const PeerIdentity& peer);
    /// Nothing where it had to give way before.
    void leave(std::uint64_t place);
    [[nodiscard]] std::size_t size() const;

private:
    struct Entry
    {
        PeerIdentity peer;
        util::Task giveWay;
        bool isSilent = true;
    };
    using Entries = std::map<std::uint64_t, Entry>; // the oldest first
    using Counts = std::map<PeerIdentity, std::size_t>;

    /// Whose place `peer` gets; the end where it gets none.
    [[nodiscard]] static Entries::iterator victimFor(const PeerIdentity& peer, Entries& entries,
                                                     const Counts& counts, const Limits& limits);
    void remove(Entries::iterator entry) WARP_THREAD_ANNOTATION(requires_capability(m_mutex));

    mutable util::Mutex m_mutex;
    Entries m_entries GUARDED_BY(m_mutex);
    Counts m_counts GUARDED_BY(m_mutex);
    std::uint64_t m_last GUARDED_BY(m_mutex) = 0;
};

} // namespace warp::net
