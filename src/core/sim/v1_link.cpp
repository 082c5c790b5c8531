#include "core/sim/v1_link.h"

#include <fmt/format.h>

#include <string>
#include <variant>

namespace warp::sim {

namespace v1 = stratum::v1;

namespace {

/// The nonce of a submit line without its leading zeros.
void unpadNonce(std::string& line, const LinkShare& share)
{
    const std::string padded = fmt::format("\"{:08x}\",\"{:08x}\"", share.time, share.nonce);
    const std::string unpadded = fmt::format("\"{:08x}\",\"{:x}\"", share.time, share.nonce);
    if (const std::size_t at = line.rfind(padded); at != std::string::npos) {
        line.replace(at, padded.size(), unpadded);
    }
}

} // namespace

V1Link::V1Link(const MinerOptions& options)
    : m_quirks(options.quirks)
    , m_session({.userAgent = options.userAgent,
                 .user = options.user,
                 .password = options.password,
                 .versionRolling = has(options.quirks, MinerQuirk::VersionRolling)
                                       ? v1::ClientOptions::VersionRolling::On
                                       : v1::ClientOptions::VersionRolling::Off,
                 .suggestDifficulty = options.suggestDifficulty})
{}

void V1Link::start(util::Bytes& out)
{
    util::append(out, util::asBytes(m_session.start()));
}

void V1Link::onBytes(util::ByteView bytes, LinkActions& actions)
{
    v1::ClientActions made;
    m_session.onBytes(bytes, made);
    util::append(actions.output, util::asBytes(made.output));
    for (const v1::ClientEvent& event : made.events) {
        std::visit([&](const auto& each) { on(each, actions); }, event);
    }
}

template <class Event>
void V1Link::on(const Event& event, LinkActions& actions)
{
    actions.events.emplace_back(event);
}

void V1Link::on(const v1::Subscribed& event, LinkActions& /*actions*/)
{
    m_extranonce1 = event.extranonce1;
    m_extranonce2Size = event.extranonce2Size;
}

void V1Link::on(const v1::ExtranonceChanged& event, LinkActions& /*actions*/)
{
    m_extranonce1 = event.extranonce1;
    m_extranonce2Size = event.extranonce2Size;
}

void V1Link::on(const v1::VersionMaskChanged& event, LinkActions& /*actions*/)
{
    m_versionMask = has(m_quirks, MinerQuirk::VersionRolling) ? event.mask : 0;
}

void V1Link::on(const v1::JobReceived& event, LinkActions& actions)
{
    actions.events.emplace_back(WorkReceived{{.job = event.job,
                                              .merkleRoot = std::nullopt,
                                              .extranonce1 = m_extranonce1,
                                              .extranonce2Size = m_extranonce2Size,
                                              .versionMask = m_versionMask}});
}

void V1Link::on(const v1::Failed& event, LinkActions& actions)
{
    actions.events.emplace_back(LinkFailed{std::string(v1::name(event.reason))});
}

void V1Link::submit(const GrinderWork& work, const LinkShare& share, std::uint64_t tag,
                    util::Bytes& out)
{
    std::string line;
    m_session.submit({.jobId = work.job->id,
                      .extranonce2 = share.extranonce2,
                      .time = share.time,
                      .nonce = share.nonce,
                      .versionBits = share.versionBits},
                     tag, line);
    if (has(m_quirks, MinerQuirk::UnpaddedNonce)) {
        unpadNonce(line, share);
    }
    util::append(out, util::asBytes(line));
}

} // namespace warp::sim
