// Stratum V2 behind its encryption: the handshake, forged bytes, and miners at the wrong port.

#include "core/net/connection.h"
#include "core/stratum/v2/server_limits.h"

#include "tests/core/stratum/v2_session_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <string>

namespace {

using namespace warp;
using namespace warp::test;
using namespace warp::stratum::v2;
using namespace std::chrono_literals;
using stratum::Actions;
using stratum::CloseCause;

/// Of a miner that takes the port for one of V1.
constexpr std::string_view V1_LINE =
    R"({"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.10.0"]})"
    "\n";

class V2SessionTest final : public QObject
{
    Q_OBJECT

private slots:
    // R053, R054: from the first byte to a share.
    void servesAClient()
    {
        V2Pool pool;
        V2Thread thread;
        pool.makeJob();
        V2Line line(pool, thread);
        line.call([&](auto& out) { line.session.onJobs(pool.jobs, pool.now, out); });
        const util::Bytes act = line.act1();
        QVERIFY(line.feed(util::ByteView(act).first(63)).output.empty()); // SV2-1
        const Actions answer = line.feed(util::ByteView(act).last(1));
        QCOMPARE(answer.output.size(), ACT_2_SIZE);
        QVERIFY(line.finish(answer.output));
        QCOMPARE(typesOf(line.send(v2SetUp())), std::string("01"));
        QVERIFY(!line.session.isAuthorized());
        const V2Saying opened = line.send(v2OpenExtended("rig"));
        QCOMPARE(typesOf(opened), std::string("14 1f 20"));
        QVERIFY(line.session.isAuthorized());
        QVERIFY(line.session.difficulty().value() > 0);
        QCOMPARE(line.session.info().worker, std::string("rig"));
        QVERIFY(line.session.wire() == stratum::Wire::Encrypted);
        pool.makeJob("next");
        const Actions job =
            line.call([&](auto& out) { line.session.onJobs(pool.jobs, pool.now, out); });
        QCOMPARE(typesOf(line.read(job.output)), std::string("1f 20"));
        const Actions end = line.call([&](auto& out) { line.session.onStopping(pool.now, out); });
        QCOMPARE(typesOf(line.read(end.output)), std::string("04"));
        QVERIFY(!line.session.leave(pool.now));
        QCOMPARE(pool.extranonces.inUse(), std::size_t{0});
    }

    // A new tip, empty and then full, to as many channels as there may be: each with a payout key
    // of its own, or without groups. Nothing of it was taken yet, and a miner that is not slower
    // than others keeps its connection.
    void mayHoldATipForEachOfItsChannels_data()
    {
        QTest::addColumn<bool>("isStandard");
        QTest::newRow("extended, a payout key each") << false;
        QTest::newRow("standard jobs alone") << true;
    }
    void mayHoldATipForEachOfItsChannels()
    {
        QFETCH(const bool, isStandard);
        V2Pool pool({.keys = mining::KeyUse::Separate});
        V2Thread thread;
        pool.makeJob();
        V2Line line(pool, thread);
        line.call([&](auto& out) { line.session.onJobs(pool.jobs, pool.now, out); });
        QVERIFY(line.shakeHands());
        line.send(v2SetUp(isStandard ? mining_flags::REQUIRES_STANDARD_JOBS : 0));
        QCOMPARE(line.session.pendingAllowance(), std::size_t{0});
        for (std::uint32_t i = 0; i < MAX_CHANNELS; ++i) {
            util::Bytes script = *util::fromHex("5120" + std::string(64, '3'));
            util::storeBigEndian<std::uint32_t>(std::span(script).last<4>(), i);
            const std::string user = *bitcoin::encodeAddress(script, bitcoin::Network::Regtest);
            const util::Bytes open =
                isStandard ? line.sealed(v2OpenStandard(user)) : line.sealed(v2OpenExtended(user));
            QVERIFY(!line.feed(open).output.empty());
        }
        std::size_t waiting = 0;
        for (const std::size_t transactions : {0U, 9000U}) { // a branch of 14 levels
            pool.makeJob("next", transactions);
            const Actions out =
                line.call([&](auto& o) { line.session.onJobs(pool.jobs, pool.now, o); });
            waiting += out.output.size();
        }
        QVERIFY(waiting > net::Connection::MAX_PENDING_BYTES);
        const std::size_t allowance = line.session.pendingAllowance();
        QVERIFY2(waiting <= allowance, std::to_string(waiting).c_str());
        QCOMPARE(allowance, MAX_CHANNELS * PENDING_BYTES_PER_CHANNEL);
        static_cast<void>(line.session.leave(pool.now));
        QCOMPARE(line.session.pendingAllowance(), std::size_t{0});
    }

