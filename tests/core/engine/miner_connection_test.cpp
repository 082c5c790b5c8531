#include "core/engine/miner_connection.h"

#include "core/util/system_clock.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace {

using namespace warp;
using engine::PeerRegistry;

/// Remembers how much might wait when something was sent.
class Line final : public net::Connection
{
public:
    explicit Line(std::vector<std::size_t>& limits)
        : m_limits(limits)
    {}

    void start(net::ConnectionHandler& /*handler*/) override {}
    void send(util::ByteView /*bytes*/) override { m_limits.push_back(m_limit); }
    void setPendingLimit(std::size_t bytes) override { m_limit = bytes; }
    void closeAfterFlush() override {}
    [[nodiscard]] std::size_t pendingBytes() const override { return pending; }
    [[nodiscard]] const net::Endpoint& peer() const override { return m_peer; }

    std::size_t pending = 0;

private:
    std::vector<std::size_t>& m_limits;
    std::size_t m_limit = MAX_PENDING_BYTES;
    net::Endpoint m_peer;
};

/// Says a word with each job, and needs more room each time.
class Proxy final : public stratum::Session
{
public:
    void onBytes(util::ByteView /*bytes*/, util::BootTime /*now*/,
                 stratum::Actions& /*out*/) override
    {}
    void takeJobs(const std::shared_ptr<const mining::JobSet>& /*jobs*/, util::BootTime /*now*/,
                  stratum::Actions& out) override
    {
        out.output = "work";
        m_allowance += 1000;
    }
    void onDrained(util::BootTime /*now*/, stratum::Actions& /*out*/) override { ++drained; }
    void withdrawJobs() override {}
    void onTimer(util::BootTime /*now*/, stratum::Actions& /*out*/) override {}
    void repeatWork(util::BootTime /*now*/, stratum::Actions& /*out*/) override {}
    [[nodiscard]] std::optional<mining::Extranonce1> leave(util::BootTime /*now*/) override
    {
        return std::nullopt;
    }
    [[nodiscard]] stratum::SessionInfo info() const override { return {}; }
    [[nodiscard]] util::Difficulty difficulty() const override { return {}; }
    [[nodiscard]] bool isAuthorized() const override { return false; }
    [[nodiscard]] std::size_t pendingAllowance() const override { return m_allowance; }

    int drained = 0;

private:
    std::size_t m_allowance = 0;
};

class Host final : public engine::MinerHost
{
public:
    [[nodiscard]] util::BootTime now() const override { return time; }
    [[nodiscard]] stratum::Actions& scratch() override
    {
        m_actions.clear();
        return m_actions;
    }
    void onShares(const std::vector<stratum::ShareReport>& /*shares*/, std::string_view /*worker*/,
                  util::BootTime /*receivedAt*/) override
    {}
    void onReplied(std::size_t /*shares*/, util::BootTime /*receivedAt*/) override {}
    void onSpeaking(const engine::MinerConnection& /*miner*/) override {}
    void onStanding(const net::Endpoint& /*peer*/, PeerRegistry::Standing /*standing*/) override {}
    void onWaiting(std::uint64_t /*id*/) override {}
    void onGone(std::uint64_t /*id*/) override {}

    util::BootTime time{};

private:
    stratum::Actions m_actions;
};

std::shared_ptr<mining::JobSet> someJobs()
{
    auto jobs = std::make_shared<mining::JobSet>();
    jobs->jobs.push_back(std::make_shared<mining::Job>(
        util::JobId(1), 1, std::make_shared<mining::BlockTemplate>(), bitcoin::Target()));
    return jobs;
}

/// A connection of its own, with what it needs.
struct Desk
{
    const util::SystemClock clock;
    std::atomic<std::size_t> connections{0};
    PeerRegistry peers{clock};
    engine::RateKeeper rates;
    const engine::MinerGate gate{
        {.clock = clock, .connections = connections, .peers = peers, .rates = rates}};
    Host host;
    std::vector<std::size_t> limits;
    std::unique_ptr<Line> madeLine = std::make_unique<Line>(limits);
    std::unique_ptr<Proxy> madeSession = std::make_unique<Proxy>();
    Line& line = *madeLine;
    Proxy& session = *madeSession;
    engine::MinerConnection miner{host, gate, {}, std::move(madeLine), std::move(madeSession)};
};

class MinerConnectionTest final : public QObject
{
    Q_OBJECT

private slots:
    // A proxy with many channels is not cut off by one tip of theirs.
    void letsAsMuchWaitAsItsMinersNeed()
    {
        Desk desk;
        desk.miner.sendJobs(someJobs());
        desk.miner.sendJobs(someJobs());
        constexpr std::size_t BASE = net::Connection::MAX_PENDING_BYTES;
        QCOMPARE(desk.limits, (std::vector<std::size_t>{BASE + 1000, BASE + 2000}));
    }

    // Work waits for room, but not for ever: a line may never be quite empty.
    void holdsWorkBackForAWhileAtMost()
    {
        Desk desk;
        desk.miner.sendJobs(someJobs());
        QCOMPARE(desk.session.drained, 1);
        desk.line.pending = 5000;
        desk.miner.sendJobs(someJobs());
        const auto tick = [&](std::size_t pending) {
            desk.line.pending = pending;
            desk.host.time += std::chrono::seconds(1);
            desk.miner.onTimer();
            return desk.session.drained;
        };
        QCOMPARE(tick(4000), 1);
        desk.miner.sendJobs(someJobs()); // newer work, and no longer to wait
        QCOMPARE(tick(4000), 1);         // nothing was taken
        QCOMPARE(tick(4500), 1);
        QCOMPARE(tick(4499), 2);
        desk.host.time += std::chrono::hours(1);
        desk.miner.onTimer();
        QCOMPARE(desk.session.drained, 2);
    }
};

WARP_TEST_CLASS(MinerConnectionTest);

} // namespace

#include "miner_connection_test.moc"
