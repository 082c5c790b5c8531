#include "core/engine/work_auditor.h"

#include "core/bitcoin/address.h"
#include "core/stratum/v1/client_messages.h"
#include "core/stratum/v1/notify_cache.h"
#include "core/stratum/v2/frame_header.h"
#include "core/stratum/v2/job_messages.h"
#include "core/stratum/v2/message_codec.h"
#include "core/stratum/v2/server_limits.h"
#include "core/stratum/v2/work_messages.h"
#include "core/util/log.h"

#include <fmt/format.h>

#include <utility>

namespace warp::engine {

namespace {

interfaces::CoinbaseView toView(const mining::DecodedCoinbase& coinbase)
{
    interfaces::CoinbaseView view{.height = coinbase.height.value_or(-1),
                                  .tag = coinbase.tag,
                                  .scriptSize = coinbase.scriptSize,
                                  .extranonceOffset = coinbase.extranonce.offset,
                                  .extranonceSize = coinbase.extranonce.size,
                                  .outputs = {},
                                  .total = coinbase.total,
                                  .witnessCommitment = coinbase.commitment,
                                  .weight = coinbase.weight};
    view.outputs.reserve(coinbase.outputs.size());
    for (const mining::DecodedOutput& output : coinbase.outputs) {
        view.outputs.push_back({.kind = std::string(name(output.kind)),
                                .address = output.address,
                                .value = output.value});
    }
    return view;
}

/// What of both protocols' messages has a fault, with what `judge` finds of it: the first one, and
/// the other where it does not say the same.
template <class Judge>
auto judgeSent(const mining::Job& job, const Judge& judge)
{
    const auto sent = sentWork(job);
    auto found = judge(sent);
    if (found.fault == mining::AuditFault::None) {
        const auto v2Sent = sentV2Work(job);
        if (v2Sent != sent) {
            found = judge(v2Sent);
        }
    }
    return found;
}

} // namespace

std::vector<interfaces::PayoutPartView> toView(const mining::PayoutSplit& split,
                                               bitcoin::Network network)
{
    std::vector<interfaces::PayoutPartView> parts;
    parts.reserve(split.parts.size());
    for (const mining::PayoutPart& part : split.parts) {
        parts.push_back(
            {.role = std::string(name(part.role)),
             .code = std::string(code(part.state)),
             .address = bitcoin::encodeAddress(part.script, network).value_or(std::string()),
             .due = part.due,
             .paid = part.paid});
    }
    return parts;
}

std::optional<mining::SentWork> sentWork(const mining::Job& job)
{
    std::string line = stratum::v1::notifyLine(job, mining::CleanJobs::Yes);
    line.pop_back(); // the end of line
    const auto message = stratum::v1::parseMessage(line);
    auto read = message ? stratum::v1::parseNotify(*message) : std::nullopt;
    if (!read) {
        return std::nullopt;
    }
    return mining::SentWork{.previous = read->previous,
                            .coinbaseStart = std::move(read->coinbasePrefix),
                            .coinbaseEnd = std::move(read->coinbaseSuffix),
                            .branch = std::move(read->branch),
                            .version = read->version,
                            .bits = read->bits,
                            .time = read->time};
}

std::optional<mining::SentWork> sentV2Work(const mining::Job& job)
{
    using namespace stratum::v2;
    constexpr std::uint32_t CHANNEL = 1;
    constexpr std::uint32_t JOB = 1;
    util::Bytes jobFrame;
    util::Bytes hashFrame;
    appendExtendedJob(jobFrame, job, {.channelId = CHANNEL, .jobId = JOB, .minTime = std::nullopt},
                      VERSION_MASK);
    appendPrevHash(hashFrame, job, CHANNEL, JOB);
    const auto work =
        decodePayload<NewExtendedMiningJob>(util::ByteView(jobFrame).subspan(FrameHeader::SIZE));
    const auto previous =
        decodePayload<SetNewPrevHash>(util::ByteView(hashFrame).subspan(FrameHeader::SIZE));
    if (!work || !previous) {
        return std::nullopt;
    }
    const util::ByteView start = work->message.coinbaseTxPrefix.bytes;
    const util::ByteView end = work->message.coinbaseTxSuffix.bytes;
    return mining::SentWork{.previous = previous->message.prevHash,
                            .coinbaseStart = util::Bytes(start.begin(), start.end()),
                            .coinbaseEnd = util::Bytes(end.begin(), end.end()),
                            .branch = work->message.merklePath.toVector(),
                            .version = work->message.version,
                            .bits = previous->message.nbits,
                            .time = previous->message.minNtime};
}

WorkAuditor::WorkAuditor(Hosted<Statistics>& statistics, std::string tag)
    : m_statistics(statistics)
    , m_tag(std::move(tag))
{}

void WorkAuditor::setPromise(std::shared_ptr<const mining::PayoutPolicy> policy,
                             bitcoin::Network network)
{
    m_policy = std::move(policy);
    m_network = network;
}

bool WorkAuditor::isGood(const mining::Job& job)
{
    const auto audit = judgeSent(job, [&](const std::optional<mining::SentWork>& sent) {
        return sent ? mining::auditWork(*sent, job, *m_policy, m_tag, m_network)
                    : mining::WorkAudit{.fault = mining::AuditFault::Unreadable};
    });
    report(job, audit);
    return audit.fault == mining::AuditFault::None;
}

bool WorkAuditor::isBranchGood(const mining::Job& job)
{
    const auto audit = judgeSent(job, [&](const std::optional<mining::SentWork>& sent) {
        return mining::WorkAudit{.fault = sent ? mining::auditBranch(*sent, job)
                                               : mining::AuditFault::Unreadable};
    });
    if (audit.fault == mining::AuditFault::None) {
        return true;
    }
    report(job, audit);
    return false;
}

void WorkAuditor::report(const mining::Job& job, const mining::WorkAudit& audit)
{
    const bool isRed = audit.fault != mining::AuditFault::None;
    ++m_audited;
    m_refused += isRed ? 1U : 0U;
    if (isRed) {
        LOG_ERROR(Mining, "job {:08x} is not as promised: {}", job.id.value(), code(audit.fault));
        m_statistics.post([detail = fmt::format("{}, job {:08x}", code(audit.fault),
                                                job.id.value())](Statistics& statistics) {
            statistics.raiseIssue(ISSUE, detail, interfaces::Severity::Critical);
        });
    } else if (m_isRed) {
        m_statistics.post([](Statistics& statistics) { statistics.clearIssue(ISSUE); });
    }
    if (isRed == m_isRed && m_reportedJob == job.id) {
        return;
    }
    m_isRed = isRed;
    m_reportedJob = job.id;
    interfaces::AuditView view{
        .state = isRed ? interfaces::AuditState::Red : interfaces::AuditState::Green,
        .code = std::string(code(audit.fault)),
        .jobId = job.id.value(),
        .audited = m_audited,
        .refused = m_refused,
        .parts = toView(audit.promise, m_network),
        .coinbase = audit.coinbase ? toView(*audit.coinbase) : interfaces::CoinbaseView{}};
    m_statistics.post([view = std::move(view)](Statistics& statistics) mutable {
        statistics.setAudit(std::move(view));
    });
}

} // namespace warp::engine