    // R070: all channels at once, and how many got how much is known.
    void countsWhatItDelivers()
    {
        V2Pool pool;
        V2Thread thread;
        pool.makeJob();
        V2Line line(pool, thread);
        line.call([&](auto& out) { line.session.onJobs(pool.jobs, pool.now, out); });
        QCOMPARE(thread.handshakes.delivered.channels, std::size_t{0});
        QVERIFY(line.shakeHands());
        line.send(v2SetUp(mining_flags::REQUIRES_STANDARD_JOBS));
        for (int i = 0; i < 3; ++i) {
            line.send(v2OpenStandard());
        }
        QCOMPARE(thread.handshakes.delivered.frames, std::size_t{0}); // no new work
        pool.makeJob("next");
        const Actions tip =
            line.call([&](auto& out) { line.session.onJobs(pool.jobs, pool.now, out); });
        QCOMPARE(typesOf(line.read(tip.output)), std::string("15 20 15 20 15 20"));
        QCOMPARE(thread.handshakes.delivered.channels, std::size_t{3});
        QCOMPARE(thread.handshakes.delivered.frames, std::size_t{6});
        static_cast<void>(
            line.call([&](auto& out) { line.session.onJobs(pool.jobs, pool.now, out); }));
        QCOMPARE(thread.handshakes.delivered.channels, std::size_t{3}); // the same work again
    }

    // R057: however the bytes are cut; a half frame waits without harm.
    void readsFramesInAnyPieces()
    {
        V2Pool pool;
        V2Thread thread;
        pool.makeJob();
        V2Line line(pool, thread);
        line.call([&](auto& out) { line.session.onJobs(pool.jobs, pool.now, out); });
        QVERIFY(line.shakeHands());
        util::Bytes bytes = line.sealed(v2SetUp());
        util::append(bytes, line.sealed(v2OpenExtended()));
        util::append(bytes, line.sealed(v2OpenStandard()));
        std::string output;
        for (std::size_t i = 0; i < bytes.size(); i += 7) {
            const std::size_t size = std::min<std::size_t>(7, bytes.size() - i);
            output += line.feed(util::ByteView(bytes).subspan(i, size)).output;
        }
        QCOMPARE(typesOf(line.read(output)), std::string("01 14 1f 20 11 15 20"));
    }

    // SV2-12: after a block that the keys did not make there is no further frame, whatever comes.
    void saysNothingAfterAForgedBlock()
    {
        V2Pool pool;
        V2Thread thread;
        pool.makeJob();
        V2Line line(pool, thread);
        line.call([&](auto& out) { line.session.onJobs(pool.jobs, pool.now, out); });
        QVERIFY(line.shakeHands());
        line.send(v2SetUp());
        line.send(v2OpenExtended());
        util::Bytes bytes = line.sealed(v2OpenStandard()); // would be answered
        util::Bytes forged = line.sealed(v2OpenStandard());
        forged.back() ^= std::byte{1};
        util::append(bytes, forged);
        util::append(bytes, line.sealed(v2OpenStandard()));
        const Actions out = line.feed(bytes);
        QVERIFY(out.output.empty());
        QVERIFY(out.close == CloseCause::NotAuthentic);
        QVERIFY(line.feed(line.sealed(v2OpenStandard())).output.empty());
        pool.makeJob("next");
        const auto isSilent = [&](auto step) { return line.call(step).output.empty(); };
        QVERIFY(isSilent([&](auto& o) { line.session.onJobs(pool.jobs, pool.now, o); }));
        QVERIFY(isSilent([&](auto& o) { line.session.repeatWork(pool.now, o); }));
        QVERIFY(isSilent([&](auto& o) { line.session.onTimer(pool.now + 1h, o); }));
        QVERIFY(isSilent([&](auto& o) { line.session.onStopping(pool.now, o); }));
    }

    // R057: a header that announces too much ends it before any of that is kept.
    void closesOnFramesThatAreTooLong()
    {
        V2Pool pool;
        V2Thread thread;
        V2Line line(pool, thread);
        QVERIFY(line.shakeHands());
        line.send(v2SetUp());
        util::Bytes plain;
        FrameHeader{.type = 0x1b, .payloadSize = 1U << 20U}.appendTo(plain);
        plain.resize(plain.size() + (1U << 20U));
        const util::Bytes bytes = line.sealedFrame(plain);
        const Actions out = line.feed(util::ByteView(bytes).first(22));
        QVERIFY(out.close == CloseCause::BadMessage);
    }

    void hearsNothingBeforeItsAnswer()
    {
        V2Pool pool;
        V2Thread thread;
        V2Line line(pool, thread);
        util::Bytes act = line.act1();
        act.push_back(std::byte{0});
        const Actions out = line.feed(act);
        QVERIFY(out.close == CloseCause::NotAuthentic);
        QVERIFY(out.output.empty());
    }

