#include "core/stratum/v2/channel_table.h"

#include "core/stratum/v2/channel_messages.h"
#include "core/stratum/v2/job_messages.h"
#include "core/stratum/v2/message_codec.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

namespace warp::stratum::v2 {

Channel* ChannelTable::open(Opening opening, util::BootTime now)
{
    const bool isThreadFull =
        !m_channels.empty() && m_context.extranonces.inUse() >= MAX_CHANNELS_OF_THREAD;
    // A number is never given twice; two may be needed.
    if (isThreadFull || m_channels.size() >= MAX_CHANNELS ||
        m_nextId >= std::numeric_limits<std::uint32_t>::max() - 1) {
        return nullptr;
    }
    const auto extranonce1 = m_context.extranonces.allocate();
    if (!extranonce1) {
        return nullptr;
    }
    Group* group = nullptr;
    if (opening.grouping == Grouping::ByPayout) {
        group = &m_groups[opening.worker.payoutKey];
        group->id = group->id == 0 ? m_nextId++ : group->id;
    }
    auto made = std::make_unique<Channel>(m_context,
                                          ChannelTerms{.id = m_nextId++,
                                                       .group = group == nullptr ? 0 : group->id,
                                                       .kind = opening.kind,
                                                       .worker = std::move(opening.worker),
                                                       .extranonce1 = *extranonce1},
                                          opening.userAgent, now);
    Channel* const channel = made.get();
    m_channels.emplace(channel->terms().id, std::move(made));
    if (group != nullptr) {
        group->members.push_back(channel);
    }
    return channel;
}

Channel* ChannelTable::find(std::uint32_t id) const
{
    const auto found = m_channels.find(id);
    return found == m_channels.end() ? nullptr : found->second.get();
}

const Channel* ChannelTable::findClosed(std::uint32_t id) const
{
    const auto found = std::ranges::find_if(
        m_closed, [id](const auto& closed) { return closed->terms().id == id; });
    return found == m_closed.end() ? nullptr : found->get();
}

void ChannelTable::close(std::uint32_t id)
{
    if (const auto found = m_channels.find(id); found != m_channels.end()) {
        erase(found);
        return;
    }
    for (auto it = m_channels.begin(); it != m_channels.end();) {
        const bool isMember = id != 0 && it->second->terms().group == id;
        it = isMember ? erase(it) : std::next(it);
    }
}

void ChannelTable::closeAll()
{
    while (!m_channels.empty()) {
        erase(m_channels.begin());
    }
}

ChannelTable::ChannelMap::iterator ChannelTable::erase(ChannelMap::iterator channel)
{
    const Channel& gone = *channel->second;
    const ChannelTerms& terms = gone.terms();
    if (m_context.memory != nullptr && gone.provenRate().value() > 0) {
        m_context.memory->remember(terms.worker.full, gone.minerClass(), gone.provenRate());
    }
    // The allocator goes through all others before it gives this one again: no job lives so long.
    m_context.extranonces.release(terms.extranonce1);
    if (const auto group = m_groups.find(terms.worker.payoutKey);
        terms.group != 0 && group != m_groups.end()) {
        std::erase(group->second.members, &gone);
        if (group->second.members.empty()) {
            m_groups.erase(group);
        }
    }
    m_closed.push_back(std::move(channel->second));
    if (m_closed.size() > MAX_CLOSED_CHANNELS) {
        m_closed.pop_front();
    }
    return m_channels.erase(channel);
}

void ChannelTable::setJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
                           util::Bytes& frames)
{
    if (m_tip != jobs->current()->tipNumber) {
        m_tip = jobs->current()->tipNumber;
        m_closed.clear();
    }
    for (const auto& [id, channel] : m_channels) {
        channel->setJobs(jobs, now);
    }
    for (const auto& [key, group] : m_groups) {
        const bool isForAll = std::ranges::all_of(
            group.members, [](const Channel* member) { return member->needsWork(); });
        if (group.members.size() > 1 && isForAll) {
            deliver(group, now, frames);
        }
    }
    for (const auto& [id, channel] : m_channels) {
        if (channel->needsWork()) {
            channel->appendTarget(now, frames);
            channel->appendWork(m_nextJobId++, frames);
        }
    }
}

