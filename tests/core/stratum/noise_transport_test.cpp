#include "core/stratum/v2/noise_transport.h"

#include "core/util/hex.h"
#include "core/util/random.h"
#include "tests/core/net/sanitizer.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

using namespace warp;
using namespace warp::stratum::v2;
using namespace warp::test;

constexpr std::size_t SMALL_CAP = 64 * 1024;
constexpr FrameHeader SHARE_HEADER{.extension = 1, .scope = FrameScope::Channel, .type = 0x1b};

TransportKeys testKeys()
{
    TransportKeys keys;
    std::ranges::fill(keys.toServer.writable(), std::byte{0x61});
    std::ranges::fill(keys.toClient.writable(), std::byte{0x62});
    return keys;
}

std::size_t anyFrame(const FrameHeader& /*header*/)
{
    return FrameHeader::MAX_PAYLOAD;
}

/// More for one type of message than for all others.
std::size_t framesByType(const FrameHeader& header)
{
    return header.type == 5 && header.extension == 2 ? SMALL_CAP + 1 : SMALL_CAP;
}

struct Ends
{
    NoiseTransport client{testKeys(), NoiseSide::Client, anyFrame};
    NoiseTransport server{testKeys(), NoiseSide::Server, anyFrame};
};

util::Bytes payloadOf(std::size_t size)
{
    util::SeededRandom random(size + 1);
    util::Bytes payload(size);
    random.fill(payload);
    return payload;
}

struct ReadFrame
{
    FrameHeader header; // less the length
    util::Bytes payload;

    bool operator==(const ReadFrame&) const = default;
};

/// All frames of `stream`, which arrives in pieces of this size; nothing after a fault.
std::optional<std::vector<ReadFrame>> readAll(NoiseTransport& transport, util::ByteView stream,
                                              std::size_t piece)
{
    std::vector<ReadFrame> frames;
    while (!stream.empty()) {
        util::ByteView input = stream.first(std::min(piece, stream.size()));
        stream = stream.subspan(input.size());
        while (true) {
            const auto next = transport.next(input);
            if (!next) {
                return std::nullopt;
            }
            if (!*next) {
                break;
            }
            const PlainFrame& frame = **next;
            FrameHeader header = frame.header;
            if (std::exchange(header.payloadSize, 0) != frame.payload.size()) {
                qFatal("the header has another length");
            }
            frames.push_back({header, {frame.payload.begin(), frame.payload.end()}});
        }
        if (!input.empty()) {
            qFatal("input is left over");
        }
    }
    return frames;
}

class NoiseTransportTest final : public QObject
{
    Q_OBJECT

private slots:
    void roundTripsAnySize_data()
    {
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("blocks"); // with the header's
        QTest::newRow("empty") << 0 << 1;
        QTest::newRow("one") << 1 << 2;
        QTest::newRow("share") << 64 << 2;
        QTest::newRow("full block") << 65519 << 2;
        QTest::newRow("one more") << 65520 << 3;
        QTest::newRow("two blocks") << 131038 << 3;
        QTest::newRow("three") << 131039 << 4;
    }
    // SV2-9, SV2-10, SV2-11: block counts, plaintext length, a counter that rises by one a block.
    void roundTripsAnySize()
    {
        QFETCH(const int, size);
        QFETCH(const int, blocks);
        Ends ends;
        const util::Bytes payload = payloadOf(static_cast<std::size_t>(size));
        util::Bytes out(3, std::byte{9}); // it is appended to
        ends.client.seal({.header = SHARE_HEADER, .payload = payload}, out);
        const auto sealed = util::ByteView(out).subspan(3);
        QCOMPARE(sealed.size(), static_cast<std::size_t>(6 + size + 16 * blocks));
        QCOMPARE(sealed.size(), sealedFrameSize(payload.size()));
        QCOMPARE(ends.client.sealer().count(), static_cast<std::uint64_t>(blocks));

        // The header's block is 22 bytes, under the first count of its direction.
        NoiseCipher cipher(testKeys().toServer);
        std::array<std::byte, 6> header{};
        QVERIFY(cipher.open({}, sealed.first(22), header));
        QCOMPARE(util::toHex(std::span(header).first(3)), std::string("01801b"));
        QCOMPARE(std::to_integer<int>(header[3]) + (std::to_integer<int>(header[4]) << 8) +
                     (std::to_integer<int>(header[5]) << 16),
                 size);

        const auto frames = readAll(ends.server, sealed, sealed.size());
        QVERIFY(frames && frames->size() == 1);
        QVERIFY((frames->front() == ReadFrame{SHARE_HEADER, payload}));
        QCOMPARE(ends.server.opener().count(), static_cast<std::uint64_t>(blocks));
    }