    // SV2-14: silent or half, others are not concerned.
    void closesHalfHandshakes()
    {
        V2Pool pool;
        V2Thread thread;
        pool.makeJob();
        V2Line silent(pool, thread);
        V2Line half(pool, thread);
        V2Line withoutSetUp(pool, thread);
        V2Line good(pool, thread);
        half.feed(util::ByteView(half.act1()).first(32));
        QVERIFY(withoutSetUp.shakeHands());
        QVERIFY(good.shakeHands());
        good.send(v2SetUp());
        pool.now += SETUP_TIMEOUT - 1ms;
        for (V2Line* const line : {&silent, &half, &withoutSetUp, &good}) {
            line->pass(0ms);
            QVERIFY(!line->closed);
        }
        pool.now += 1ms;
        for (V2Line* const line : {&silent, &half, &withoutSetUp}) {
            QVERIFY(line->pass(0ms).output.empty());
            QVERIFY(line->closed == CloseCause::HandshakeTimeout);
        }
        QVERIFY(good.pass(0ms).output.empty());
        QVERIFY(!good.closed);
        QCOMPARE(typesOf(good.send(v2OpenExtended())), std::string("14"));
    }

    // Its caller paces handshakes: one is asked for once, and with a tick where there was no key.
    void handsItsHandshakeToTheCallersPace()
    {
        V2Pool pool;
        V2Thread thread;
        V2Line line(pool, thread);
        const auto feed = [&](util::ByteView bytes) {
            return line.call([&](auto& out) { line.session.onBytes(bytes, pool.now, out); });
        };
        const auto tick = [&] {
            return line.call([&](auto& out) { line.session.onTimer(pool.now, out); });
        };
        const auto turn = [&] {
            return line.call([&](auto& out) { line.session.onTurn(pool.now, out); });
        };
        QVERIFY(turn().output.empty());
        const util::Bytes act = line.act1();
        QVERIFY(!feed(util::ByteView(act).first(63)).wantsTurn);
        const Actions whole = feed(util::ByteView(act).last(1));
        QVERIFY(whole.wantsTurn && whole.output.empty());
        QVERIFY(!tick().wantsTurn); // it was asked for
        QVERIFY(line.finish(turn().output));
        QVERIFY(turn().output.empty());
        QCOMPARE(typesOf(line.send(v2SetUp())), std::string("01"));

        V2Thread keyless;
        keyless.slot.store(nullptr);
        V2Line early(pool, keyless);
        QVERIFY(early.feed(early.act1()).output.empty());
        QVERIFY(early.pass(1s).output.empty());
        keyless.slot.store(std::make_shared<const StaticIdentity>(vectorIdentity()));
        QVERIFY(early.finish(early.pass(1s).output));
    }

    // Who waits for the pool is not to blame: his time to set up begins with the pool's answer.
    void doesNotHoldItsOwnPaceAgainstAMiner()
    {
        V2Pool pool;
        V2Thread thread;
        V2Line line(pool, thread);
        V2Line never(pool, thread);
        for (V2Line* const each : {&line, &never}) {
            each->call([&](auto& out) { each->session.onBytes(each->act1(), pool.now, out); });
        }
        pool.now += TURN_TIMEOUT - 1ms;
        for (V2Line* const each : {&line, &never}) {
            each->call([&](auto& out) { each->session.onTimer(pool.now, out); });
            QVERIFY(!each->closed);
        }
        QVERIFY(
            line.finish(line.call([&](auto& out) { line.session.onTurn(pool.now, out); }).output));
        pool.now += SETUP_TIMEOUT - 1ms;
        line.pass(0ms);
        never.pass(0ms);
        QVERIFY(!line.closed);
        QVERIFY(never.closed == CloseCause::HandshakeTimeout);
        line.pass(1ms);
        QVERIFY(line.closed == CloseCause::HandshakeTimeout);
    }

    // R057 R145: what a type cannot need is refused by the header, and a frame has to end some
    // time.
    void keepsNothingOfAFrameThatCannotBe()
    {
        QFETCH(const int, type);
        QFETCH(const int, size);
        QFETCH(const bool, isTaken);
        V2Pool pool;
        V2Thread thread;
        V2Line line(pool, thread);
        QVERIFY(line.shakeHands());
        line.send(v2SetUp());
        util::Bytes plain;
        FrameHeader{.type = static_cast<std::uint8_t>(type),
                    .payloadSize = static_cast<std::uint32_t>(size)}
            .appendTo(plain);
        plain.resize(plain.size() + static_cast<std::size_t>(size));
        const util::Bytes bytes = line.sealedFrame(plain);
        line.feed(util::ByteView(bytes).first(22));
        QCOMPARE(line.closed == CloseCause::BadMessage, !isTaken);
        if (isTaken) {
            line.feed(util::ByteView(bytes).subspan(22, bytes.size() - 23));
            line.pass(0ms);
            line.pass(FRAME_TIMEOUT - 1ms);
            QVERIFY(!line.closed);
            line.pass(1ms);
            QVERIFY(line.closed == CloseCause::BadMessage);
        }
    }
    void keepsNothingOfAFrameThatCannotBe_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("size");
        QTest::addColumn<bool>("isTaken");
        QTest::newRow("a share") << 0x1b << 1000 << true;
        QTest::newRow("a long share") << 0x1b << 2000 << false;
        QTest::newRow("anything") << 0x70 << 16 * 1024 << true;
        QTest::newRow("anything long") << 0x70 << 16 * 1024 + 1 << false;
    }

