#include "core/stratum/v2/mining_server.h"

#include "core/stratum/v2/error_codes.h"
#include "core/stratum/v2/message_codec.h"
#include "core/stratum/v2/share_errors.h"
#include "core/stratum/v2/tlv.h"
#include "core/util/log.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace warp::stratum::v2 {

namespace {

constexpr std::uint32_t KNOWN_FLAGS = mining_flags::REQUIRES_STANDARD_JOBS |
                                      mining_flags::REQUIRES_WORK_SELECTION |
                                      mining_flags::REQUIRES_VERSION_ROLLING;
constexpr std::array SUPPORTED_EXTENSIONS{EXTENSION_NEGOTIATION, EXTENSION_WORKER_HASHRATE};
/// Before the address, from clients of the reference implementation that mine alone.
constexpr std::string_view SOLO_PREFIX = "sri/solo/";
/// The user agent of a client that ends, with its miners, where it is asked to come back:
/// translator_sv2 to 0.6.0 has no code behind that message. A closed connection it survives.
constexpr std::string_view NEVER_ASKED_BACK = "SRI/Translator Proxy";

std::string userAgentOf(const SetupConnection& setup)
{
    std::string text(setup.vendor.substr(0, MAX_KEPT_TEXT_BYTES / 2));
    for (const std::string_view part : {setup.hardwareVersion, setup.firmware}) {
        if (!part.empty()) {
            text.append("/").append(part);
        }
    }
    return text.substr(0, MAX_KEPT_TEXT_BYTES);
}

std::string_view identityOf(std::string_view user)
{
    return user.starts_with(SOLO_PREFIX) ? user.substr(SOLO_PREFIX.size()) : user;
}

/// Whether the client would throw blocks away: its limit is harder than the network's target. Not
/// where that is as easy as the least difficulty or easier, which most miners' own limits are
/// beyond and which the testnets have for one block (BlockTemplate::maximumTime).
bool isBeyondNetwork(const bitcoin::Target& limit, const mining::JobSet* jobs)
{
    if (limit == bitcoin::Target()) {
        return true;
    }
    return jobs != nullptr && limit < jobs->current()->networkTarget &&
           jobs->current()->networkTarget < bitcoin::Target::difficultyOne();
}

std::string_view errorOf(AuthorizeRefusal refusal)
{
    switch (refusal) {
    case AuthorizeRefusal::NameMissing:
    case AuthorizeRefusal::NameTooLong:
    case AuthorizeRefusal::InvalidAddress:
    case AuthorizeRefusal::WrongNetwork:
        return error_codes::INVALID_USER_IDENTITY;
    case AuthorizeRefusal::TooManyWorkers:
        return error_codes::CHANNEL_CAPACITY_EXHAUSTED;
    case AuthorizeRefusal::TooOften:
        return error_codes::TOO_MANY_REQUESTS;
    case AuthorizeRefusal::NotReady:
        return error_codes::POOL_NOT_READY;
    case AuthorizeRefusal::OtherPayout:
    case AuthorizeRefusal::NotAllowed:
        break;
    }
    return error_codes::UNKNOWN_USER;
}

} // namespace

MiningServer::MiningServer(ServerContext& context, util::BootTime now)
    : m_context(context)
    , m_channels(context)
    , m_since(now)
    , m_lastOutput(now)
{}

void MiningServer::onFrame(const FrameHeader& header, util::ByteView payload, util::BootTime now,
                           ServerOutput out)
{
    if (m_isClosed) {
        return;
    }
    const std::size_t before = out.frames.size();
    const auto close = [&](CloseCause cause) {
        m_isClosed = true;
        out.actions.close = cause;
    };
    if (payload.size() > payloadLimit(Protocol::Mining, header)) {
        LOG_DEBUG(Stratum, "message {:#x} of {} bytes is too long", header.type, payload.size());
        close(CloseCause::BadMessage);
        return;
    }
    const auto decoded = decodeFrame<MiningMessage>(header, payload);
    if (!decoded) {
        LOG_DEBUG(Stratum, "message {:#x} of {} bytes: {}", header.type, payload.size(),
                  describe(decoded.error()));
        close(CloseCause::BadMessage);
        return;
    }
    if (!m_isSetUp && !std::holds_alternative<SetupConnection>(decoded->message)) {
        close(CloseCause::BadMessage);
        return;
    }
    const Call call{.now = now, .out = out, .trailing = decoded->trailing};
    std::visit([&](const auto& message) { on(message, call); }, decoded->message);
    m_isClosed = m_isClosed || out.actions.close.has_value();
    if (out.frames.size() != before) {
        m_lastOutput = now;
    }
}

template <class Other>
void MiningServer::on(const Other& /*message*/, const Call& call)
{
    call.out.actions.close = CloseCause::BadMessage;
}

