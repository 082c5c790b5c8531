// Stratum V2 clients that want too much of a running pool, in the virtual world.

#include "core/engine/miner_connection.h"
#include "tests/core/engine/farm.h"
#include "tests/core/engine/talker.h"
#include "tests/core/stratum/v2_session_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using namespace stratum::v2;
using test::Farm;

constexpr std::uint16_t V2_PORT = 34254;

engine::EngineOptions withLimits()
{
    engine::EngineOptions options = test::engineOptions();
    options.rateLimits = engine::RateLimits{.connects = {.perSecond = 1, .burst = 5},
                                            .authorizations = {.perSecond = 1, .burst = 3}};
    engine::ListenerOptions listener = test::farmListener();
    listener.endpoint.port = V2_PORT;
    listener.protocol = config::ListenerProtocol::V2;
    options.listeners.push_back(listener);
    return options;
}

/// A client that does not know whom it speaks to.
class Client final
{
public:
    explicit Client(Farm& farm)
        : m_talker(farm, "10.9.9.9", V2_PORT)
        , m_wire(CertificatePolicy{}, farm.world.scheduler().wall().time)
    {
        m_talker.send(m_wire.act1());
        isReady = m_wire.finish(m_talker.hear());
        if (isReady) {
            say(test::v2SetUp());
            pass(1s);
        }
    }

    template <class Message>
    void say(const Message& message)
    {
        m_talker.send(m_wire.sealed(message));
    }
    /// Opens so many channels, and closes those that it got.
    /// @return how many
    std::size_t open(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i) {
            say(test::v2OpenExtended());
        }
        std::size_t opened = 0;
        const test::V2Saying saying = pass(100ms);
        for (const auto& success : test::allOf<OpenExtendedMiningChannelSuccess>(saying)) {
            ++opened;
            say(CloseChannel{.channelId = success.channelId, .reasonCode = ""});
        }
        for (const auto& refusal : test::allOf<OpenMiningChannelError>(saying)) {
            error = refusal.errorCode;
        }
        return opened;
    }
    /// What comes meanwhile.
    test::V2Saying pass(util::Duration time) { return m_wire.read(m_talker.hear(time)); }

    bool isReady = false;
    std::string error; ///< of the last refusal

private:
    test::Talker m_talker;
    test::V2Wire m_wire;
};

class V2FloodFarmTest final : public QObject
{
    Q_OBJECT

private slots:
    // R142: channels that are opened and closed for ever are logins like others; a proxy that
    // brings all its miners once more is served at once.
    void takesChannelsThatComeAndGoForLogins()
    {
        const auto atOnce = static_cast<std::size_t>(engine::MinerConnection::FURTHER_NAMES.burst);
        Farm farm(1, withLimits());
        farm.world.scheduler().runFor(5s);
        Client client(farm);
        QVERIFY(client.isReady);
        std::size_t opened = 0;
        for (std::size_t i = 0; i < atOnce / 50; ++i) {
            opened += client.open(50);
        }
        QCOMPARE(opened, atOnce);
        QCOMPARE(client.error, std::string());
        for (int i = 0; i < 4; ++i) {
            opened += client.open(50);
        }
        QVERIFY2(opened < atOnce + 20, std::to_string(opened).c_str());
        QCOMPARE(client.error, std::string("too-many-requests"));
        client.pass(30s);
        QVERIFY(client.open(20) >= 20U);
    }
};

WARP_TEST_CLASS(V2FloodFarmTest);

} // namespace

#include "v2_flood_farm_test.moc"
