// A connection of a Stratum V2 client to the pool's server: on frames in plain, or behind the
// encryption. Test code; one thread.
#pragma once

#include "core/stratum/v2/handshake_context.h"
#include "core/stratum/v2/mining_server.h"
#include "core/stratum/v2/noise_initiator.h"
#include "core/stratum/v2/noise_transport.h"
#include "core/stratum/v2/server_session.h"
#include "core/stratum/v2/tlv.h"

#include "tests/core/stratum/noise_fixtures.h"
#include "tests/core/stratum/v2_client_fixtures.h"

#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace warp::test {

inline stratum::v2::SetupConnection v2SetUp(std::uint32_t flags = 0)
{
    return {.protocol = 0,
            .minVersion = 2,
            .maxVersion = 2,
            .flags = flags,
            .endpointHost = "pool.example",
            .endpointPort = 34254,
            .vendor = "test",
            .hardwareVersion = "1",
            .firmware = "2",
            .deviceId = ""};
}

inline bitcoin::Target easiestTarget()
{
    return bitcoin::Target(bitcoin::Uint256::max());
}

/// 0 opens without a wish, so that the pool's own start counts.
inline stratum::v2::OpenExtendedMiningChannel v2OpenExtended(std::string_view user = "rig")
{
    return {.requestId = 1,
            .userIdentity = user,
            .nominalHashRate = stratum::v2::Float32::of(0),
            .maxTarget = easiestTarget(),
            .minExtranonceSize = 2};
}

inline stratum::v2::OpenStandardMiningChannel v2OpenStandard(std::string_view user = "rig")
{
    return {.requestId = 1,
            .userIdentity = user,
            .nominalHashRate = stratum::v2::Float32::of(0),
            .maxTarget = easiestTarget()};
}

/// The message of a share on a channel of either kind, as a frame.
inline util::Bytes shareFrame(const V2Channel& channel, const V2Share& share,
                              util::ByteView trailing = {})
{
    util::Bytes frame;
    if (channel.isStandard) {
        stratum::v2::appendFrame(frame,
                                 stratum::v2::SubmitSharesStandard{.channelId = channel.id,
                                                                   .sequenceNumber = share.sequence,
                                                                   .jobId = share.jobId,
                                                                   .nonce = share.nonce,
                                                                   .ntime = share.time,
                                                                   .version = share.version},
                                 trailing);
    } else {
        stratum::v2::appendFrame(frame,
                                 stratum::v2::SubmitSharesExtended{.channelId = channel.id,
                                                                   .sequenceNumber = share.sequence,
                                                                   .jobId = share.jobId,
                                                                   .nonce = share.nonce,
                                                                   .ntime = share.time,
                                                                   .version = share.version,
                                                                   .extranonce = share.extranonce},
                                 trailing);
    }
    return frame;
}

/// The server on frames in plain.
class V2Connection final
{
public:
    explicit V2Connection(V2Pool& pool)
        : m_pool(pool)
        , m_server(pool.context, pool.now)
    {
        if (pool.jobs != nullptr) {
            giveJobs();
        }
    }

    template <class Message>
    V2Saying send(const Message& message, util::ByteView trailing = {})
    {
        util::Bytes frame;
        stratum::v2::appendFrame(frame, message, trailing);
        return sendFrame(frame);
    }
    /// One whole frame.
    V2Saying sendFrame(util::ByteView frame)
    {
        using stratum::v2::FrameHeader;
        return take([&](stratum::v2::ServerOutput out) {
            m_server.onFrame(FrameHeader::parse(frame.first<FrameHeader::SIZE>()),
                             frame.subspan(FrameHeader::SIZE), m_pool.now, out);
        });
    }
    V2Saying giveJobs()
    {
        return take(
            [&](stratum::v2::ServerOutput out) { m_server.onJobs(m_pool.jobs, m_pool.now, out); });
    }
    /// As V2Pool::makeJob().
    V2Saying giveJob(std::string_view previous = "tip", std::size_t transactions = 0,
                     mining::TemplateOrigin origin = mining::TemplateOrigin::Node)
    {
        m_pool.makeJob(previous, transactions, origin);
        return giveJobs();
    }
    /// Moves the clock and ticks once.
    V2Saying pass(std::chrono::milliseconds time)
    {
        m_pool.now += time;
        return take([&](stratum::v2::ServerOutput out) { m_server.onTimer(m_pool.now, out); });
    }
    V2Saying stop()
    {
        return take([&](stratum::v2::ServerOutput out) { m_server.onStopping(out); });
    }
    V2Saying repeatWork()
    {
        return take([&](stratum::v2::ServerOutput out) { m_server.repeatWork(m_pool.now, out); });
    }
    V2Saying setUp(std::uint32_t flags = 0) { return send(v2SetUp(flags)); }