void MiningServer::on(const UnknownMessage& message, const Call& call)
{
    if (message.extension != 0) {
        return; // of an extension that was not agreed on: discarded silently (3.4.1)
    }
    LOG_DEBUG(Stratum, "unknown message {:#x}", message.type);
    if (++m_unknownMessages > MAX_UNKNOWN_MESSAGES) {
        call.out.actions.close = CloseCause::BadMessage;
    }
}

void MiningServer::on(const ChannelEndpointChanged& /*message*/, const Call& /*call*/)
{
    // Nothing is remembered of an endpoint.
}

void MiningServer::on(const SetupConnection& message, const Call& call)
{
    if (m_isSetUp) {
        call.out.actions.close = CloseCause::BadMessage;
        return;
    }
    const std::uint32_t forbidden =
        m_context.versionMask == 0 ? mining_flags::REQUIRES_VERSION_ROLLING : 0;
    const std::uint32_t unsupported = message.flags & (~KNOWN_FLAGS | forbidden);
    std::string_view error;
    if (message.protocol != static_cast<std::uint8_t>(Protocol::Mining)) {
        error = error_codes::UNSUPPORTED_PROTOCOL;
    } else if (message.minVersion > PROTOCOL_VERSION || message.maxVersion < PROTOCOL_VERSION) {
        error = error_codes::PROTOCOL_VERSION_MISMATCH;
    } else if (unsupported != 0) {
        error = error_codes::UNSUPPORTED_FEATURE_FLAGS;
    }
    if (!error.empty()) {
        const bool isForFlags = error == error_codes::UNSUPPORTED_FEATURE_FLAGS;
        appendFrame(call.out.frames, SetupConnectionError{.flags = isForFlags ? unsupported : 0,
                                                          .errorCode = error});
        call.out.actions.close = CloseCause::SetupRefused;
        return;
    }
    m_isSetUp = true;
    m_since = call.now;
    m_flags = message.flags;
    m_userAgent = userAgentOf(message);
    appendFrame(call.out.frames,
                SetupConnectionSuccess{.usedVersion = PROTOCOL_VERSION,
                                       .flags = m_context.versionMask == 0
                                                    ? mining_success_flags::REQUIRES_FIXED_VERSION
                                                    : 0});
}

void MiningServer::on(const RequestExtensions& message, const Call& call)
{
    std::vector<std::uint16_t> supported;
    std::vector<std::uint16_t> unsupported;
    for (const std::uint16_t extension : message.requestedExtensions.toVector()) {
        const bool isSupported =
            std::ranges::find(SUPPORTED_EXTENSIONS, extension) != SUPPORTED_EXTENSIONS.end();
        (isSupported ? supported : unsupported).push_back(extension);
    }
    if (supported.empty() && !unsupported.empty()) {
        appendFrame(call.out.frames, RequestExtensionsError{.requestId = message.requestId,
                                                            .unsupportedExtensions = unsupported,
                                                            .requiredExtensions = {}});
        return;
    }
    m_hasWorkerNames = m_hasWorkerNames ||
                       std::ranges::find(supported, EXTENSION_WORKER_HASHRATE) != supported.end();
    appendFrame(call.out.frames, RequestExtensionsSuccess{.requestId = message.requestId,
                                                          .supportedExtensions = supported});
}

void MiningServer::on(const OpenStandardMiningChannel& message, const Call& call)
{
    open(message, ChannelKind::Standard, 0, call);
}

void MiningServer::on(const OpenExtendedMiningChannel& message, const Call& call)
{
    open(message, ChannelKind::Extended, message.minExtranonceSize, call);
}

