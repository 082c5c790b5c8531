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

    // Handshakes that are one too many wait for a later tick, as do all while there is no key.
    void rationsHandshakes()
    {
        V2Pool pool;
        V2Thread thread;
        for (int i = 0; i < static_cast<int>(HandshakeBudget::PER_SECOND); ++i) {
            QVERIFY(thread.handshakes.budget.take(pool.now));
        }
        V2Line line(pool, thread);
        QVERIFY(line.feed(line.act1()).output.empty());
        QVERIFY(line.pass(5ms).output.empty());
        QVERIFY(line.finish(line.pass(10ms).output));
        QCOMPARE(typesOf(line.send(v2SetUp())), std::string("01"));

        V2Thread keyless;
        keyless.slot.store(nullptr);
        V2Line early(pool, keyless);
        QVERIFY(early.feed(early.act1()).output.empty());
        QVERIFY(early.pass(1s).output.empty());
        keyless.slot.store(std::make_shared<const StaticIdentity>(vectorIdentity()));
        QVERIFY(early.finish(early.pass(1s).output));
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
