// The channels of one connection and their groups: who has which number, and who gets which job
// when. Owned by the session of the connection.
#pragma once

#include "core/mining/job_set.h"
#include "core/stratum/session.h"
#include "core/stratum/v2/channel.h"
#include "core/stratum/v2/server_context.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::stratum::v2 {

/// Channels with the same coinbase form a group: where it has two members or more, they get one job
/// in common; a group of one is addressed by its channel (ESP-Miner reads nothing else).
class ChannelTable final
{
public:
    enum class Grouping : std::uint8_t { ByPayout, None };

    struct Opening
    {
        ChannelKind kind = ChannelKind::Extended;
        Grouping grouping = Grouping::ByPayout;
        WorkerName worker;
        std::string_view userAgent;
    };

    explicit ChannelTable(ServerContext& context)
        : m_context(context)
    {}
    ~ChannelTable() { closeAll(); }
    ChannelTable(const ChannelTable&) = delete;
    ChannelTable& operator=(const ChannelTable&) = delete;

    /// A channel that has no work yet. nullptr where there can be no more.
    [[nodiscard]] Channel* open(Opening opening, util::BootTime now);
    /// nullptr where there is none.
    [[nodiscard]] Channel* find(std::uint32_t id) const;
    /// One that was closed lately, while what it was sent may be a block; nullptr where there is
    /// none. For Channel::findBlock() alone.
    [[nodiscard]] const Channel* findClosed(std::uint32_t id) const;
    /// Of a channel, or of a group all; nothing where there is neither.
    void close(std::uint32_t id);
    void closeAll();

    /// New work for all, and what each lacks of it.
    void setJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
                 util::Bytes& frames);
    /// Its first work for a channel that has just opened: on its own, whatever its group.
    void start(Channel& channel, const std::shared_ptr<const mining::JobSet>& jobs,
               util::BootTime now, util::Bytes& frames);
    void withdraw();
    /// Other work with another target, where it is to change.
    void follow(Channel& channel, util::BootTime now, util::Bytes& frames);
    /// Targets and other work, to a client that does not seem to know them.
    void repeat(util::BootTime now, util::Bytes& frames);
    void onTimer(util::BootTime now, util::Bytes& frames);
    /// Says something that changes nothing.
    void sayHello(util::Bytes& frames) const;
    /// Answers the shares that wait for it.
    void answerAll(util::Bytes& frames);

    [[nodiscard]] std::size_t size() const { return m_channels.size(); }
    /// Of all together.
    [[nodiscard]] util::Difficulty difficulty() const;
    /// Puts in what is asked of each worker, and how fast it is.
    void describeWorkers(SessionInfo& info) const;
    /// Of the newest channel.
    [[nodiscard]] std::optional<std::string> newestWorker() const;

private:
    struct Group
    {
        std::uint32_t id = 0;
        std::vector<Channel*> members;
    };
    using ChannelMap = std::map<std::uint32_t, std::unique_ptr<Channel>>;

    ChannelMap::iterator erase(ChannelMap::iterator channel);
    void deliver(const Group& group, util::BootTime now, util::Bytes& frames);
    void deliverVariant(Channel& channel, util::BootTime now, util::Bytes& frames);

    ServerContext& m_context;
    ChannelMap m_channels;
    std::deque<std::unique_ptr<const Channel>> m_closed; ///< while their last tip lasts
    std::uint32_t m_tip = 0;                             ///< Job::tipNumber of the newest work
    std::map<mining::PayoutKey, Group> m_groups;
    std::uint32_t m_nextId = 1; ///< of channels and groups alike
    std::uint32_t m_nextJobId = 1;
};

} // namespace warp::stratum::v2