template <class Open>
void MiningServer::open(const Open& message, ChannelKind kind, std::size_t extranonceSize,
                        const Call& call)
{
    const auto refuse = [&](std::string_view error) {
        appendFrame(call.out.frames,
                    OpenMiningChannelError{.requestId = message.requestId, .errorCode = error});
    };
    const auto rate = message.nominalHashRate.value();
    if (kind == ChannelKind::Extended && hasFlag(mining_flags::REQUIRES_STANDARD_JOBS)) {
        return refuse(error_codes::NO_EXTENDED_CHANNELS_FOR_STANDARD_JOBS);
    }
    if (kind == ChannelKind::Standard && hasFlag(mining_flags::REQUIRES_WORK_SELECTION)) {
        return refuse(error_codes::NO_STANDARD_CHANNELS_FOR_CUSTOM_WORK);
    }
    if (!rate) {
        return refuse(error_codes::INVALID_NOMINAL_HASHRATE);
    }
    if (isBeyondNetwork(message.maxTarget, m_jobs.get())) {
        return refuse(error_codes::MAX_TARGET_OUT_OF_RANGE);
    }
    if (extranonceSize > mining::EXTRANONCE2_SIZE) {
        return refuse(error_codes::MIN_EXTRANONCE_SIZE_TOO_LARGE);
    }
    const std::string_view user = identityOf(message.userIdentity);
    if (user.find_first_not_of(' ') == std::string_view::npos) {
        return refuse(error_codes::INVALID_USER_IDENTITY);
    }
    auto worker = m_context.policy.authorize(user, {});
    if (!worker) {
        LOG_DEBUG(Stratum, "channel refused: {}", describe(worker.error()));
        return refuse(errorOf(worker.error()));
    }
    const bool isGrouped = !hasFlag(mining_flags::REQUIRES_STANDARD_JOBS);
    std::string name = worker->full;
    Channel* const opened = m_channels.open(
        {.kind = kind,
         .grouping = isGrouped ? ChannelTable::Grouping::ByPayout : ChannelTable::Grouping::None,
         .worker = std::move(*worker),
         .userAgent = m_userAgent},
        call.now);
    if (opened == nullptr) {
        return refuse(error_codes::CHANNEL_CAPACITY_EXHAUSTED);
    }
    Channel& channel = *opened;
    m_worker = std::move(name);
    m_hasOpened = true;
    channel.begin({.nominalRate = *rate, .maxTarget = message.maxTarget}, m_jobs, call.now);
    const util::Bytes prefix = channel.extranoncePrefix();
    if (kind == ChannelKind::Standard) {
        appendFrame(call.out.frames,
                    OpenStandardMiningChannelSuccess{.requestId = message.requestId,
                                                     .channelId = channel.terms().id,
                                                     .target = channel.target(),
                                                     .extranoncePrefix = prefix,
                                                     .groupChannelId = channel.terms().group});
    } else {
        appendFrame(call.out.frames,
                    OpenExtendedMiningChannelSuccess{.requestId = message.requestId,
                                                     .channelId = channel.terms().id,
                                                     .target = channel.target(),
                                                     .extranonceSize = mining::EXTRANONCE2_SIZE,
                                                     .extranoncePrefix = prefix,
                                                     .groupChannelId = channel.terms().group});
    }
    if (m_jobs != nullptr && !hasFlag(mining_flags::REQUIRES_WORK_SELECTION)) {
        m_channels.start(channel, m_jobs, call.now, call.out.frames);
    }
}

void MiningServer::on(const UpdateChannel& message, const Call& call)
{
    const auto refuse = [&](std::string_view error) {
        appendFrame(call.out.frames,
                    UpdateChannelError{.channelId = message.channelId, .errorCode = error});
    };
    Channel* const channel = m_channels.find(message.channelId);
    const auto rate = message.nominalHashRate.value();
    if (channel == nullptr) {
        return refuse(error_codes::INVALID_CHANNEL_ID);
    }
    if (!rate) {
        return refuse(error_codes::INVALID_NOMINAL_HASHRATE);
    }
    if (isBeyondNetwork(message.maximumTarget, m_jobs.get())) {
        return refuse(error_codes::MAX_TARGET_OUT_OF_RANGE);
    }
    channel->update({.nominalRate = *rate, .maxTarget = message.maximumTarget}, call.now);
    m_channels.follow(*channel, call.now, call.out.frames);
}

void MiningServer::on(const CloseChannel& message, const Call& /*call*/)
{
    m_channels.close(message.channelId);
}

void MiningServer::on(const SubmitSharesStandard& message, const Call& call)
{
    submit(message, ChannelKind::Standard, {}, call);
}

void MiningServer::on(const SubmitSharesExtended& message, const Call& call)
{
    submit(message, ChannelKind::Extended, message.extranonce.bytes, call);
}

