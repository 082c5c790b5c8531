#include "core/engine/proposal_check.h"

#include "core/mining/proposal.h"
#include "core/sim/scheduler.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using interfaces::ProposalState;
using node::ProposalVerdict;

class Token final : public util::Handle
{};

/// Remembers what is proposed; answers when the test says so.
class FakeProposer final : public node::BlockProposer
{
public:
    struct Call
    {
        node::BlockBytes block;
        util::BootTime at;
        util::Reply<node::ProposalOutcome> reply;
    };

    explicit FakeProposer(const util::Clock& clock)
        : m_clock(clock)
    {}

    util::RequestHandle propose(const node::BlockBytes& block, util::Duration,
                                util::Reply<node::ProposalOutcome> reply) override
    {
        calls.push_back({block, m_clock.boot(), std::move(reply)});
        return std::make_unique<Token>();
    }

    std::vector<Call> calls;

private:
    const util::Clock& m_clock;
};

class Bench
{
public:
    Bench()
    {
        m_statisticsExecutor = scheduler.createExecutor("stats");
        m_workExecutor = scheduler.createExecutor("work");
        m_statistics.attach(*m_statisticsExecutor);
        m_statistics.emplace([this] {
            return std::make_unique<engine::Statistics>(
                *m_statisticsExecutor, scheduler, snapshots,
                [this](const interfaces::PoolEvent& event) { events.push_back(event); });
        });
        m_check.attach(*m_workExecutor);
        m_check.emplace([this] {
            auto primary = std::make_unique<FakeProposer>(scheduler);
            auto second = std::make_unique<FakeProposer>(scheduler);
            proposer = primary.get();
            backup = second.get();
            engine::ProposalCheck::Proposers proposers;
            proposers.push_back(std::move(primary));
            proposers.push_back(std::move(second));
            return std::make_unique<engine::ProposalCheck>(
                *m_workExecutor, scheduler, std::move(proposers), m_statistics,
                [this] { return isBlockPending; }, engine::ProposalCheck::Options{});
        });
        scheduler.runFor({});
    }
    ~Bench()
    {
        m_check.reset({});
        m_statistics.reset({});
        m_workExecutor.reset();
        m_statisticsExecutor.reset();
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void use(std::function<void(engine::ProposalCheck&)> with)
    {
        m_check.post(std::move(with));
        scheduler.runFor({});
    }
    void give(const std::shared_ptr<const mining::Job>& job)
    {
        use([job](engine::ProposalCheck& check) { check.onJob(job); });
    }
    void answer(ProposalVerdict verdict, const std::string& reason = {})
    {
        const auto reply = proposer->calls.back().reply;
        m_workExecutor->post([reply, verdict, reason] { reply({verdict, reason, 3ms}); });
        scheduler.runFor(1ms);
    }
    /// A job whose payout script has so many bytes.
    std::shared_ptr<const mining::Job> makeJob(const char* script, std::uint32_t tip = 1)
    {
        mining::JobFactory factory({.tag = "test",
                                    .payout = std::make_shared<mining::SinglePayout>(
                                        *util::fromHex(script), std::vector<mining::PayoutCut>{})});
        return *factory.make(test::sharedTemplate({.transactions = 3}), tip, test::at({}));
    }
    [[nodiscard]] std::size_t asked() const { return proposer->calls.size(); }
    [[nodiscard]] interfaces::ProposalView view() const { return snapshots.load()->work.proposal; }

    sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 1}};
    util::Published<interfaces::PoolSnapshot> snapshots{
        std::make_shared<const interfaces::PoolSnapshot>()};
    std::vector<interfaces::PoolEvent> events;
    FakeProposer* proposer = nullptr; ///< of the primary node
    FakeProposer* backup = nullptr;
    bool isBlockPending = false;

private:
    engine::Hosted<engine::Statistics> m_statistics;
    engine::Hosted<engine::ProposalCheck> m_check;
    std::unique_ptr<util::Executor> m_statisticsExecutor;
    std::unique_ptr<util::Executor> m_workExecutor;
};

constexpr auto P2WPKH = "00141111111111111111111111111111111111111111";
constexpr auto P2SH = "a914111111111111111111111111111111111111111187";

class ProposalCheckTest final : public QObject
{
    Q_OBJECT

private slots:
    // B04: after the start one whole block, then one without transactions for each new shape.
    void provesAWholeBlockAndEachNewShape()
    {
        Bench bench;
        const auto job = bench.makeJob(P2WPKH);
        bench.give(job);
        bench.scheduler.runFor(6s);
        QCOMPARE(bench.asked(), std::size_t{1});
        QVERIFY(*bench.proposer->calls[0].block.headHex == *mining::proposalOf(job).headHex);
        QVERIFY(!bench.proposer->calls[0].block.tailHex->empty());
        bench.answer(ProposalVerdict::Valid);
        QCOMPARE(bench.view().state, ProposalState::Proven);
        QCOMPARE(bench.view().shapes, std::uint64_t{1});
        QCOMPARE(bench.view().lastDuration, util::Duration(3ms));

        bench.give(bench.makeJob(P2WPKH));
        bench.scheduler.runFor(1min);
        QCOMPARE(bench.asked(), std::size_t{1}); // the same shape is not asked about again
        bench.give(bench.makeJob(P2SH));
        bench.scheduler.runFor(1min);
        QCOMPARE(bench.asked(), std::size_t{2});
        QVERIFY(bench.proposer->calls[1].block.tailHex->empty());
        bench.answer(ProposalVerdict::Valid);
        QCOMPARE(bench.view().shapes, std::uint64_t{2});
        bench.use([](engine::ProposalCheck& check) { check.startOver(); });
        bench.give(bench.makeJob(P2SH));
        bench.scheduler.runFor(1min);
        QCOMPARE(bench.asked(), std::size_t{3});
        QVERIFY(!bench.proposer->calls[2].block.tailHex->empty());
    }

