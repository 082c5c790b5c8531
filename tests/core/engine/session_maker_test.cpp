// The sessions of one io thread: which protocol a listener's miners get, and what they share.

#include "core/engine/session_maker.h"

#include "tests/core/stratum/v2_session_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace warp::test;
using config::ListenerProtocol;
using engine::ListenerOptions;
using engine::ListenerState;
using stratum::Session;

constexpr std::string_view SUBSCRIBE = R"({"id":1,"method":"mining.subscribe","params":[]})"
                                       "\n";

struct Thread
{
    Thread() { pool.makeJob(); }

    void listen(const std::vector<ListenerProtocol>& protocols)
    {
        engine::ListenerStates states;
        for (const ListenerProtocol protocol : protocols) {
            ListenerOptions options;
            options.protocol = protocol;
            options.stratum = easyOptions();
            states.push_back(std::make_shared<ListenerState>(options));
        }
        maker.renew(states, mining::KeyUse::Shared);
    }
    std::unique_ptr<Session> connect(std::size_t listener = 0)
    {
        auto session = maker.make(listener, 1, pool.now);
        stratum::Actions out;
        session->onJobs(pool.jobs, pool.now, out);
        return session;
    }
    std::string feed(Session& session, util::ByteView bytes)
    {
        stratum::Actions out;
        session.onBytes(bytes, pool.now, out);
        giveTurn(session, pool.now, out);
        closed = out.close;
        return out.output;
    }
    bool speaksV1(Session& session)
    {
        return feed(session, util::asBytes(SUBSCRIBE)).find("\"result\"") != std::string::npos;
    }
    bool speaksV2(Session& session, V2Wire& client)
    {
        return client.finish(feed(session, client.act1())) &&
               typesOf(client.read(feed(session, client.sealed(v2SetUp())))) == "01" &&
               typesOf(client.read(feed(session, client.sealed(v2OpenExtended())))) == "14 1f 20";
    }
    bool speaksV2(Session& session)
    {
        V2Wire client;
        return speaksV2(session, client);
    }

    V2Pool pool; // its jobs and its clock
    util::SeededRandom random{9};
    stratum::v2::IdentitySlot slot{
        std::make_shared<const stratum::v2::StaticIdentity>(vectorIdentity())};
    std::optional<stratum::CloseCause> closed;
    engine::SessionMaker maker{
        {.thread = 5,
         .memory = nullptr,
         .handshakes = {testCurve(), slot, random},
         .mayAuthorize = [](engine::AuthorizeLimiter::Outcome) { return true; }},
        bitcoin::Network::Regtest};
};

class SessionMakerTest final : public QObject
{
    Q_OBJECT

private slots:
    // B15: one port, or one each.
    void makesWhatTheListenerSpeaks()
    {
        Thread thread;
        thread.listen({ListenerProtocol::V1, ListenerProtocol::V2, ListenerProtocol::Both});
        QVERIFY(thread.speaksV1(*thread.connect(0)));
        QVERIFY(!thread.speaksV1(*thread.connect(1)));
        QVERIFY(thread.closed == stratum::CloseCause::OtherProtocol);
        QVERIFY(thread.speaksV2(*thread.connect(1)));
        QVERIFY(thread.speaksV1(*thread.connect(2)));
        QVERIFY(thread.speaksV2(*thread.connect(2)));
        QVERIFY(thread.maker.serves(2) && !thread.maker.serves(3));
    }

    // Who is there stays as it is; who comes next gets what the options say.
    void changesTheProtocol()
    {
        Thread thread;
        thread.listen({ListenerProtocol::V1});
        const auto text = thread.connect();
        QVERIFY(thread.speaksV1(*text));
        thread.listen({ListenerProtocol::Both});
        const auto either = thread.connect();
        thread.listen({ListenerProtocol::V2});
        QVERIFY(thread.speaksV2(*thread.connect()));
        QVERIFY(!thread.speaksV1(*thread.connect()));
        QVERIFY(thread.speaksV1(*either)); // it was promised both
        QVERIFY(thread
                    .feed(*text, util::asBytes("{\"id\":2,\"method\":\"mining.authorize\","
                                               "\"params\":[\"w\",\"x\"]}\n"))
                    .find("mining.notify") != std::string::npos);
    }

    // SV2-39: over both wires of a thread.
    void givesDisjointExtranonces()
    {
        Thread thread;
        thread.listen({ListenerProtocol::Both});
        std::set<std::string> given;
        std::vector<std::unique_ptr<Session>> sessions;
        for (int i = 0; i < 20; ++i) {
            sessions.push_back(thread.connect());
            const std::string answer = thread.feed(*sessions.back(), util::asBytes(SUBSCRIBE));
            const std::size_t start = answer.rfind(",\"", answer.find(",8]")) + 2;
            QVERIFY(given.insert(answer.substr(start, 8)).second);
            sessions.push_back(thread.connect());
            V2Wire client;
            QVERIFY(client.finish(thread.feed(*sessions.back(), client.act1())));
            client.read(thread.feed(*sessions.back(), client.sealed(v2SetUp())));
            const V2Saying opened =
                client.read(thread.feed(*sessions.back(), client.sealed(v2OpenExtended())));
            const auto success = allOf<stratum::v2::OpenExtendedMiningChannelSuccess>(opened);
            QVERIFY(given.insert(util::toHex(success.at(0).extranoncePrefix.bytes)).second);
        }
        QCOMPARE(given.size(), std::size_t{40});
        QVERIFY(given.contains("05000000"));
    }

    // A renewed certificate is for those who come; nobody is dropped.
    void keepsSessionsOverANewCertificate()
    {
        Thread thread;
        thread.listen({ListenerProtocol::V2});
        const auto session = thread.connect();
        V2Wire client;
        QVERIFY(thread.speaksV2(*session, client));
        const auto other = stratum::v2::StaticIdentity::certify(
            testCurve(), repeatedAuthority(0x44), serverKey(),
            {.from = 1'700'000'000, .until = 1'800'000'000}, std::array<std::byte, 32>{});
        thread.slot.store(std::make_shared<const stratum::v2::StaticIdentity>(other));
        QCOMPARE(typesOf(client.read(thread.feed(*session, client.sealed(v2OpenStandard())))),
                 std::string("11 15 20"));
        QVERIFY(thread.speaksV2(*thread.connect()));
    }

    void makesKeysAheadForV2Alone()
    {
        using engine::SessionMaker;
        Thread thread;
        thread.listen({ListenerProtocol::V1});
        thread.maker.onTick(thread.pool.now);
        QCOMPARE(thread.maker.keysAhead(), std::size_t{0});
        thread.listen({ListenerProtocol::V1, ListenerProtocol::V2});
        for (std::size_t i = 1; i <= 40; ++i) {
            thread.maker.onTick(thread.pool.now);
            QCOMPARE(thread.maker.keysAhead(),
                     std::min(i * SessionMaker::KEYS_PER_TICK, SessionMaker::KEY_STOCK));
        }
        QVERIFY(thread.speaksV2(*thread.connect(1)));
        QCOMPARE(thread.maker.keysAhead(), SessionMaker::KEY_STOCK - 1);
    }
};

WARP_TEST_CLASS(SessionMakerTest);

} // namespace

#include "session_maker_test.moc"