template <class Submit>
void MiningServer::submit(const Submit& message, ChannelKind kind, util::ByteView extranonce,
                          const Call& call)
{
    const auto refuse = [&](std::string_view error) {
        appendFrame(call.out.frames, SubmitSharesError{.channelId = message.channelId,
                                                       .sequenceNumber = message.sequenceNumber,
                                                       .errorCode = error});
    };
    SubmittedShare share{.jobId = message.jobId,
                         .nonce = message.nonce,
                         .time = message.ntime,
                         .version = message.version,
                         .extranonce = extranonce};
    Channel* const channel = m_channels.find(message.channelId);
    if (channel == nullptr || channel->terms().kind != kind) {
        const Channel* const closed = m_channels.findClosed(message.channelId);
        const bool wasOfThatKind = closed != nullptr && closed->terms().kind == kind;
        call.out.actions.shares.push_back(
            {.verdict = {.code = mining::ShareCode::Unauthorized,
                         .achieved = {},
                         .credited = {},
                         .block = wasOfThatKind ? closed->findBlock(share, call.now, m_searches)
                                                : std::nullopt},
             .worker = wasOfThatKind ? closed->terms().worker.full : m_worker});
        return refuse(error_codes::INVALID_CHANNEL_ID);
    }
    if (!channel->noteSequence(message.sequenceNumber)) {
        // Told by the numbers alone, a repeat is none: shares are compared by what was hashed.
        LOG_DEBUG(Stratum, "a share's sequence number is not above the one before");
        ++m_unorderedShares;
    }
    std::string_view name;
    bool isNameTooLong = false;
    if (m_hasWorkerNames && kind == ChannelKind::Extended) {
        const auto given = workerName(call.trailing);
        isNameTooLong = !given;
        name = given ? given->value_or(std::string_view()) : std::string_view();
    }
    if (isNameTooLong) {
        share.fault = mining::ShareCode::Malformed;
    }
    auto verdict = channel->judge(share, call.now, m_searches);
    const bool isBlock = verdict.block.has_value();
    const mining::ShareCode code = verdict.code;
    const util::Difficulty credited = verdict.credited;
    if (code == mining::ShareCode::Accepted) {
        channel->answers().add(message.sequenceNumber, credited,
                               isBlock ? ShareBatchAnswer::Urgency::AtOnce
                                       : ShareBatchAnswer::Urgency::Usual,
                               message.channelId, call.out.frames);
    } else {
        refuse(isNameTooLong ? error_codes::INVALID_SHARE
                             : shareError(code, m_context.versionMask));
    }
    call.out.actions.shares.push_back(
        {.verdict = std::move(verdict), .worker = workerOf(*channel, name)});
    if (code == mining::ShareCode::Accepted) {
        m_channels.follow(*channel, call.now, call.out.frames);
    }
}

std::string MiningServer::workerOf(const Channel& channel, std::string_view name)
{
    const WorkerName& own = channel.terms().worker;
    const bool isKnown = m_names.contains(name);
    if (name.empty() || (!isKnown && m_names.size() >= MAX_WORKER_NAMES)) {
        return own.full;
    }
    if (!isKnown) {
        m_names.emplace(name);
    }
    return own.address + "." + std::string(name);
}

void MiningServer::on(const SetCustomMiningJob& message, const Call& call)
{
    appendFrame(call.out.frames,
                SetCustomMiningJobError{.channelId = message.channelId,
                                        .requestId = message.requestId,
                                        .errorCode = error_codes::JD_NOT_SUPPORTED});
}

void MiningServer::onJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
                          ServerOutput out)
{
    m_jobs = jobs;
    if (m_isClosed || hasFlag(mining_flags::REQUIRES_WORK_SELECTION)) {
        return;
    }
    const std::size_t before = out.frames.size();
    m_channels.setJobs(jobs, now, out.frames);
    if (out.frames.size() != before) {
        m_lastOutput = now;
    }
}

void MiningServer::withdrawJobs()
{
    m_jobs.reset();
    m_channels.withdraw();
}

void MiningServer::onTimer(util::BootTime now, ServerOutput out)
{
    if (m_isClosed) {
        return;
    }
    const util::Duration age = now - m_since;
    if ((!m_isSetUp && age >= SETUP_TIMEOUT) ||
        (m_isSetUp && !m_hasOpened && age >= CHANNEL_TIMEOUT)) {
        m_isClosed = true;
        out.actions.close = CloseCause::HandshakeTimeout;
        return;
    }
    const std::size_t before = out.frames.size();
    m_channels.onTimer(now, out.frames);
    if (out.frames.size() == before && now - m_lastOutput >= LONGEST_SILENCE) {
        m_channels.sayHello(out.frames);
    }
    if (out.frames.size() != before) {
        m_lastOutput = now;
    }
}

void MiningServer::repeatWork(util::BootTime now, ServerOutput out)
{
    if (m_isClosed) {
        return;
    }
    const std::size_t before = out.frames.size();
    m_channels.repeat(now, out.frames);
    if (out.frames.size() != before) {
        m_lastOutput = now;
    }
}

void MiningServer::onStopping(ServerOutput out)
{
    if (m_isSetUp && !m_isClosed) {
        m_channels.answerAll(out.frames);
        if (!m_userAgent.starts_with(NEVER_ASKED_BACK)) {
            appendFrame(out.frames, Reconnect{.newHost = {}, .newPort = 0});
        }
    }
}

SessionInfo MiningServer::info() const
{
    SessionInfo info{.userAgent = m_userAgent,
                     .worker = m_channels.newestWorker().value_or(m_worker),
                     .difficulty = difficulty(),
                     .workers = {},
                     .rates = {},
                     .isAuthorized = m_hasOpened};
    m_channels.describeWorkers(info);
    return info;
}

} // namespace warp::stratum::v2
