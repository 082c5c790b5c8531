#include "core/stratum/v2/client_channel.h"

#include <algorithm>
#include <utility>

namespace warp::stratum::v2 {

namespace {

constexpr auto NO_WORK = nullptr;

} // namespace

ClientChannel::ClientChannel(ClientHabits habits, Terms terms)
    : m_habits(habits)
    , m_terms(std::move(terms))
{}

bool ClientChannel::isMeant(std::uint32_t id) const
{
    return id == m_terms.id || (!isEspMiner() && m_terms.group != 0 && id == m_terms.group);
}

void ClientChannel::setExtranoncePrefix(util::ByteView prefix)
{
    m_terms.extranoncePrefix.assign(prefix.begin(), prefix.end());
}

ClientChannel::Step ClientChannel::onJob(const NewMiningJob& message)
{
    auto work = std::make_shared<ClientWork>();
    work->jobId = message.jobId;
    work->version = message.version;
    work->versionMask = m_terms.versionMask; // a standard job has no say in it (5.3.15)
    work->merkleRoot = message.merkleRoot;
    return take(std::move(work), message.minNtime);
}

ClientChannel::Step ClientChannel::onJob(const NewExtendedMiningJob& message)
{
    if (isEspMiner() && message.merklePath.size() > LONGEST_ESP_PATH) {
        return Step(NO_WORK);
    }
    auto work = std::make_shared<ClientWork>();
    work->jobId = message.jobId;
    work->version = message.version;
    work->versionMask = message.versionRollingAllowed ? m_terms.versionMask : 0;
    work->coinbasePrefix.assign(message.coinbaseTxPrefix.bytes.begin(),
                                message.coinbaseTxPrefix.bytes.end());
    work->coinbaseSuffix.assign(message.coinbaseTxSuffix.bytes.begin(),
                                message.coinbaseTxSuffix.bytes.end());
    work->branch = message.merklePath.toVector();
    return take(std::move(work), message.minNtime);
}

ClientChannel::Step ClientChannel::take(std::shared_ptr<ClientWork> work,
                                        std::optional<std::uint32_t> minTime)
{
    if (m_known.contains(work->jobId)) {
        return isEspMiner() ? Step(NO_WORK) : util::Unexpected(ClientFailure::RepeatedJob);
    }
    if (m_known.size() < MAX_KNOWN_JOBS) {
        m_known.insert(work->jobId);
    }
    work->extranoncePrefix = m_terms.extranoncePrefix;
    work->extranonceSize = m_terms.extranonceSize;
    if (!minTime || (isEspMiner() && *minTime == 0)) {
        return keepFuture(std::move(work));
    }
    if (m_bits == 0) {
        return isEspMiner() ? Step(NO_WORK) : util::Unexpected(ClientFailure::UnexpectedMessage);
    }
    work->previous = m_previous;
    work->bits = m_bits;
    work->minTime = *minTime;
    work->target = m_terms.target;
    return Step(std::move(work));
}

ClientChannel::Step ClientChannel::keepFuture(std::shared_ptr<ClientWork> work)
{
    const std::uint32_t place = isEspMiner() ? work->jobId % FUTURE_RING : work->jobId;
    if (m_future.size() >= MAX_FUTURE_JOBS) {
        return util::Unexpected(ClientFailure::UnexpectedMessage);
    }
    m_future[place] = std::move(work);
    return Step(NO_WORK);
}

ClientChannel::Step ClientChannel::onPrevHash(const SetNewPrevHash& message)
{
    m_previous = message.prevHash;
    m_bits = message.nbits;
    const std::uint32_t place = isEspMiner() ? message.jobId % FUTURE_RING : message.jobId;
    const auto found = m_future.find(place);
    if (found == m_future.end() || found->second->jobId != message.jobId) {
        return isEspMiner() ? Step(NO_WORK) : util::Unexpected(ClientFailure::UnknownJob);
    }
    const std::shared_ptr<ClientWork> work = std::move(found->second);
    // Only the job that is named is valid; whatever else was queued is not (5.3.17).
    m_future.clear();
    m_known = {message.jobId};
    work->previous = m_previous;
    work->bits = m_bits;
    work->minTime = message.minNtime;
    work->target = m_terms.target;
    work->isNewPrevious = true;
    return Step(work);
}

std::uint32_t ClientChannel::addShare(std::uint64_t tag)
{
    if (m_pending.size() == MAX_PENDING_SHARES) {
        m_pending.pop_front();
        m_hasForgotten = true;
    }
    m_pending.push_back({.sequence = m_nextSequence, .tag = tag});
    return m_nextSequence++;
}

util::Result<std::vector<std::uint64_t>, ClientFailure>
ClientChannel::settle(const SubmitSharesSuccess& message)
{
    const auto last =
        std::ranges::find(m_pending, message.lastSequenceNumber, &PendingShare::sequence);
    const auto end = last == m_pending.end() ? m_pending.begin() : std::next(last);
    std::vector<std::uint64_t> tags;
    std::transform(m_pending.begin(), end, std::back_inserter(tags),
                   [](const PendingShare& share) { return share.tag; });
    m_pending.erase(m_pending.begin(), end);
    // Shares are answered in their order, those that are refused at once: what is left before the
    // last one was accepted with it (5.3.13).
    if (!isEspMiner() && !m_hasForgotten && tags.size() != message.newSubmitsAcceptedCount) {
        return util::Unexpected(ClientFailure::WrongShareCount);
    }
    return tags;
}

std::optional<std::uint64_t> ClientChannel::refuse(std::uint32_t sequenceNumber)
{
    const auto found = std::ranges::find(m_pending, sequenceNumber, &PendingShare::sequence);
    if (found == m_pending.end()) {
        return std::nullopt;
    }
    const std::uint64_t tag = found->tag;
    m_pending.erase(found);
    return tag;
}

} // namespace warp::stratum::v2