    // B04: another node proves a whole block and each shape anew, and its refusal is its own.
    void asksANodeThatTakesOver()
    {
        Bench bench;
        const auto job = bench.makeJob(P2WPKH);
        bench.give(job);
        bench.scheduler.runFor(6s);
        bench.answer(ProposalVerdict::Refused, "bad-cb-amount");
        bench.use([](engine::ProposalCheck& check) { check.useNode(1); });
        QVERIFY(bench.snapshots.load()->issues.empty());
        QCOMPARE(bench.view().state, ProposalState::None);
        bench.scheduler.runFor(1min);
        QCOMPARE(bench.asked(), std::size_t{1});
        QCOMPARE(bench.backup->calls.size(), std::size_t{1});
        QVERIFY(*bench.backup->calls[0].block.headHex == *mining::proposalOf(job).headHex);
        QVERIFY(!bench.backup->calls[0].block.tailHex->empty());

        // Said again it changes nothing; and the way back is another change.
        bench.use([](engine::ProposalCheck& check) { check.useNode(1); });
        bench.scheduler.runFor(1min);
        QCOMPARE(bench.backup->calls.size(), std::size_t{1});
        bench.use([](engine::ProposalCheck& check) { check.useNode(0); });
        bench.scheduler.runFor(1min);
        QCOMPARE(bench.asked(), std::size_t{2});
    }

    // B04: never within five seconds of a tip.
    void keepsAwayFromTips()
    {
        Bench bench;
        bench.scheduler.runFor(1min);
        bench.use([](engine::ProposalCheck& check) { check.onTip(); });
        const util::BootTime tip = bench.scheduler.boot();
        bench.give(bench.makeJob(P2WPKH));
        bench.scheduler.runFor(3s);
        QCOMPARE(bench.asked(), std::size_t{0});
        bench.use([](engine::ProposalCheck& check) { check.onTip(); });
        bench.give(bench.makeJob(P2WPKH, 2));
        bench.scheduler.runFor(1min);
        QCOMPARE(bench.asked(), std::size_t{1});
        QVERIFY(bench.proposer->calls[0].at - tip >= 8s);
    }

    // B04: nor with a block of ours under way.
    void waitsForABlockThatIsPending()
    {
        Bench bench;
        bench.isBlockPending = true;
        bench.give(bench.makeJob(P2WPKH));
        bench.scheduler.runFor(5min);
        QCOMPARE(bench.asked(), std::size_t{0});
        bench.isBlockPending = false;
        bench.scheduler.runFor(11s);
        QCOMPARE(bench.asked(), std::size_t{1});
    }

    // B04: a refusal is loud, has the node's reason, and ends when the node has changed its mind.
    void aRefusalIsALoudHealthState()
    {
        Bench bench;
        bench.give(bench.makeJob(P2WPKH));
        bench.scheduler.runFor(6s);
        bench.answer(ProposalVerdict::Refused, "bad-cb-amount");
        const auto snapshot = bench.snapshots.load();
        QCOMPARE(snapshot->issues.at(0).code, std::string("block_proposal_refused"));
        QCOMPARE(snapshot->issues[0].detail, std::string("bad-cb-amount"));
        QCOMPARE(bench.events.back().severity, interfaces::Severity::Critical);
        QCOMPARE(bench.view().state, ProposalState::Refused);
        QCOMPARE(bench.view().reason, std::string("bad-cb-amount"));
        bench.scheduler.runFor(11s);
        QCOMPARE(bench.asked(), std::size_t{2});
        bench.answer(ProposalVerdict::Valid);
        QVERIFY(bench.snapshots.load()->issues.empty());
        QCOMPARE(bench.view().state, ProposalState::Proven);
    }

    // B04: a node without proposals is not ill; it is not asked again.
    void aNodeWithoutProposalsIsLeftAlone()
    {
        Bench bench;
        bench.give(bench.makeJob(P2WPKH));
        bench.scheduler.runFor(6s);
        bench.answer(ProposalVerdict::Unsupported, "Invalid mode");
        bench.give(bench.makeJob(P2SH));
        bench.scheduler.runFor(5min);
        QCOMPARE(bench.asked(), std::size_t{1});
        QVERIFY(bench.snapshots.load()->issues.empty());
        QCOMPARE(bench.view().state, ProposalState::Unsupported);
    }

    // B04: without a verdict the question stays.
    void asksAgainWithoutAVerdict()
    {
        Bench bench;
        bench.give(bench.makeJob(P2WPKH));
        bench.scheduler.runFor(6s);
        for (std::size_t again = 2; again < 5; ++again) {
            bench.answer(ProposalVerdict::Unknown, "timed out");
            bench.scheduler.runFor(11s);
            QCOMPARE(bench.asked(), again);
        }
        QVERIFY(bench.snapshots.load()->issues.empty());
    }
};

WARP_TEST_CLASS(ProposalCheckTest);

} // namespace

#include "proposal_check_test.moc"