    /// nullptr where it is refused.
    template <class Open>
    V2Channel* open(const Open& message)
    {
        opening = send(message);
        for (const V2Said& said : opening) {
            if (const auto* standard =
                    std::get_if<stratum::v2::OpenStandardMiningChannelSuccess>(&said.message)) {
                return &add(*standard);
            }
            if (const auto* extended =
                    std::get_if<stratum::v2::OpenExtendedMiningChannelSuccess>(&said.message)) {
                V2Channel& channel = add(*extended);
                channel.extranonceSize = extended->extranonceSize;
                return &channel;
            }
        }
        return nullptr;
    }
    V2Channel& openExtended(std::string_view user = "rig") { return *open(v2OpenExtended(user)); }
    V2Channel& openStandard(std::string_view user = "rig") { return *open(v2OpenStandard(user)); }

    V2Saying submit(const V2Channel& channel, const V2Share& share, util::ByteView trailing = {})
    {
        return sendFrame(shareFrame(channel, share, trailing));
    }
    /// The code of the error, or "ok" where there is none.
    std::string judge(const V2Channel& channel, const V2Share& share, util::ByteView trailing = {})
    {
        const V2Saying saying = submit(channel, share, trailing);
        const auto errors = allOf<stratum::v2::SubmitSharesError>(saying);
        if (errors.empty()) {
            return "ok";
        }
        if (errors.size() != 1 || errors[0].channelId != channel.id ||
            errors[0].sequenceNumber != share.sequence) {
            return "not one error of its own";
        }
        return std::string(errors[0].errorCode);
    }

    /// What any channel found wrong with what the pool sent.
    [[nodiscard]] std::string faults() const
    {
        std::string all;
        for (const V2Channel& channel : m_channels) {
            all += channel.faults;
        }
        return all;
    }

    [[nodiscard]] stratum::v2::MiningServer& server() { return m_server; }
    [[nodiscard]] std::optional<stratum::CloseCause> closed() const { return m_closed; }
    /// Of the last call.
    [[nodiscard]] const std::vector<stratum::ShareReport>& shares() const { return m_shares; }

    V2Saying opening; ///< what the last open() was answered

private:
    template <class Call>
    V2Saying take(Call call)
    {
        util::Bytes frames;
        stratum::Actions actions;
        call(stratum::v2::ServerOutput{.frames = frames, .actions = actions});
        m_shares = std::move(actions.shares);
        if (actions.close) {
            m_closed = actions.close;
        }
        V2Saying saying = readFrames(frames);
        for (V2Channel& channel : m_channels) {
            for (const V2Said& said : saying) {
                channel.take(said);
            }
        }
        return saying;
    }
    template <class Success>
    V2Channel& add(const Success& success)
    {
        V2Channel& channel = m_channels.emplace_back();
        channel.id = success.channelId;
        channel.group = success.groupChannelId;
        channel.isStandard = std::is_same_v<Success, stratum::v2::OpenStandardMiningChannelSuccess>;
        channel.prefix = util::Bytes(success.extranoncePrefix.bytes.begin(),
                                     success.extranoncePrefix.bytes.end());
        channel.target = success.target;
        for (const V2Said& said : opening) {
            channel.take(said);
        }
        return channel;
    }

    V2Pool& m_pool;
    stratum::v2::MiningServer m_server;
    std::deque<V2Channel> m_channels;
    std::vector<stratum::ShareReport> m_shares;
    std::optional<stratum::CloseCause> m_closed;
};

