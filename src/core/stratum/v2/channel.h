// One mining channel: a worker, its part of the search space, its difficulty, and what of the
// pool's work it was sent. Owned by the session of its connection.
#pragma once

#include "core/bitcoin/target.h"
#include "core/mining/job_set.h"
#include "core/mining/search_pace.h"
#include "core/mining/share_validator.h"
#include "core/stratum/authorize.h"
#include "core/stratum/session_difficulty.h"
#include "core/stratum/v2/channel_kind.h"
#include "core/stratum/v2/server_context.h"
#include "core/stratum/v2/share_batch_answer.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace warp::stratum::v2 {

struct ChannelTerms
{
    std::uint32_t id = 0;
    std::uint32_t group = 0; ///< 0: none, for a device that knows no extended jobs
    ChannelKind kind = ChannelKind::Extended;
    WorkerName worker;
    mining::Extranonce1 extranonce1{};
};

/// What a client says of itself when it opens or updates a channel.
struct ChannelWish
{
    double nominalRate = 0;    ///< hashes per second; 0: not known
    bitcoin::Target maxTarget; ///< it can do no easier one
};

/// A share as either message brings it.
struct SubmittedShare
{
    std::uint32_t jobId = 0;
    std::uint32_t nonce = 0;
    std::uint32_t time = 0;
    std::uint32_t version = 0; ///< the whole field of the header
    util::ByteView extranonce; ///< what the client filled; empty on a standard channel
    /// What is wrong with its message, which leaves it to be a block and nothing else.
    std::optional<mining::ShareCode> fault{};
};

/// A target is the channel's upper limit for a hash. It is never easier than the client's own
/// limit; but for that it is never harder than the network's target.
///
/// Jobs have numbers of the connection, which rise by one, since devices keep them in small rings
/// (ESP-Miner: eight by number). A SetNewPrevHash makes all jobs stale but the one that it names. A
/// change of target is followed at once by other work, for devices apply it to what they have
/// (stratum-mining/stratum#1648).
class Channel final
{
public:
    /// @param userAgent  of the device, for its class
    Channel(ServerContext& context, ChannelTerms terms, std::string_view userAgent,
            util::BootTime now);

    [[nodiscard]] const ChannelTerms& terms() const { return m_terms; }
    /// The bytes of the extranonce that the client cannot choose.
    [[nodiscard]] util::Bytes extranoncePrefix() const;

    /// The channel opens: sets its target. Before any work.
    /// @param jobs  the pool's present work, nullptr while there is none
    void begin(const ChannelWish& wish, const std::shared_ptr<const mining::JobSet>& jobs,
               util::BootTime now);
    /// The client's state has changed.
    void update(const ChannelWish& wish, util::BootTime now);
    /// In force.
    [[nodiscard]] bitcoin::Target target() const;
    [[nodiscard]] util::Difficulty difficulty() const { return m_validator.difficulty(); }
    [[nodiscard]] util::Hashrate provenRate() const { return m_difficulty.provenRate(); }
    [[nodiscard]] mining::MinerClass minerClass() const { return m_difficulty.minerClass(); }

    /// New work of the pool's; sent by what follows. Nothing of it where its payout key has none.
    void setJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now);
    /// Nothing is sent until setJobs().
    void withdraw() { m_isWithdrawn = true; }
    /// Whether there is work that the client was not sent and may have.
    [[nodiscard]] bool needsWork() const;
    /// With work only: whether the client is to give up all other work for the current job, since
    /// that builds on another tip, with other bits, or begins anew on the same one.
    [[nodiscard]] bool needsPrevHash() const;
    /// With work only.
    [[nodiscard]] const mining::Job& current() const { return *m_jobs->current(); }
    /// Appends SetTarget where the target is to change with the current job, which follows.
    void appendTarget(util::BootTime now, util::Bytes& frames);
    /// The client has been sent the current job, on its own or with its group.
    enum class Activation : std::uint8_t { Active, NewPrevHash };
    void noteSent(std::uint32_t jobId, Activation activation);
    /// Appends the current job for this channel alone, with the previous hash where it is another.
    void appendWork(std::uint32_t jobId, util::Bytes& frames);

    /// Whether the target is to change and there can be other work for it.
    [[nodiscard]] bool hasChange() const;
    /// Appends the target in force, or the one to be, and other work for it.
    /// @return whether there was other work
    bool appendVariant(std::uint32_t jobId, util::BootTime now, util::Bytes& frames);

    /// Counts an accepted share for the difficulty.
    /// @param searches  of the connection
    [[nodiscard]] mining::ShareVerdict judge(const SubmittedShare& share, util::BootTime now,
                                             mining::SearchPace& searches);
    /// The block test alone, for a share that comes when the channel is closed.
    [[nodiscard]] std::optional<mining::FoundBlock>
    findBlock(const SubmittedShare& share, util::BootTime now, mining::SearchPace& searches) const;
    [[nodiscard]] ShareBatchAnswer& answers() { return m_answers; }
    /// Of a share that came.
    /// @return whether it is above all numbers before, as it should be
    bool noteSequence(std::uint32_t number);
    void onTimer(util::BootTime now);

private:
    struct SentJob
    {
        std::uint32_t id = 0; ///< the client's
        util::JobId job{};    ///< ours, perhaps a variant
        std::uint32_t minTime = 0;
    };

    void remember(const SentJob& sent);
    [[nodiscard]] const SentJob* find(std::uint32_t jobId) const;
    [[nodiscard]] mining::ShareVerdict refuse(mining::ShareCode code, const mining::Share& share,
                                              const mining::ShareValidator::Terms& terms) const;
    [[nodiscard]] std::optional<mining::ShareCode> faultOf(const SubmittedShare& share,
                                                           const SentJob* sent) const;
    [[nodiscard]] std::optional<util::Difficulty> takeChange(util::BootTime now);
    void appendJob(const mining::Job& job, std::uint32_t jobId,
                   std::optional<std::uint32_t> minTime, util::Bytes& frames) const;

    ServerContext& m_context;
    ChannelTerms m_terms;
    mining::ShareValidator m_validator;
    SessionDifficulty m_difficulty;
    ShareBatchAnswer m_answers;
    std::shared_ptr<const mining::JobSet> m_jobs;
    std::vector<SentJob> m_sent;          ///< oldest first
    util::Difficulty m_least{};           ///< by the client's own limit
    util::Difficulty m_network{};         ///< largest that the current job allows; 0: not known
    std::optional<util::JobId> m_current; ///< sent last, not of a variant
    std::optional<std::uint32_t> m_sequence;
    std::uint32_t m_firstJobId = 0; ///< of those sent; 0: none
    std::uint32_t m_validSince = 0; ///< earlier numbers are stale
    std::uint32_t m_tip = 0;        ///< Job::tipNumber, sent last
    std::uint32_t m_bits = 0;       ///< sent last; 0: none
    std::uint8_t m_variant = 0;     ///< number of the last one of m_current
    std::uint8_t m_changesSinceTick = 0;
    bool m_isWithdrawn = false;
};

} // namespace warp::stratum::v2
