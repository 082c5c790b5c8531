#include "core/net/opening_book.h"

#include <algorithm>
#include <utility>

namespace warp::net {

std::uint64_t OpeningBook::enter(const PeerIdentity& peer, const Limits& limits, util::Task giveWay)
{
    util::Task evict;
    std::uint64_t place = 0;
    {
        const util::MutexLock lock(m_mutex);
        const auto own = m_counts.find(peer);
        const bool hasMost = own != m_counts.end() && own->second >= limits.ofPeer;
        if (hasMost || m_entries.size() >= limits.all) {
            const auto victim = victimFor(peer, m_entries, m_counts, limits);
            if (victim == m_entries.end()) {
                return 0;
            }
            evict = std::move(victim->second.giveWay);
            remove(victim);
        }
        place = ++m_last;
        m_entries.emplace(place, Entry{.peer = peer, .giveWay = std::move(giveWay)});
        ++m_counts[peer];
    }
    if (evict) {
        evict();
    }
    return place;
}

OpeningBook::Entries::iterator OpeningBook::victimFor(const PeerIdentity& peer, Entries& entries,
                                                      const Counts& counts, const Limits& limits)
{
    const auto oldest = [&entries](const auto& isRight) {
        return std::ranges::find_if(entries,
                                    [&](const auto& entry) { return isRight(entry.second); });
    };
    const auto own = counts.find(peer);
    const std::size_t ofOwn = own == counts.end() ? 0 : own->second;
    if (ofOwn >= limits.ofPeer) {
        // What a power cut left behind gives way; a handshake under way does not.
        return oldest([&](const Entry& entry) { return entry.isSilent && entry.peer == peer; });
    }
    std::size_t most = 0;
    for (const auto& [identity, count] : counts) {
        most = std::max(most, count);
    }
    const auto isOfMost = [&](const Entry& entry) { return counts.at(entry.peer) == most; };
    const auto silent =
        oldest([&](const Entry& entry) { return entry.isSilent && isOfMost(entry); });
    return silent != entries.end() || most <= ofOwn ? silent : oldest(isOfMost);
}

void OpeningBook::noteHeard(std::uint64_t place)
{
    const util::MutexLock lock(m_mutex);
    if (const auto entry = m_entries.find(place); entry != m_entries.end()) {
        entry->second.isSilent = false;
    }
}

void OpeningBook::rename(std::uint64_t place, const PeerIdentity& peer)
{
    const util::MutexLock lock(m_mutex);
    const auto entry = m_entries.find(place);
    if (entry == m_entries.end()) {
        return;
    }
    Entry moved{.peer = peer,
                .giveWay = std::move(entry->second.giveWay),
                .isSilent = entry->second.isSilent};
    remove(entry);
    m_entries.emplace(place, std::move(moved));
    ++m_counts[peer];
}

void OpeningBook::leave(std::uint64_t place)
{
    const util::MutexLock lock(m_mutex);
    if (const auto entry = m_entries.find(place); entry != m_entries.end()) {
        remove(entry);
    }
}

std::size_t OpeningBook::size() const
{
    const util::MutexLock lock(m_mutex);
    return m_entries.size();
}

void OpeningBook::remove(Entries::iterator entry)
{
    const auto count = m_counts.find(entry->second.peer);
    if (--count->second == 0) {
        m_counts.erase(count);
    }
    m_entries.erase(entry);
}

} // namespace warp::net
