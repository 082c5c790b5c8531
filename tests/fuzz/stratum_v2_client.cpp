// Any frames from a server to a Stratum V2 client's session, while it submits shares and closes
// channels. The handshake is a good one, and the client's ways are the first byte. Bounded work,
// no answer for a share that was not sent, nothing after a failure, and whatever it says can be
// read.
#include "core/stratum/v2/client_session.h"
#include "core/stratum/v2/frame_sealing.h"
#include "core/stratum/v2/message_codec.h"
#include "core/stratum/v2/noise_responder.h"
#include "core/stratum/v2/server_limits.h"
#include "core/stratum/v2/static_identity.h"
#include "core/util/assert.h"
#include "tests/fuzz/fuzz_input.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <variant>

using namespace warp;
using namespace warp::stratum::v2;

namespace {

constexpr std::size_t MAX_STEPS = 400;
constexpr std::size_t CHANNELS = 2;
const util::WallTime NOW{std::chrono::seconds(1'750'000'000)};

/// Steps that are no frames; all other first bytes are the type of one.
enum Step : std::uint8_t {
    Submit = 0xe0,
    Close,
    Extension,  ///< a frame of extension 1
    Unreadable, ///< bytes that the keys did not make
};

/// The same keys in every run. The server's part of the handshake is made once.
struct World
{
    util::SeededRandom random{1};
    Curve curve{random};
    AuthorityKey authority = AuthorityKey::generate(curve, random);
    NoiseKey server = NoiseKey::generate(curve, random);
    StaticIdentity identity = StaticIdentity::certify(
        curve, authority, NoiseKey::generate(curve, random),
        {.from = 1'700'000'000, .until = 0xffffffff}, std::array<std::byte, 32>{});
    util::Bytes act2;
    TransportKeys keys;

    World()
    {
        util::SeededRandom same(2);
        ClientSession client(curve, same, {});
        util::Bytes act1;
        client.start(act1);
        util::ByteView rest = act1;
        NoiseResponder responder;
        WARP_ASSERT(responder.collect(rest));
        keys = responder.respond(curve, identity, server, act2);
    }
};

const World& world()
{
    static const World made;
    return made;
}

/// Bit 0: ESP-Miner's habits; 1: standard jobs alone; 2 and 3: the kinds of the channels.
ClientOptions optionsOf(std::uint8_t ways)
{
    ClientOptions options{.habits = (ways & 1U) != 0 ? ClientHabits::EspMiner
                                                     : ClientHabits::Specification,
                          .certificate = {.authority = world().authority.publicKey()},
                          .flags = (ways & 2U) != 0 ? mining_flags::REQUIRES_STANDARD_JOBS : 0,
                          .host = "pool",
                          .port = 1,
                          .vendor = "fuzz",
                          .firmware = "",
                          .channels = {}};
    for (std::size_t i = 0; i < CHANNELS; ++i) {
        const bool isStandard = (ways >> (2U + i) & 1U) != 0;
        options.channels.push_back(
            {.kind = isStandard ? ChannelKind::Standard : ChannelKind::Extended, .user = "rig"});
    }
    return options;
}

class Connection
{
public:
    explicit Connection(std::uint8_t ways)
        : m_options(optionsOf(ways))
        , m_client(world().curve, m_random, m_options)
    {
        util::Bytes act1;
        m_client.start(act1);
        hear(world().act2);
        WARP_ASSERT(!m_client.hasFailed());
    }

    void run(test::FuzzInput& input)
    {
        for (std::size_t step = 0; step < MAX_STEPS && !input.empty(); ++step) {
            const std::uint8_t kind = input.byte();
            switch (kind) {
            case Submit:
                submit(input);
                break;
            case Close:
                m_client.closeChannel(input.byte() % (CHANNELS + 1), m_actions.output);
                readOutput();
                break;
            case Unreadable:
                hear(input.take(input.byte()));
                break;
            default: {
                const bool isExtension = kind == Extension;
                const std::uint8_t type = isExtension ? input.byte() : kind;
                say(isExtension ? EXTENSION_NEGOTIATION : 0, type, input.take(input.byte()));
            }
            }
        }
    }

private:
    void submit(test::FuzzInput& input)
    {
        const std::size_t channel = input.byte() % CHANNELS;
        const util::Bytes extranonce(input.byte() % (Bytes32::MAX + 1));
        const std::uint32_t job = input.byte();
        if (m_client.isOpen(channel)) {
            m_waiting.insert(++m_tag);
        }
        m_client.submit(
            channel,
            {.jobId = job, .extranonce = extranonce, .time = 1, .nonce = 2, .version = 0x20000000},
            m_tag, m_actions.output);
        readOutput();
    }

    void say(std::uint16_t extension, std::uint8_t type, util::ByteView payload)
    {
        util::Bytes frame;
        FrameHeader{.extension = extension,
                    .type = type,
                    .payloadSize = static_cast<std::uint32_t>(payload.size())}
            .appendTo(frame);
        util::append(frame, payload);
        util::Bytes sealed;
        sealFrames(m_transport, frame, sealed);
        // In two pieces.
        const std::size_t first = payload.size() % sealed.size();
        hear(util::ByteView(sealed).first(first));
        hear(util::ByteView(sealed).subspan(first));
    }

    void hear(util::ByteView bytes)
    {
        const bool hadFailed = m_client.hasFailed();
        m_client.onBytes(bytes, NOW, m_actions);
        WARP_ASSERT(!hadFailed || (m_actions.events.empty() && m_actions.output.empty()));
        for (const ClientEvent& event : m_actions.events) {
            WARP_ASSERT(!std::holds_alternative<Failed>(event) ||
                        (m_client.hasFailed() && &event == &m_actions.events.back()));
            std::visit([this](const auto& each) { check(each); }, event);
        }
        m_actions.events.clear();
        readOutput();
    }

    void check(const ChannelOpened& event)
    {
        WARP_ASSERT(event.channel < CHANNELS);
        WARP_ASSERT(event.extranoncePrefix.size() + event.extranonceSize <= Bytes32::MAX);
    }
    void check(const WorkReceived& event)
    {
        const ClientWork& work = *event.work;
        WARP_ASSERT(event.channel < CHANNELS);
        WARP_ASSERT(work.extranoncePrefix.size() + work.extranonceSize <= Bytes32::MAX);
        WARP_ASSERT((work.versionMask & ~VERSION_MASK) == 0);
    }
    void check(const ShareAnswered& event) { WARP_ASSERT(m_waiting.erase(event.tag) == 1); }
    template <class Other>
    void check(const Other& /*event*/)
    {}

    /// Every message of a client's, and none of a server's.
    void readOutput()
    {
        util::ByteView rest = m_actions.output;
        while (!rest.empty()) {
            const auto next = m_transport.next(rest);
            WARP_ASSERT(next && *next);
            const PlainFrame& frame = **next;
            const auto decoded = decodeFrame<MiningMessage>(frame.header, frame.payload);
            WARP_ASSERT(decoded && decoded->trailing.empty());
            WARP_ASSERT(!std::holds_alternative<UnknownMessage>(decoded->message));
        }
        m_actions.output.clear();
    }

    util::SeededRandom m_random{2}; // as in World: the same client each time
    ClientOptions m_options;
    ClientSession m_client;
    NoiseTransport m_transport{world().keys, NoiseSide::Server, [](const FrameHeader& /*header*/) {
                                   return ClientSession::MAX_PAYLOAD;
                               }};
    ClientActions m_actions;
    std::set<std::uint64_t> m_waiting; ///< tags of shares without an answer
    std::uint64_t m_tag = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    test::FuzzInput input(std::as_bytes(std::span(data, size)));
    Connection connection(input.byte());
    connection.run(input);
    return 0;
}