/// What the encrypted sessions of an io thread share.
struct V2Thread
{
    util::SeededRandom random{5};
    stratum::v2::IdentitySlot slot{nullptr};
    stratum::v2::HandshakeContext handshakes{
        .curve = testCurve(), .identity = slot, .keys = {testCurve(), random, 4}};

    V2Thread()
    {
        slot.store(std::make_shared<const stratum::v2::StaticIdentity>(vectorIdentity()));
    }
};

/// As the engine does, but at once.
inline void giveTurn(stratum::Session& session, util::BootTime now, stratum::Actions& out)
{
    if (std::exchange(out.wantsTurn, false)) {
        session.onTurn(now, out);
    }
}

/// The client's end of an encrypted connection.
class V2Wire
{
public:
    /// @param policy  whom the client takes for the pool
    explicit V2Wire(const stratum::v2::CertificatePolicy& policy = trustOf(repeatedAuthority(0x44)),
                    util::WallTime now = VECTOR_NOW)
        : m_initiator(testCurve(), clientKey(), policy)
        , m_now(now)
    {}

    util::Bytes act1()
    {
        util::Bytes act;
        m_initiator.start(act);
        return act;
    }
    /// Whether the server's answer is a good one.
    bool finish(std::string_view answer)
    {
        auto bytes = util::asBytes(answer);
        const auto keys = m_initiator.onBytes(bytes, m_now);
        if (!keys || !*keys || !bytes.empty()) {
            return false;
        }
        m_transport.emplace(**keys, stratum::v2::NoiseSide::Client,
                            [](const stratum::v2::FrameHeader&) { return std::size_t{1} << 20U; });
        return true;
    }
    template <class Message>
    util::Bytes sealed(const Message& message)
    {
        util::Bytes plain;
        stratum::v2::appendFrame(plain, message);
        return sealedFrame(plain);
    }
    util::Bytes sealedFrame(util::ByteView plain)
    {
        using stratum::v2::FrameHeader;
        util::Bytes out;
        m_transport->seal({.header = FrameHeader::parse(plain.first<FrameHeader::SIZE>()),
                           .payload = plain.subspan(FrameHeader::SIZE)},
                          out);
        return out;
    }
    /// The pool's encrypted bytes as messages. Ends the program where they are not authentic.
    V2Saying read(std::string_view text)
    {
        util::Bytes plain;
        auto bytes = util::asBytes(text);
        for (;;) {
            const auto next = m_transport->next(bytes);
            if (!next) {
                qFatal("not authentic");
            }
            if (!*next) {
                return readFrames(plain);
            }
            const stratum::v2::PlainFrame& frame = **next;
            frame.header.appendTo(plain);
            util::append(plain, frame.payload);
        }
    }

private:
    stratum::v2::NoiseInitiator m_initiator;
    std::optional<stratum::v2::NoiseTransport> m_transport;
    util::WallTime m_now;
};

/// The encrypted session and its client.
class V2Line final : public V2Wire
{
public:
    V2Line(V2Pool& pool, V2Thread& thread)
        : session(pool.context, thread.handshakes, pool.now)
        , m_pool(pool)
    {}

    /// What the session does with these bytes as they are, and with its turn if it wants one.
    stratum::Actions feed(util::ByteView bytes)
    {
        return call([&](auto& out) {
            session.onBytes(bytes, m_pool.now, out);
            giveTurn(session, m_pool.now, out);
        });
    }
    template <class Call>
    stratum::Actions call(Call step)
    {
        stratum::Actions out;
        step(out);
        closed = out.close ? out.close : closed;
        return out;
    }
    stratum::Actions pass(std::chrono::milliseconds time)
    {
        m_pool.now += time;
        return call([&](auto& out) {
            session.onTimer(m_pool.now, out);
            giveTurn(session, m_pool.now, out);
        });
    }
    bool shakeHands() { return finish(feed(act1()).output); }
    template <class Message>
    V2Saying send(const Message& message)
    {
        return read(feed(sealed(message)).output);
    }

    stratum::v2::ServerSession session;
    std::optional<stratum::CloseCause> closed;

private:
    V2Pool& m_pool;
};

} // namespace warp::test
