// Any frames to a Stratum V2 server after a valid set-up, while jobs, bits and time change.
// Whatever comes in, whole frames that can be read go out, nothing after the end, and there are as
// many extranonces in use as channels.
#include "core/stratum/v2/mining_server.h"
#include "core/util/assert.h"

#include "tests/core/mining/mining_fixtures.h"
#include "tests/fuzz/fuzz_input.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

using namespace warp;
using namespace warp::stratum;
using namespace warp::stratum::v2;

namespace {

constexpr std::size_t MAX_STEPS = 400;

/// Steps that are no frames; all other first bytes are the type of one.
enum Step : std::uint8_t {
    Refresh = 0xe0,
    NewTip,
    OtherBits,
    Tick,
    Minute,
    Withdraw,
    Repeat,
    Extension, ///< a frame of extension 1
};

class Pool
{
public:
    explicit Pool(std::uint32_t flags)
    {
        util::Bytes setUp;
        appendFrame(setUp, SetupConnection{.protocol = 0,
                                           .minVersion = 2,
                                           .maxVersion = 2,
                                           .flags = flags,
                                           .endpointHost = "",
                                           .endpointPort = 0,
                                           .vendor = "fuzz",
                                           .hardwareVersion = "",
                                           .firmware = "",
                                           .deviceId = ""});
        onFrame(0, 0, util::ByteView(setUp).subspan(FrameHeader::SIZE));
        WARP_ASSERT(!m_out.close);
    }

    void run(test::FuzzInput& input)
    {
        for (std::size_t step = 0; step < MAX_STEPS && !input.empty(); ++step) {
            const std::uint8_t kind = input.byte();
            switch (kind) {
            case NewTip:
                ++m_tip;
                giveJob();
                break;
            case OtherBits:
                m_bits = m_bits == test::REGTEST_BITS ? 0x1d00ffff : test::REGTEST_BITS;
                giveJob();
                break;
            case Refresh:
                giveJob();
                break;
            case Tick:
            case Minute:
                m_now += kind == Tick ? std::chrono::seconds(1) : std::chrono::seconds(60);
                call([&](ServerOutput out) { m_server.onTimer(m_now, out); });
                break;
            case Withdraw:
                m_server.withdrawJobs();
                break;
            case Repeat:
                call([&](ServerOutput out) { m_server.repeatWork(m_now, out); });
                break;
            default: {
                const bool isExtension = kind == Extension;
                const std::uint8_t type = isExtension ? input.byte() : kind;
                onFrame(isExtension ? EXTENSION_NEGOTIATION : 0, type, input.take(input.byte()));
            }
            }
        }
        call([&](ServerOutput out) { m_server.onStopping(out); });
        m_server.leave();
        WARP_ASSERT(m_extranonces.inUse() == 0);
    }

private:
    void giveJob()
    {
        const auto source = test::sharedTemplate(
            {.transactions = m_tip % 3, .bits = m_bits, .previous = std::to_string(m_tip)});
        m_jobs = m_book.add(*m_factory.make(source, m_tip, m_now), m_now);
        call([&](ServerOutput out) { m_server.onJobs(m_jobs, m_now, out); });
    }
    void onFrame(std::uint16_t extension, std::uint8_t type, util::ByteView payload)
    {
        const FrameHeader header{.extension = extension,
                                 .type = type,
                                 .payloadSize = static_cast<std::uint32_t>(payload.size())};
        call([&](ServerOutput out) { m_server.onFrame(header, payload, m_now, out); });
    }

    template <class Call>
    void call(Call step)
    {
        const bool wasClosed = m_isClosed;
        m_out.clear();
        m_frames.clear();
        step(ServerOutput{.frames = m_frames, .actions = m_out});
        m_isClosed = m_isClosed || m_out.close.has_value();
        WARP_ASSERT(!wasClosed || (m_frames.empty() && m_out.shares.empty()));
        WARP_ASSERT(m_server.channels() <= MAX_CHANNELS);
        WARP_ASSERT(m_extranonces.inUse() == m_server.channels());
        WARP_ASSERT(m_server.info().userAgent.size() <= MAX_KEPT_TEXT_BYTES);
        for (util::ByteView rest = m_frames; !rest.empty();) {
            WARP_ASSERT(rest.size() >= FrameHeader::SIZE);
            const FrameHeader header = FrameHeader::parse(rest.first<FrameHeader::SIZE>());
            rest = rest.subspan(FrameHeader::SIZE);
            WARP_ASSERT(rest.size() >= header.payloadSize);
            const auto decoded = decodeFrame<MiningMessage>(header, rest.first(header.payloadSize));
            WARP_ASSERT(decoded && decoded->trailing.empty());
            WARP_ASSERT(!std::holds_alternative<UnknownMessage>(decoded->message));
            rest = rest.subspan(header.payloadSize);
        }
    }

    util::BootTime m_now = test::at({});
    stratum::SingleModePolicy m_policy{bitcoin::Network::Regtest};
    mining::ExtranonceAllocator m_extranonces{1};
    ServerContext m_context{.options = {}, .policy = m_policy, .extranonces = m_extranonces};
    MiningServer m_server{m_context, m_now};
    mining::JobFactory m_factory = test::makeFactory();
    mining::JobBook m_book;
    std::shared_ptr<const mining::JobSet> m_jobs;
    std::uint32_t m_tip = 1;
    std::uint32_t m_bits = test::REGTEST_BITS;
    util::Bytes m_frames;
    Actions m_out;
    bool m_isClosed = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    test::FuzzInput input(std::as_bytes(std::span(data, size)));
    Pool pool(input.byte() & 7U);
    pool.run(input);
    return 0;
}