    void roundTripsTheLargest()
    {
        Ends ends;
        const util::Bytes payload(FrameHeader::MAX_PAYLOAD, std::byte{1});
        util::Bytes out;
        ends.server.seal({.payload = payload}, out);
        const auto frames = readAll(ends.client, out, 100'000);
        QVERIFY(frames && frames->size() == 1 && frames->front().payload == payload);
    }

    // SV2-11: the nonce is the count, from 0 on, in each direction for itself.
    void countsBlocks()
    {
        Ends ends;
        const util::Bytes payload = payloadOf(70'000);
        util::Bytes toServer;
        ends.client.seal({.payload = payload}, toServer);
        ends.client.seal({.header = {.type = 7}}, toServer);
        QCOMPARE(ends.client.sealer().count(), std::uint64_t{4});
        QCOMPARE(ends.client.opener().count(), std::uint64_t{0});
        NoiseCipher cipher(testKeys().toServer);
        util::ByteView rest = toServer;
        for (const std::size_t plain : {6UL, 65519UL, 70'000UL - 65519UL, 6UL}) {
            util::Bytes opened(plain);
            QVERIFY(cipher.open({}, rest.first(plain + 16), opened));
            rest = rest.subspan(plain + 16);
        }
        QVERIFY(rest.empty());
        QCOMPARE(cipher.count(), std::uint64_t{4});
    }

    void aWrongTagDoesNotCount()
    {
        NoiseCipher sealer(testKeys().toServer);
        NoiseCipher opener(testKeys().toServer);
        const util::Bytes plain = payloadOf(10);
        util::Bytes sealed(26);
        sealer.seal({}, plain, sealed);
        util::Bytes damaged = sealed;
        damaged[3] ^= std::byte{1};
        util::Bytes opened(10);
        QVERIFY(!opener.open({}, damaged, opened));
        QCOMPARE(opener.count(), std::uint64_t{0});
        QVERIFY(opener.open({}, sealed, opened));
        QVERIFY(opened == plain);
        QVERIFY(!opener.open({}, sealed, opened)); // the same again is another block's
    }

    void takesAnyPieces()
    {
        std::vector<ReadFrame> sent;
        util::Bytes stream;
        {
            Ends ends;
            std::uint8_t type = 0;
            for (const std::size_t size :
                 {0UL, 1UL, 60UL, 0UL, 0UL, 700UL, 65519UL, 66000UL, 5UL}) {
                sent.push_back({FrameHeader{.type = ++type}, payloadOf(size)});
                ends.client.seal({.header = {.type = type}, .payload = sent.back().payload},
                                 stream);
            }
        }
        for (const std::size_t piece :
             {1UL, 2UL, 7UL, 21UL, 22UL, 23UL, 37UL, 1000UL, 65535UL, 65557UL, stream.size()}) {
            Ends ends;
            QVERIFY(readAll(ends.server, stream, piece) == sent);
        }
        util::SeededRandom random(8);
        for (int round = 0; round < 20; ++round) {
            Ends ends;
            std::vector<ReadFrame> frames;
            util::ByteView rest = stream;
            while (!rest.empty()) {
                const auto piece =
                    std::min(rest.size(), static_cast<std::size_t>(1 + random.below(9000)));
                const auto read = readAll(ends.server, rest.first(piece), piece);
                QVERIFY(read.has_value());
                frames.insert(frames.end(), read->begin(), read->end());
                rest = rest.subspan(piece);
            }
            QVERIFY(frames == sent);
        }
    }

    // SV2-13: a frame of one direction is nothing in the other.
    void keepsTheDirectionsApart()
    {
        Ends ends;
        util::Bytes out;
        ends.server.seal({.header = {.type = 1}}, out);
        QVERIFY(!readAll(ends.server, out, out.size()));
        QVERIFY(readAll(ends.client, out, out.size()).has_value());
        QCOMPARE(NoiseSealer(testKeys().toServer).count(), std::uint64_t{0});
        util::Bytes expected;
        NoiseSealer(testKeys().toClient).seal({.header = {.type = 1}}, expected);
        QVERIFY(out == expected);
    }

    // SV2-12: nothing comes after a failed authentication, be it good.
    void givesNothingAfterAWrongTag()
    {
        util::Bytes stream;
        Ends sender;
        sender.client.seal({.header = {.type = 1}, .payload = payloadOf(40)}, stream);
        const std::size_t frameSize = stream.size();
        sender.client.seal({.header = {.type = 2}, .payload = payloadOf(41)}, stream);
        for (std::size_t byte = 0; byte < frameSize; ++byte) {
            Ends ends;
            util::Bytes damaged = stream;
            damaged[byte] ^= std::byte{0x80};
            util::ByteView input = damaged;
            const auto first = ends.server.next(input);
            QVERIFY(!first && first.error() == FrameFault::Unauthentic);
            util::ByteView good = util::ByteView(stream).subspan(frameSize);
            const auto second = ends.server.next(good);
            QVERIFY(!second && second.error() == FrameFault::Unauthentic);
            QCOMPARE(good.size(), stream.size() - frameSize);
            QCOMPARE(ends.server.opener().heldBytes(), std::size_t{0});
        }
    }

    // SV2-12: a wrong chunk spoils the frame whose first chunk was good.
    void givesNoPartOfAFrame()
    {
        Ends ends;
        util::Bytes stream;
        const util::Bytes payload = payloadOf(70'000);
        ends.client.seal({.payload = payload}, stream);
        stream.back() ^= std::byte{1};
        QVERIFY(!readAll(ends.server, stream, 1000));
    }

    void refusesALongFrameByItsHeader()
    {
        NoiseSealer client(testKeys().toServer);
        const util::Bytes payload = payloadOf(SMALL_CAP + 1);
        util::Bytes fits;
        util::Bytes tooLong;
        client.seal({.payload = util::ByteView(payload).first(SMALL_CAP)}, fits);
        client.seal({.payload = payload}, tooLong);
        NoiseTransport server(testKeys(), NoiseSide::Server, framesByType);
        QVERIFY(readAll(server, fits, fits.size()).has_value());
        util::ByteView input = util::ByteView(tooLong).first(22);
        const auto refused = server.next(input);
        QVERIFY(!refused && refused.error() == FrameFault::TooLong);
        QVERIFY(!server.next(input));
        QVERIFY(!server.next(input));
    }

    void theLimitGoesByTheHeader()
    {
        const util::Bytes payload = payloadOf(SMALL_CAP + 1);
        for (const FrameHeader header :
             {FrameHeader{.extension = 2, .type = 5}, FrameHeader{.extension = 1, .type = 5},
              FrameHeader{.extension = 2, .type = 6}}) {
            util::Bytes stream;
            NoiseSealer(testKeys().toServer).seal({.header = header, .payload = payload}, stream);
            NoiseTransport server(testKeys(), NoiseSide::Server, framesByType);
            QCOMPARE(readAll(server, stream, stream.size()).has_value(),
                     header.extension == 2 && header.type == 5);
        }
    }

    void knowsWhetherAFrameHasBegun()
    {
        Ends ends;
        util::Bytes stream;
        ends.client.seal({.header = SHARE_HEADER, .payload = payloadOf(60)}, stream);
        ends.client.seal({.header = SHARE_HEADER}, stream);
        const std::size_t first = sealedFrameSize(60);
        QVERIFY(!ends.server.opener().isWithinFrame());
        for (std::size_t i = 0; i < stream.size(); ++i) {
            QVERIFY(readAll(ends.server, util::ByteView(stream).subspan(i, 1), 1).has_value());
            QCOMPARE(ends.server.opener().isWithinFrame(),
                     i + 1 != first && i + 1 != stream.size());
        }
    }

    // Of the 10 KiB that an idle connection may take.
    void anIdleOneIsSmall()
    {
#if defined(__GLIBC__)
        if constexpr (WITH_SANITIZER) {
            QSKIP("a sanitizer has an allocator of its own");
        }
        constexpr std::size_t COUNT = 200;
        std::vector<std::unique_ptr<Ends>> all;
        all.reserve(COUNT);
        all.push_back(std::make_unique<Ends>()); // allocates what all share
        const std::size_t before = ::mallinfo2().uordblks;
        for (std::size_t i = 1; i < COUNT; ++i) {
            all.push_back(std::make_unique<Ends>());
            util::Bytes out;
            all.back()->client.seal({.payload = payloadOf(64)}, out);
            QVERIFY(readAll(all.back()->server, out, out.size()).has_value());
        }
        const std::size_t each = (::mallinfo2().uordblks - before) / (COUNT - 1) / 2;
        QVERIFY2(each <= 1536, std::to_string(each).c_str());
#else
        QSKIP("this system's allocator gives no figures");
#endif
    }

    // A header alone makes nobody reserve what it announces, and nothing stays after a long frame.
    void holdsNoMoreThanHasArrived()
    {
        Ends ends;
        util::Bytes stream;
        const util::Bytes payload = payloadOf(1'000'000);
        ends.client.seal({.payload = payload}, stream);
        util::ByteView input = util::ByteView(stream).first(122);
        const auto part = ends.server.next(input);
        QVERIFY(part && !*part);
        QVERIFY(ends.server.opener().heldBytes() <= 256);
        QVERIFY(readAll(ends.server, util::ByteView(stream).subspan(122), 1000)->size() == 1);
        QVERIFY(ends.server.opener().heldBytes() <= 256);
        stream.clear();
        for (int i = 0; i < 5; ++i) {
            ends.client.seal({.payload = payloadOf(64)}, stream);
        }
        QCOMPARE(readAll(ends.server, stream, 90)->size(), std::size_t{5});
        QVERIFY(ends.server.opener().heldBytes() <= 256);
    }
};

WARP_TEST_CLASS(NoiseTransportTest);

} // namespace

#include "noise_transport_test.moc"