    // A frame that comes in time is no half one, however many there are.
    void countsNoFrameTwice()
    {
        V2Pool pool;
        V2Thread thread;
        pool.makeJob();
        V2Line line(pool, thread);
        QVERIFY(line.shakeHands());
        line.send(v2SetUp());
        line.send(v2OpenExtended());
        for (int i = 0; i < 5; ++i) {
            const util::Bytes bytes = line.sealed(v2OpenExtended());
            line.feed(util::ByteView(bytes).first(30));
            line.pass(FRAME_TIMEOUT - 1s);
            line.feed(util::ByteView(bytes).subspan(30));
            line.pass(1s);
        }
        QVERIFY(!line.closed);
        // One that never stops talking is within some frame at every tick.
        util::Bytes begun;
        for (int i = 0; i < 100; ++i) {
            const util::Bytes bytes = line.sealed(v2OpenExtended());
            util::append(begun, util::ByteView(bytes).first(30));
            line.feed(begun);
            line.pass(1s);
            begun.assign(bytes.begin() + 30, bytes.end());
        }
        QVERIFY(!line.closed);
    }

    // SV2-20: the bit says for whom a message is; peers of different age differ in it.
    void readsASharesHeaderWithEitherBit()
    {
        for (const FrameScope scope : {FrameScope::Channel, FrameScope::Connection}) {
            V2Pool pool;
            V2Thread thread;
            V2Line line(pool, thread);
            QVERIFY(line.shakeHands());
            line.send(v2SetUp());
            util::Bytes plain;
            appendFrame(plain, UpdateChannel{.channelId = 77,
                                             .nominalHashRate = Float32::of(1),
                                             .maximumTarget = easiestTarget()});
            FrameHeader header =
                FrameHeader::parse(util::ByteView(plain).first<FrameHeader::SIZE>());
            header.scope = scope;
            std::ranges::copy(header.toBytes(), plain.begin());
            QCOMPARE(typesOf(line.read(line.feed(line.sealedFrame(plain)).output)),
                     std::string("17"));
        }
    }

    // What a great moment took is given back.
    void keepsNoGreatBuffers()
    {
        V2Pool pool;
        V2Thread thread;
        pool.makeJob();
        V2Line line(pool, thread);
        QVERIFY(line.shakeHands());
        line.send(v2SetUp(mining_flags::REQUIRES_STANDARD_JOBS));
        util::Bytes bytes;
        for (std::size_t i = 0; i < MAX_CHANNELS; ++i) {
            util::append(bytes, line.sealed(v2OpenStandard()));
        }
        QVERIFY(line.read(line.feed(bytes).output).size() >= MAX_CHANNELS);
        for (int i = 0; i < 4; ++i) {
            pool.makeJob("next");
            const Actions job =
                line.call([&](auto& out) { line.session.onJobs(pool.jobs, pool.now, out); });
            QVERIFY(!job.output.empty());
            QVERIFY(thread.handshakes.scratch.plain.capacity() <= FrameScratch::KEPT_BYTES);
            QVERIFY(thread.handshakes.scratch.sealed.capacity() <= FrameScratch::KEPT_BYTES);
        }
    }

    // SV2-15, B15: V1's text at this port, whatever it is cut into.
    void tellsStratumV1()
    {
        V2Pool pool;
        V2Thread thread;
        for (std::size_t first = 1; first < V1_LINE.size(); ++first) {
            V2Line line(pool, thread);
            Actions out = line.feed(util::asBytes(V1_LINE.substr(0, first)));
            std::string output = out.output;
            if (!line.closed) {
                output += line.feed(util::asBytes(V1_LINE.substr(first))).output;
            }
            QVERIFY(line.closed == CloseCause::OtherProtocol);
            QVERIFY(output.empty());
            QVERIFY(line.feed(util::asBytes(V1_LINE)).output.empty());
        }
        V2Line slow(pool, thread);
        for (const char character : V1_LINE.substr(0, 16)) {
            slow.feed(util::asBytes({&character, 1}));
        }
        QVERIFY(slow.closed == CloseCause::OtherProtocol);
    }
};

WARP_TEST_CLASS(V2SessionTest);

} // namespace

#include "v2_session_test.moc"
