// The first bytes of a connection, and the session that waits for them.

#include "core/stratum/either_session.h"

#include "core/stratum/v1/server_session.h"

#include "tests/core/stratum/v2_session_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <string>

namespace {

using namespace warp;
using namespace warp::test;
using namespace std::chrono_literals;
using stratum::Actions;
using stratum::CloseCause;
using stratum::EitherSession;
using stratum::FirstBytes;
using stratum::guessProtocol;

constexpr std::string_view SUBSCRIBE = R"({"id":1,"method":"mining.subscribe","params":[]})"
                                       "\n";

FirstBytes guess(std::string_view text)
{
    return guessProtocol(util::asBytes(text));
}

/// A session of either kind, with all that it takes.
struct Port
{
    Port()
    {
        pool.makeJob();
        session.onJobs(pool.jobs, pool.now, actions);
    }

    std::unique_ptr<stratum::Session> make(FirstBytes protocol, util::BootTime since)
    {
        ++made;
        if (isFull) {
            return nullptr;
        }
        if (protocol == FirstBytes::StratumV1) {
            return std::make_unique<stratum::v1::ServerSession>(v1, FIRST_EXTRANONCE1, since);
        }
        return std::make_unique<stratum::v2::ServerSession>(pool.context, thread.handshakes, since);
    }
    std::string feed(util::ByteView bytes)
    {
        actions.clear();
        session.onBytes(bytes, pool.now, actions);
        giveTurn(session, pool.now, actions);
        closed = actions.close ? actions.close : closed;
        return actions.output;
    }
    std::string feedParts(util::ByteView bytes, std::size_t size)
    {
        std::string output;
        for (; !bytes.empty(); bytes = bytes.subspan(std::min(size, bytes.size()))) {
            output += feed(bytes.first(std::min(size, bytes.size())));
        }
        return output;
    }

    V2Pool pool;
    V2Thread thread;
    TestPolicy policy;
    stratum::v1::ServerContext v1{.options = easyOptions(), .policy = policy};
    int made = 0;
    bool isFull = false;
    std::optional<CloseCause> closed;
    Actions actions;
    EitherSession session{
        [this](FirstBytes protocol, util::BootTime since) { return make(protocol, since); },
        pool.now};
};

class EitherSessionTest final : public QObject
{
    Q_OBJECT

private slots:
    // B15
    void guessesByTheFirstBytes()
    {
        QVERIFY(guess(SUBSCRIBE) == FirstBytes::StratumV1);
        QVERIFY(guess("{}\n") == FirstBytes::StratumV1);
        QVERIFY(guess("\r\n  {\"method\": 1") == FirstBytes::StratumV1);
        for (std::size_t size = 1; size < stratum::FIRST_BYTES_NEEDED; ++size) {
            QVERIFY(guess(SUBSCRIBE.substr(0, size)) == FirstBytes::TooFew);
        }
        QVERIFY(guess(SUBSCRIBE.substr(0, stratum::FIRST_BYTES_NEEDED)) == FirstBytes::StratumV1);
        QVERIFY(guess("GET / HTTP/1.1") == FirstBytes::StratumV2);
        QVERIFY(guess("{\x01") == FirstBytes::StratumV2);
        QVERIFY(guess("{\xff\xfe") == FirstBytes::StratumV2);
        QVERIFY(guess({"\0", 1}) == FirstBytes::StratumV2);
    }

    // B15: random bytes are V2 however they begin, but for one in some four hundred million.
    void takesRandomBytesForV2()
    {
        util::SeededRandom random(3);
        for (int i = 0; i < 20'000; ++i) {
            std::array<std::byte, 64> bytes{};
            random.fill(bytes);
            bytes[0] = std::byte{'{'};
            bytes[1] = std::byte{'"'};
            QVERIFY(guessProtocol(bytes) == FirstBytes::StratumV2);
        }
    }

