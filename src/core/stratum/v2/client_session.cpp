#include "core/stratum/v2/client_session.h"

#include "core/mining/target_bounds.h"
#include "core/stratum/v2/frame_sealing.h"
#include "core/stratum/v2/message_codec.h"
#include "core/stratum/v2/noise_key.h"
#include "core/stratum/v2/server_limits.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>
#include <variant>

namespace warp::stratum::v2 {

namespace {

ClientFailure failureOf(const HandshakeFault& fault)
{
    const auto* const certificate = std::get_if<CertificateFault>(&fault);
    if (certificate == nullptr) {
        return ClientFailure::HandshakeNotAuthentic;
    }
    switch (*certificate) {
    case CertificateFault::UnknownVersion:
        return ClientFailure::CertificateUnknown;
    case CertificateFault::NotYetValid:
        return ClientFailure::CertificateNotYetValid;
    case CertificateFault::Expired:
        return ClientFailure::CertificateExpired;
    case CertificateFault::NotSignedByAuthority:
        break;
    }
    return ClientFailure::WrongAuthorityKey;
}

bool isOpenAnswer(const MiningMessage& message)
{
    return std::holds_alternative<OpenStandardMiningChannelSuccess>(message) ||
           std::holds_alternative<OpenExtendedMiningChannelSuccess>(message) ||
           std::holds_alternative<OpenMiningChannelError>(message);
}

} // namespace

std::string_view name(ClientFailure failure)
{
    constexpr std::array NAMES{"handshake_not_authentic",
                               "wrong_authority_key",
                               "certificate_unknown",
                               "certificate_not_yet_valid",
                               "certificate_expired",
                               "frame_not_authentic",
                               "frame_too_long",
                               "bad_message",
                               "setup_refused",
                               "unexpected_message",
                               "repeated_job",
                               "unknown_job",
                               "wrong_share_count"};
    return NAMES.at(static_cast<std::size_t>(failure));
}

ClientSession::ClientSession(const Curve& curve, util::Random& random, ClientOptions options)
    : m_options(std::move(options))
    , m_initiator(curve, NoiseKey::generate(curve, random), m_options.certificate)
    , m_channels(m_options.channels.size())
{}

void ClientSession::start(util::Bytes& out)
{
    m_initiator.start(out);
}

void ClientSession::onBytes(util::ByteView bytes, std::optional<util::WallTime> now,
                            ClientActions& actions)
{
    if (!m_hasFailed && m_transport == nullptr) {
        readHandshake(bytes, now, actions);
    }
    while (!m_hasFailed && m_transport != nullptr) {
        const auto next = m_transport->next(bytes);
        if (!next) {
            fail(next.error() == FrameFault::TooLong ? ClientFailure::FrameTooLong
                                                     : ClientFailure::FrameNotAuthentic,
                 actions);
            return;
        }
        if (!*next) {
            return;
        }
        onFrame(**next, actions);
    }
}

void ClientSession::readHandshake(util::ByteView& bytes, std::optional<util::WallTime> now,
                                  ClientActions& actions)
{
    const bool isEspMiner = m_options.habits == ClientHabits::EspMiner;
    // ESP-Miner looks at the signature alone: a device has no clock before it has the network's.
    const auto keys = m_initiator.onBytes(bytes, isEspMiner ? std::nullopt : now);
    if (!keys) {
        fail(failureOf(keys.error()), actions);
        return;
    }
    if (!*keys) {
        return;
    }
    m_transport = std::make_unique<NoiseTransport>(
        **keys, NoiseSide::Client,
        isEspMiner ? [](const FrameHeader&) { return MAX_ESP_PAYLOAD; }
                   : [](const FrameHeader&) { return MAX_PAYLOAD; });
    util::Bytes frames;
    appendFrame(frames, SetupConnection{.protocol = static_cast<std::uint8_t>(Protocol::Mining),
                                        .minVersion = PROTOCOL_VERSION,
                                        .maxVersion = PROTOCOL_VERSION,
                                        .flags = m_options.flags,
                                        .endpointHost = m_options.host,
                                        .endpointPort = m_options.port,
                                        .vendor = m_options.vendor,
                                        .hardwareVersion = {},
                                        .firmware = m_options.firmware,
                                        .deviceId = {}});
    send(frames, actions.output);
}

void ClientSession::onFrame(const PlainFrame& frame, ClientActions& actions)
{
    const auto decoded = decodeFrame<MiningMessage>(frame.header, frame.payload);
    if (!decoded) {
        fail(ClientFailure::BadMessage, actions);
        return;
    }
    const MiningMessage& message = decoded->message;
    const bool isSetUpAnswer = std::holds_alternative<SetupConnectionSuccess>(message) ||
                               std::holds_alternative<SetupConnectionError>(message);
    // ESP-Miner takes the next frame for the answer to its request, whatever it is.
    const bool isOutOfTurn =
        m_options.habits == ClientHabits::EspMiner && m_awaitsOpen && !isOpenAnswer(message);
    if (isSetUpAnswer == m_isSetUp || isOutOfTurn) {
        fail(ClientFailure::UnexpectedMessage, actions);
        return;
    }
    std::visit([&](const auto& each) { on(each, actions); }, message);
}

template <class Other>
void ClientSession::on(const Other& /*message*/, ClientActions& actions)
{
    if constexpr (!std::is_same_v<Other, UnknownMessage>) {
        if (Other::KIND.sender == Sender::Client) {
            fail(ClientFailure::UnexpectedMessage, actions);
        }
    }
}

void ClientSession::on(const SetupConnectionSuccess& message, ClientActions& actions)
{
    const bool hasStandard = std::ranges::any_of(m_options.channels, [](const auto& request) {
        return request.kind == ChannelKind::Standard;
    });
    if (message.usedVersion != PROTOCOL_VERSION ||
        (hasStandard && (message.flags & mining_success_flags::REQUIRES_EXTENDED_CHANNELS) != 0)) {
        fail(ClientFailure::SetupRefused, actions);
        return;
    }
    m_isSetUp = true;
    m_mayRollVersion = (message.flags & mining_success_flags::REQUIRES_FIXED_VERSION) == 0;
    openNext(actions);
}

void ClientSession::on(const SetupConnectionError& /*message*/, ClientActions& actions)
{
    fail(ClientFailure::SetupRefused, actions);
}

void ClientSession::openNext(ClientActions& actions)
{
    if (m_requested == m_options.channels.size()) {
        return;
    }
    const ChannelRequest& request = m_options.channels[m_requested++];
    const auto requestId = static_cast<std::uint32_t>(m_requested);
    m_awaitsOpen = true;
    util::Bytes frames;
    if (request.kind == ChannelKind::Standard) {
        appendFrame(frames,
                    OpenStandardMiningChannel{.requestId = requestId,
                                              .userIdentity = request.user,
                                              .nominalHashRate = Float32::of(request.nominalRate),
                                              .maxTarget = request.maxTarget});
    } else {
        appendFrame(frames,
                    OpenExtendedMiningChannel{.requestId = requestId,
                                              .userIdentity = request.user,
                                              .nominalHashRate = Float32::of(request.nominalRate),
                                              .maxTarget = request.maxTarget,
                                              .minExtranonceSize = request.minExtranonceSize});
    }
    send(frames, actions.output);
}

void ClientSession::on(const OpenStandardMiningChannelSuccess& message, ClientActions& actions)
{
    const util::ByteView prefix = message.extranoncePrefix.bytes;
    opened(message.requestId, ChannelKind::Standard,
           {.id = message.channelId,
            .group = message.groupChannelId,
            .extranoncePrefix = util::Bytes(prefix.begin(), prefix.end()),
            .extranonceSize = 0,
            .target = message.target},
           actions);
}

void ClientSession::on(const OpenExtendedMiningChannelSuccess& message, ClientActions& actions)
{
    const util::ByteView prefix = message.extranoncePrefix.bytes;
    opened(message.requestId, ChannelKind::Extended,
           {.id = message.channelId,
            .group = message.groupChannelId,
            .extranoncePrefix = util::Bytes(prefix.begin(), prefix.end()),
            .extranonceSize = message.extranonceSize,
            .target = message.target},
           actions);
}

void ClientSession::opened(std::uint32_t requestId, ChannelKind kind, ClientChannel::Terms terms,
                           ClientActions& actions)
{
    const std::size_t channel = m_requested - 1;
    const bool isTaken = std::ranges::any_of(m_channels, [&](const auto& other) {
        return other && (other->id() == terms.id || other->isMeant(terms.id));
    });
    if (!m_awaitsOpen || requestId != m_requested || isTaken ||
        m_options.channels[channel].kind != kind ||
        terms.extranonceSize < m_options.channels[channel].minExtranonceSize ||
        terms.extranoncePrefix.size() + terms.extranonceSize > Bytes32::MAX ||
        terms.target > m_options.channels[channel].maxTarget) {
        fail(ClientFailure::UnexpectedMessage, actions);
        return;
    }
    m_awaitsOpen = false;
    terms.versionMask = m_mayRollVersion ? VERSION_MASK : 0;
    const bitcoin::Target target = terms.target;
    actions.events.emplace_back(ChannelOpened{.channel = channel,
                                              .channelId = terms.id,
                                              .extranoncePrefix = terms.extranoncePrefix,
                                              .extranonceSize = terms.extranonceSize});
    actions.events.emplace_back(TargetChanged{
        .channel = channel, .target = target, .difficulty = mining::smallestWithin(target)});
    m_channels[channel].emplace(m_options.habits, std::move(terms));
    openNext(actions);
}

void ClientSession::on(const OpenMiningChannelError& message, ClientActions& actions)
{
    if (!m_awaitsOpen || message.requestId != m_requested) {
        fail(ClientFailure::UnexpectedMessage, actions);
        return;
    }
    m_awaitsOpen = false;
    actions.events.emplace_back(
        ChannelRefused{.channel = m_requested - 1, .code = std::string(message.errorCode)});
    openNext(actions);
}

template <class Job>
void ClientSession::onJob(const Job& message, ClientActions& actions)
{
    for (std::size_t i = 0; i < m_channels.size() && !m_hasFailed; ++i) {
        if (!m_channels[i] || !m_channels[i]->isMeant(message.channelId)) {
            continue;
        }
        auto step = m_channels[i]->onJob(message);
        if (!step) {
            fail(step.error(), actions);
        } else if (*step != nullptr) {
            actions.events.emplace_back(WorkReceived{.channel = i, .work = std::move(*step)});
        }
    }
}

void ClientSession::on(const NewMiningJob& message, ClientActions& actions)
{
    onJob(message, actions);
}

void ClientSession::on(const NewExtendedMiningJob& message, ClientActions& actions)
{
    if ((m_options.flags & mining_flags::REQUIRES_STANDARD_JOBS) != 0) {
        fail(ClientFailure::UnexpectedMessage, actions);
        return;
    }
    onJob(message, actions);
}

void ClientSession::on(const SetNewPrevHash& message, ClientActions& actions)
{
    for (std::size_t i = 0; i < m_channels.size() && !m_hasFailed; ++i) {
        if (!m_channels[i] || !m_channels[i]->isMeant(message.channelId)) {
            continue;
        }
        auto step = m_channels[i]->onPrevHash(message);
        if (!step) {
            fail(step.error(), actions);
        } else if (*step != nullptr) {
            actions.events.emplace_back(WorkReceived{.channel = i, .work = std::move(*step)});
        }
    }
}

void ClientSession::on(const SetTarget& message, ClientActions& actions)
{
    for (std::size_t i = 0; i < m_channels.size(); ++i) {
        if (m_channels[i] && m_channels[i]->isMeant(message.channelId)) {
            m_channels[i]->setTarget(message.maximumTarget);
            actions.events.emplace_back(
                TargetChanged{.channel = i,
                              .target = message.maximumTarget,
                              .difficulty = mining::smallestWithin(message.maximumTarget)});
        }
    }
}

void ClientSession::on(const SetExtranoncePrefix& message, ClientActions& actions)
{
    for (auto& channel : m_channels) {
        if (channel && channel->id() == message.channelId) {
            if (message.extranoncePrefix.bytes.size() + channel->extranonceSize() > Bytes32::MAX) {
                fail(ClientFailure::BadMessage, actions);
                return;
            }
            channel->setExtranoncePrefix(message.extranoncePrefix.bytes);
        }
    }
}

void ClientSession::on(const SetGroupChannel& message, ClientActions& /*actions*/)
{
    for (const std::uint32_t id : message.channelIds.toVector()) {
        for (auto& channel : m_channels) {
            if (channel && channel->id() == id) {
                channel->setGroup(message.groupChannelId);
            }
        }
    }
}

void ClientSession::on(const CloseChannel& message, ClientActions& actions)
{
    for (std::size_t i = 0; i < m_channels.size(); ++i) {
        if (m_channels[i] && m_channels[i]->isMeant(message.channelId)) {
            m_channels[i].reset();
            actions.events.emplace_back(
                ChannelEnded{.channel = i, .reason = std::string(message.reasonCode)});
        }
    }
}

void ClientSession::on(const Reconnect& message, ClientActions& actions)
{
    actions.events.emplace_back(
        ReconnectAsked{.host = std::string(message.newHost), .port = message.newPort});
}

void ClientSession::on(const SubmitSharesSuccess& message, ClientActions& actions)
{
    for (std::size_t i = 0; i < m_channels.size(); ++i) {
        if (!m_channels[i] || m_channels[i]->id() != message.channelId) {
            continue;
        }
        const auto tags = m_channels[i]->settle(message);
        if (!tags) {
            fail(tags.error(), actions);
            return;
        }
        for (const std::uint64_t tag : *tags) {
            actions.events.emplace_back(
                ShareAnswered{.channel = i, .tag = tag, .isAccepted = true, .code = {}});
        }
    }
}

void ClientSession::on(const SubmitSharesError& message, ClientActions& actions)
{
    for (std::size_t i = 0; i < m_channels.size(); ++i) {
        if (!m_channels[i] || m_channels[i]->id() != message.channelId) {
            continue;
        }
        if (const auto tag = m_channels[i]->refuse(message.sequenceNumber)) {
            actions.events.emplace_back(ShareAnswered{.channel = i,
                                                      .tag = *tag,
                                                      .isAccepted = false,
                                                      .code = std::string(message.errorCode)});
        }
    }
}

bool ClientSession::isOpen(std::size_t channel) const
{
    return channel < m_channels.size() && m_channels[channel].has_value();
}

void ClientSession::submit(std::size_t channel, const ClientShare& share, std::uint64_t tag,
                           util::Bytes& out)
{
    if (!isOpen(channel) || m_transport == nullptr) {
        return;
    }
    ClientChannel& to = *m_channels[channel];
    util::Bytes frames;
    if (m_options.channels[channel].kind == ChannelKind::Standard) {
        appendFrame(frames, SubmitSharesStandard{.channelId = to.id(),
                                                 .sequenceNumber = to.addShare(tag),
                                                 .jobId = share.jobId,
                                                 .nonce = share.nonce,
                                                 .ntime = share.time,
                                                 .version = share.version});
    } else {
        appendFrame(frames, SubmitSharesExtended{.channelId = to.id(),
                                                 .sequenceNumber = to.addShare(tag),
                                                 .jobId = share.jobId,
                                                 .nonce = share.nonce,
                                                 .ntime = share.time,
                                                 .version = share.version,
                                                 .extranonce = share.extranonce});
    }
    send(frames, out);
}

void ClientSession::closeChannel(std::size_t channel, util::Bytes& out)
{
    if (!isOpen(channel)) {
        return;
    }
    util::Bytes frames;
    appendFrame(frames, CloseChannel{.channelId = m_channels[channel]->id(),
                                     .reasonCode = "closed-by-client"});
    m_channels[channel].reset();
    send(frames, out);
}

void ClientSession::send(util::ByteView frames, util::Bytes& out)
{
    sealFrames(*m_transport, frames, out);
}

void ClientSession::fail(ClientFailure reason, ClientActions& actions)
{
    m_hasFailed = true;
    actions.events.emplace_back(Failed{reason});
}

} // namespace warp::stratum::v2
