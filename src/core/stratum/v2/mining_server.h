// The mining protocol of Stratum V2 as the pool speaks it to one client, on frames in plain:
// set-up, extensions, channels and groups, work, shares. Owned by the session of a connection.
#pragma once

#include "core/mining/job_set.h"
#include "core/mining/search_pace.h"
#include "core/stratum/session.h"
#include "core/stratum/v2/channel_table.h"
#include "core/stratum/v2/message_sets.h"
#include "core/stratum/v2/server_context.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace warp::stratum::v2 {

/// What a call has to say to the client, and what it makes of the connection.
struct ServerOutput
{
    util::Bytes& frames; ///< in plain, one after another
    Actions& actions;    ///< its `output` is left alone
};

/// A client that wants to select its own work is given none of the pool's, and is told that it may
/// not bring any, for job declaration is a service of its own.
class MiningServer final
{
public:
    MiningServer(ServerContext& context, util::BootTime now);

    /// Its time-outs count from here on, and no longer from the connection's start.
    void begin(util::BootTime now) { m_since = now; }
    /// A frame as it came. Nothing more is read after a close.
    void onFrame(const FrameHeader& header, util::ByteView payload, util::BootTime now,
                 ServerOutput out);
    // As stratum::Session has them.
    void onJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
                ServerOutput out);
    void withdrawJobs();
    void onTimer(util::BootTime now, ServerOutput out);
    void repeatWork(util::BootTime now, ServerOutput out);
    /// The pool is about to stop: answers what waits and asks the client to come back, unless it is
    /// known to take that badly.
    void onStopping(ServerOutput out);
    /// The client is gone: its channels are over.
    void leave() { m_channels.closeAll(); }

    [[nodiscard]] SessionInfo info() const;
    /// Of all channels together.
    [[nodiscard]] util::Difficulty difficulty() const { return m_channels.difficulty(); }
    /// Since the first channel.
    [[nodiscard]] bool isAuthorized() const { return m_hasOpened; }
    [[nodiscard]] std::size_t channels() const { return m_channels.size(); }
    /// Shares whose sequence number was not above those before it on its channel.
    [[nodiscard]] std::uint64_t unorderedShares() const { return m_unorderedShares; }

private:
    struct Call
    {
        util::BootTime now;
        ServerOutput out;
        util::ByteView trailing{};
    };

    void on(const UnknownMessage& message, const Call& call);
    void on(const SetupConnection& message, const Call& call);
    void on(const ChannelEndpointChanged& message, const Call& call);
    void on(const OpenStandardMiningChannel& message, const Call& call);
    void on(const OpenExtendedMiningChannel& message, const Call& call);
    void on(const UpdateChannel& message, const Call& call);
    void on(const CloseChannel& message, const Call& call);
    void on(const SubmitSharesStandard& message, const Call& call);
    void on(const SubmitSharesExtended& message, const Call& call);
    void on(const SetCustomMiningJob& message, const Call& call);
    void on(const RequestExtensions& message, const Call& call);
    /// What only servers send.
    template <class Other>
    void on(const Other& message, const Call& call);

    template <class Open>
    void open(const Open& message, ChannelKind kind, std::size_t extranonceSize, const Call& call);
    template <class Submit>
    void submit(const Submit& message, ChannelKind kind, util::ByteView extranonce,
                const Call& call);
    /// By whose name a share counts.
    [[nodiscard]] std::string workerOf(const Channel& channel, std::string_view name);
    [[nodiscard]] bool hasFlag(std::uint32_t flag) const { return (m_flags & flag) != 0; }

    ServerContext& m_context;
    ChannelTable m_channels;
    std::shared_ptr<const mining::JobSet> m_jobs; ///< nullptr while there is none to be sent
    std::string m_userAgent;                      ///< vendor and firmware
    std::string m_worker;                         ///< of the newest channel
    std::set<std::string, std::less<>> m_names;   ///< that extension 2 brought
    util::BootTime m_since;                       ///< heard, then set up
    util::BootTime m_lastOutput;
    mining::SearchPace m_searches;
    std::uint64_t m_unorderedShares = 0;
    std::uint32_t m_flags = 0;
    std::uint16_t m_unknownMessages = 0;
    bool m_isSetUp = false;
    bool m_hasOpened = false;
    bool m_hasWorkerNames = false; ///< extension 2 is agreed on
    bool m_isClosed = false;
};

} // namespace warp::stratum::v2