    // B15: both at one port, in any pieces; work that came before is not lost.
    void servesBoth()
    {
        for (const std::size_t size : std::initializer_list<std::size_t>{1, 3, 15, 16, 17, 1000}) {
            Port text;
            const std::string answer = text.feedParts(util::asBytes(SUBSCRIBE), size);
            QVERIFY(answer.find("\"result\"") != std::string::npos);
            QVERIFY(text.session.wire() == stratum::Wire::Text);
            QCOMPARE(text.made, 1);
            const std::string ready = text.feed(util::asBytes(
                "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"w\",\"x\"]}\n"));
            QVERIFY(ready.find("mining.notify") != std::string::npos);
            QCOMPARE(text.session.pendingAllowance(), std::size_t{0});
            QVERIFY(text.session.isAuthorized());

            Port encrypted;
            V2Line client(encrypted.pool, encrypted.thread);
            QVERIFY(client.finish(encrypted.feedParts(client.act1(), size)));
            QVERIFY(encrypted.session.wire() == stratum::Wire::Encrypted);
            std::string output = encrypted.feedParts(client.sealed(v2SetUp()), size);
            output += encrypted.feedParts(client.sealed(v2OpenExtended()), size);
            QCOMPARE(typesOf(client.read(output)), std::string("01 14 1f 20"));
            QCOMPARE(encrypted.made, 1);
        }
    }

    void closesSilentConnections()
    {
        Port port;
        Actions out;
        port.feed(util::asBytes("{"));
        port.session.onTimer(port.pool.now + EitherSession::TIMEOUT - 1ms, out);
        QVERIFY(!out.close);
        port.session.onTimer(port.pool.now + EitherSession::TIMEOUT, out);
        QVERIFY(out.close == CloseCause::HandshakeTimeout);
        QVERIFY(port.feed(util::asBytes(SUBSCRIBE)).empty());
        QCOMPARE(port.made, 0);
    }

    // The time for the first line begins with the connection, whatever it speaks.
    void givesNoSecondTimeToASlowOne()
    {
        Port port;
        port.feed(util::asBytes("{"));
        port.pool.now += EitherSession::TIMEOUT - 100ms;
        port.feed(util::asBytes(SUBSCRIBE.substr(1, 20)));
        QCOMPARE(port.made, 1);
        Actions out;
        port.session.onTimer(port.pool.now + 99ms, out);
        QVERIFY(!out.close);
        port.session.onTimer(port.pool.now + 100ms, out);
        QVERIFY(out.close == CloseCause::HandshakeTimeout);
    }

    void sendsNoWorkThatWasWithdrawnBeforeTheFirstBytes()
    {
        Port port;
        port.session.withdrawJobs();
        port.feed(util::asBytes(SUBSCRIBE));
        const std::string ready = port.feed(
            util::asBytes("{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"w\",\"x\"]}\n"));
        QVERIFY(port.session.isAuthorized());
        QVERIFY(ready.find("mining.notify") == std::string::npos);
    }

    void closesWhereThereIsNoRoom()
    {
        Port port;
        port.isFull = true;
        QVERIFY(port.feed(util::asBytes(SUBSCRIBE)).empty());
        QVERIFY(port.closed == CloseCause::NoRoom);
        port.feed(util::asBytes(SUBSCRIBE));
        QCOMPARE(port.made, 1);
    }

    void isNobodyBeforeItsFirstBytes()
    {
        Port port;
        Actions out;
        port.session.withdrawJobs();
        port.session.repeatWork(port.pool.now, out);
        port.session.onStopping(port.pool.now, out);
        QVERIFY(out.output.empty() && !out.close);
        QVERIFY(!port.session.isAuthorized());
        QCOMPARE(port.session.difficulty().value(), 0.0);
        QVERIFY(port.session.info().worker.empty());
        QVERIFY(!port.session.leave(port.pool.now));
        QVERIFY(port.feed(util::asBytes(SUBSCRIBE)).empty());
    }
};

WARP_TEST_CLASS(EitherSessionTest);

} // namespace

#include "either_session_test.moc"
