#include "core/sim/v2_link.h"

#include "core/stratum/v2/common_messages.h"
#include "core/stratum/v2/error_codes.h"

#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace warp::sim {

namespace v1 = stratum::v1;
namespace v2 = stratum::v2;

namespace {

/// As ESP-Miner says of itself.
constexpr float ESP_NOMINAL_RATE = 1e12F;
constexpr std::string_view ESP_VENDOR = "bitaxe";

/// By which Stratum V1 has the same refusals.
int codeOf(std::string_view error)
{
    using Pair = std::pair<std::string_view, int>;
    constexpr int OTHER = 20;
    constexpr std::array CODES{
        Pair{v2::error_codes::STALE_SHARE, 21}, Pair{v2::error_codes::INVALID_JOB_ID, 21},
        Pair{v2::error_codes::DUPLICATE_SHARE, 22}, Pair{v2::error_codes::DIFFICULTY_TOO_LOW, 23},
        Pair{v2::error_codes::INVALID_CHANNEL_ID, 24}};
    for (const auto& [text, code] : CODES) {
        if (text == error) {
            return code;
        }
    }
    return OTHER;
}

v2::ClientOptions clientOptions(const MinerOptions& options)
{
    const V2MinerOptions& v2Options = *options.v2;
    const bool isEspMiner = v2Options.habits == v2::ClientHabits::EspMiner;
    v2::ClientOptions made;
    made.habits = v2Options.habits;
    made.certificate.authority = v2Options.authority;
    made.flags = isEspMiner && v2Options.channel == v2::ChannelKind::Standard
                     ? v2::mining_flags::REQUIRES_STANDARD_JOBS
                     : 0;
    made.host = options.pool.host;
    made.port = options.pool.port;
    made.vendor = isEspMiner ? std::string(ESP_VENDOR) : options.userAgent;
    v2::ChannelRequest channel;
    channel.kind = v2Options.channel;
    channel.user = options.user;
    // Whoever says nothing is asked for what the pool starts with, and what it then finds out.
    channel.nominalRate = isEspMiner ? ESP_NOMINAL_RATE : 0;
    made.channels.push_back(std::move(channel));
    return made;
}

} // namespace

V2Link::V2Link(const v2::Curve& curve, const util::Clock& clock, util::Random& random,
               const MinerOptions& options)
    : m_clock(clock)
    , m_quirks(options.quirks)
    , m_habits(options.v2->habits)
    , m_session(curve, random, clientOptions(options))
{}

void V2Link::start(util::Bytes& out)
{
    m_session.start(out);
}

void V2Link::onBytes(util::ByteView bytes, LinkActions& actions)
{
    v2::ClientActions made;
    m_session.onBytes(bytes, m_clock.wall().time, made);
    util::append(actions.output, made.output);
    for (const v2::ClientEvent& event : made.events) {
        std::visit([&](const auto& each) { on(each, actions); }, event);
    }
}

void V2Link::on(const v2::ChannelOpened& /*event*/, LinkActions& actions)
{
    actions.events.emplace_back(v1::Authorized{});
}

void V2Link::on(const v2::ChannelRefused& event, LinkActions& actions)
{
    actions.events.emplace_back(v1::AuthorizationRefused{.code = 0, .message = event.code});
}

void V2Link::on(const v2::TargetChanged& event, LinkActions& actions)
{
    actions.events.emplace_back(v1::DifficultyChanged{event.difficulty});
}

void V2Link::on(const v2::WorkReceived& event, LinkActions& actions)
{
    const v2::ClientWork& work = *event.work;
    auto job = std::make_shared<v1::ClientJob>();
    job->id = std::to_string(work.jobId);
    job->previous = work.previous;
    job->coinbasePrefix = work.coinbasePrefix;
    job->coinbaseSuffix = work.coinbaseSuffix;
    job->branch = work.branch;
    job->version = work.version;
    job->bits = work.bits;
    job->time = work.minTime;
    job->isClean = work.isNewPrevious;
    const bool mayRoll = has(m_quirks, MinerQuirk::VersionRolling);
    actions.events.emplace_back(WorkReceived{{.job = std::move(job),
                                              .merkleRoot = work.merkleRoot,
                                              .extranonce1 = work.extranoncePrefix,
                                              .extranonce2Size = work.extranonceSize,
                                              .versionMask = mayRoll ? work.versionMask : 0}});
}

void V2Link::on(const v2::ShareAnswered& event, LinkActions& actions)
{
    actions.events.emplace_back(v1::ShareAnswered{.tag = event.tag,
                                                  .isAccepted = event.isAccepted,
                                                  .code = event.isAccepted ? 0 : codeOf(event.code),
                                                  .message = event.code});
}

void V2Link::on(const v2::ChannelEnded& /*event*/, LinkActions& actions)
{
    actions.events.emplace_back(LinkFailed{"channel_closed"});
}

void V2Link::on(const v2::ReconnectAsked& event, LinkActions& actions)
{
    // ESP-Miner does not know the message, and finds out when the connection ends.
    if (m_habits == v2::ClientHabits::Specification) {
        actions.events.emplace_back(ReconnectAsked{.host = event.host, .port = event.port});
    }
}

void V2Link::on(const v2::Failed& event, LinkActions& actions)
{
    actions.events.emplace_back(LinkFailed{std::string(v2::name(event.reason))});
}

void V2Link::submit(const GrinderWork& work, const LinkShare& share, std::uint64_t tag,
                    util::Bytes& out)
{
    const std::string& id = work.job->id; // as WorkReceived made it
    std::uint32_t jobId = 0;
    std::from_chars(id.data(), id.data() + id.size(), jobId);
    const std::uint32_t fixed = work.job->version & ~work.versionMask;
    m_session.submit(0,
                     {.jobId = jobId,
                      .extranonce = share.extranonce2,
                      .time = share.time,
                      .nonce = share.nonce,
                      .version = fixed | (share.versionBits.value_or(0) & work.versionMask)},
                     tag, out);
}

} // namespace warp::sim
