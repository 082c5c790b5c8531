// One mining channel as its client sees it: the jobs that came, which of them is to be hashed, the
// target, and the shares that wait for an answer. Owned by a ClientSession.
#pragma once

#include "core/stratum/v2/channel_messages.h"
#include "core/stratum/v2/client_events.h"
#include "core/stratum/v2/work_messages.h"
#include "core/util/bytes.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace warp::stratum::v2 {

class ClientChannel final
{
public:
    /// Of ESP-Miner.
    static constexpr std::uint32_t FUTURE_RING = 8;
    static constexpr std::size_t LONGEST_ESP_PATH = 20;
    /// Jobs that are kept at once; one more is a fault of the server's.
    static constexpr std::size_t MAX_FUTURE_JOBS = 64;
    /// Numbers that are remembered, against their being given twice.
    static constexpr std::size_t MAX_KNOWN_JOBS = 4096;
    /// Submits without an answer; beyond it the oldest is forgotten and its answer ignored.
    static constexpr std::size_t MAX_PENDING_SHARES = 4096;

    /// Work, where the message made some.
    using Step = util::Result<std::shared_ptr<const ClientWork>, ClientFailure>;

    struct Terms
    {
        std::uint32_t id = 0;
        std::uint32_t group = 0;
        util::Bytes extranoncePrefix;
        std::size_t extranonceSize = 0;
        bitcoin::Target target;
        std::uint32_t versionMask = 0; ///< where a job allows it
    };

    ClientChannel(ClientHabits habits, Terms terms);

    [[nodiscard]] std::uint32_t id() const { return m_terms.id; }
    [[nodiscard]] std::size_t extranonceSize() const { return m_terms.extranonceSize; }
    /// Whether a message for this number is for the channel: its own, or its group's.
    [[nodiscard]] bool isMeant(std::uint32_t id) const;
    void setGroup(std::uint32_t group) { m_terms.group = group; }
    /// For jobs that come after it.
    void setExtranoncePrefix(util::ByteView prefix);
    /// For jobs that come after it, and for those that wait to become active.
    void setTarget(const bitcoin::Target& target) { m_terms.target = target; }

    [[nodiscard]] Step onJob(const NewMiningJob& message);
    [[nodiscard]] Step onJob(const NewExtendedMiningJob& message);
    [[nodiscard]] Step onPrevHash(const SetNewPrevHash& message);

    /// The number of a share that is about to be sent.
    [[nodiscard]] std::uint32_t addShare(std::uint64_t tag);
    /// Tags of the shares that this answer accepts.
    [[nodiscard]] util::Result<std::vector<std::uint64_t>, ClientFailure>
    settle(const SubmitSharesSuccess& message);
    /// Tag of the share that was refused; nothing where none waits by this number.
    [[nodiscard]] std::optional<std::uint64_t> refuse(std::uint32_t sequenceNumber);

private:
    struct PendingShare
    {
        std::uint32_t sequence = 0;
        std::uint64_t tag = 0;
    };

    [[nodiscard]] Step take(std::shared_ptr<ClientWork> work, std::optional<std::uint32_t> minTime);
    [[nodiscard]] Step keepFuture(std::shared_ptr<ClientWork> work);
    [[nodiscard]] bool isEspMiner() const { return m_habits == ClientHabits::EspMiner; }

    ClientHabits m_habits;
    Terms m_terms;
    std::map<std::uint32_t, std::shared_ptr<ClientWork>>
        m_future;                    ///< by number, or place in a ring
    std::set<std::uint32_t> m_known; ///< numbers of jobs since the last previous hash
    bitcoin::Hash256 m_previous{};
    std::uint32_t m_bits = 0;           ///< 0: no previous hash yet
    std::deque<PendingShare> m_pending; ///< in order of sending
    std::uint32_t m_nextSequence = 0;
    bool m_hasForgotten = false;
};

} // namespace warp::stratum::v2