void ChannelTable::deliver(const Group& group, util::BootTime now, util::Bytes& frames)
{
    bool isNewPrevHash = false;
    for (Channel* const member : group.members) {
        member->appendTarget(now, frames);
        isNewPrevHash = isNewPrevHash || member->needsPrevHash();
    }
    const mining::Job& job = group.members.front()->current();
    const std::uint32_t jobId = m_nextJobId++;
    appendExtendedJob(frames, job,
                      {.channelId = group.id,
                       .jobId = jobId,
                       .minTime = isNewPrevHash ? std::nullopt : std::optional(job.time)},
                      m_context.versionMask);
    if (isNewPrevHash) {
        appendPrevHash(frames, job, group.id, jobId);
    }
    for (Channel* const member : group.members) {
        member->noteSent(jobId, isNewPrevHash ? Channel::Activation::NewPrevHash
                                              : Channel::Activation::Active);
    }
}

void ChannelTable::start(Channel& channel, const std::shared_ptr<const mining::JobSet>& jobs,
                         util::BootTime now, util::Bytes& frames)
{
    channel.setJobs(jobs, now);
    if (channel.needsWork()) {
        channel.appendWork(m_nextJobId++, frames);
    }
}

void ChannelTable::withdraw()
{
    for (const auto& [id, channel] : m_channels) {
        channel->withdraw();
    }
}

void ChannelTable::follow(Channel& channel, util::BootTime now, util::Bytes& frames)
{
    if (channel.hasChange()) {
        deliverVariant(channel, now, frames);
    }
}

void ChannelTable::deliverVariant(Channel& channel, util::BootTime now, util::Bytes& frames)
{
    if (channel.appendVariant(m_nextJobId, now, frames)) {
        ++m_nextJobId;
    }
}

void ChannelTable::repeat(util::BootTime now, util::Bytes& frames)
{
    for (const auto& [id, channel] : m_channels) {
        deliverVariant(*channel, now, frames);
    }
}

void ChannelTable::onTimer(util::BootTime now, util::Bytes& frames)
{
    for (const auto& [id, channel] : m_channels) {
        channel->answers().onTick(id, frames);
        channel->onTimer(now);
        follow(*channel, now, frames);
    }
}

void ChannelTable::sayHello(util::Bytes& frames) const
{
    if (!m_channels.empty()) {
        const Channel& any = *m_channels.begin()->second;
        appendFrame(frames, SetTarget{.channelId = any.terms().id, .maximumTarget = any.target()});
    }
}

void ChannelTable::answerAll(util::Bytes& frames)
{
    for (const auto& [id, channel] : m_channels) {
        channel->answers().flush(id, frames);
    }
}

util::Difficulty ChannelTable::difficulty() const
{
    double sum = 0;
    for (const auto& [id, channel] : m_channels) {
        sum += channel->difficulty().value();
    }
    return util::Difficulty(sum);
}

void ChannelTable::describeWorkers(SessionInfo& info) const
{
    struct Sums
    {
        double difficulty = 0;
        double rate = 0;
    };
    std::map<std::string_view, Sums> workers;
    for (const auto& [id, channel] : m_channels) {
        Sums& sums = workers[channel->terms().worker.full];
        sums.difficulty += channel->difficulty().value();
        sums.rate += channel->provenRate().value();
    }
    for (const auto& [name, sums] : workers) {
        info.workers.push_back(
            {.name = std::string(name), .difficulty = util::Difficulty(sums.difficulty)});
        if (sums.rate > 0) {
            info.rates.push_back({.worker = std::string(name), .rate = util::Hashrate(sums.rate)});
        }
    }
}

std::optional<std::string> ChannelTable::newestWorker() const
{
    return m_channels.empty() ? std::nullopt
                              : std::optional(m_channels.rbegin()->second->terms().worker.full);
}

} // namespace warp::stratum::v2
