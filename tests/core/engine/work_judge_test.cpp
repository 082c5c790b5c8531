#include "core/engine/work_judge.h"

#include "core/mining/job_factory.h"
#include "core/sim/scheduler.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <memory>
#include <vector>

namespace {

using namespace warp;

constexpr auto TAG = "/WarpPool test/";

class SilentProposer final : public node::BlockProposer
{
public:
    util::RequestHandle propose(const node::BlockBytes&, util::Duration,
                                util::Reply<node::ProposalOutcome>) override
    {
        return nullptr;
    }
};

std::shared_ptr<const mining::PayoutPolicy> policyWithFee(const char* script)
{
    return std::make_shared<mining::PerMinerPayout>(
        std::vector<mining::PayoutCut>{{.role = mining::PayoutRole::PoolFee,
                                        .basisPoints = 100,
                                        .script = *util::fromHex(script)}});
}

constexpr auto FEE = "00142222222222222222222222222222222222222222";
constexpr auto THIEF = "00149999999999999999999999999999999999999999";

mining::PayoutKey keyOf(std::uint32_t number)
{
    util::Bytes script = *util::fromHex("00141111111111111111111111111111111111111111");
    script[2] = static_cast<std::byte>(number & 0xffU);
    script[3] = static_cast<std::byte>(number >> 8U);
    return {script};
}

class Bench
{
public:
    Bench()
    {
        m_statisticsExecutor = scheduler.createExecutor("stats");
        m_executor = scheduler.createExecutor("work");
        m_statistics.attach(*m_statisticsExecutor);
        m_statistics.emplace([this] {
            return std::make_unique<engine::Statistics>(*m_statisticsExecutor, scheduler, snapshots,
                                                        [](const interfaces::PoolEvent&) {});
        });
        m_judge.attach(*m_executor);
        m_judge.emplace([this] {
            engine::ProposalCheck::Proposers proposers;
            proposers.push_back(std::make_unique<SilentProposer>());
            auto judge = std::make_unique<engine::WorkJudge>(
                engine::WorkJudge::Context{.executor = *m_executor,
                                           .clock = scheduler,
                                           .statistics = m_statistics,
                                           .tag = TAG,
                                           .proposers = std::move(proposers),
                                           .isBlockPending = [] { return false; },
                                           .withdraw = [this] { ++withdrawals; }});
            judge->setPromise(policyWithFee(FEE), bitcoin::Network::Regtest);
            return judge;
        });
        scheduler.runFor({});
    }
    ~Bench()
    {
        m_judge.reset({});
        m_statistics.reset({});
        m_executor.reset();
        m_statisticsExecutor.reset();
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    /// What the pool would serve if its factory paid the fee to this script.
    [[nodiscard]] std::shared_ptr<const mining::Job> makeJob(const char* feeScript) const
    {
        mining::JobFactory factory({.tag = TAG, .payout = policyWithFee(feeScript)});
        return *factory.make(test::sharedTemplate({.transactions = 3}), 1, test::at({}));
    }
    void use(std::function<void(engine::WorkJudge&)> with)
    {
        m_judge.post(std::move(with));
        scheduler.runFor({});
    }
    [[nodiscard]] bool mayServe(const std::shared_ptr<const mining::Job>& job)
    {
        bool may = false;
        use([&](engine::WorkJudge& judge) { may = judge.mayServe(*job); });
        return may;
    }
    void post(util::Task task) { m_executor->post(std::move(task)); }
    [[nodiscard]] std::uint64_t audited()
    {
        scheduler.runFor(std::chrono::seconds(2));
        return snapshots.load()->work.audit.audited;
    }

    sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 1}};
    util::Published<interfaces::PoolSnapshot> snapshots{
        std::make_shared<const interfaces::PoolSnapshot>()};
    int withdrawals = 0;

private:
    std::unique_ptr<util::Executor> m_statisticsExecutor;
    std::unique_ptr<util::Executor> m_executor;
    engine::Hosted<engine::Statistics> m_statistics;
    engine::Hosted<engine::WorkJudge> m_judge;
};

class WorkJudgeTest final : public QObject
{
    Q_OBJECT

private slots:
    // B05 R018: where a key's coinbase was wrong, its next one is judged before anybody is served.
    void looksAtASuspectKeyBeforeItServesAgain()
    {
        Bench bench;
        const auto wrong = bench.makeJob(THIEF);
        QVERIFY(bench.mayServe(wrong)); // it has no coinbase yet
        const auto sent = *mining::jobForKey(*wrong, keyOf(1));
        bench.use([&](engine::WorkJudge& judge) {
            judge.onServed(wrong);
            judge.onKeyJob(sent);
        });
        QCOMPARE(bench.withdrawals, 1);
        QVERIFY(!bench.mayServe(bench.makeJob(THIEF)));
        QVERIFY(!bench.mayServe(bench.makeJob(THIEF)));
        QCOMPARE(bench.snapshots.load()->work.audit.state, interfaces::AuditState::Red);
        QVERIFY(bench.mayServe(bench.makeJob(FEE)));
        QCOMPARE(bench.withdrawals, 1);
    }

    // The keys of a large farm are judged in steps, between which a tip is handled.
    void judgesManyKeysInSteps()
    {
        constexpr std::uint32_t KEYS = 500;
        Bench bench;
        const auto job = bench.makeJob(FEE);
        const auto wrong = bench.makeJob(THIEF);
        std::vector<std::shared_ptr<const mining::Job>> sent;
        for (std::uint32_t number = 0; number < KEYS; ++number) {
            sent.push_back(*mining::jobForKey(*job, keyOf(number)));
        }
        sent.push_back(*mining::jobForKey(*wrong, keyOf(KEYS)));
        const auto giveKeys = [&](engine::WorkJudge& judge) {
            judge.onServed(job);
            for (const auto& one : sent) {
                judge.onKeyJob(one);
            }
        };
        int withdrawalsBefore = -1;
        bench.use([&](engine::WorkJudge& judge) {
            giveKeys(judge);
            bench.post([&] { withdrawalsBefore = bench.withdrawals; });
        });
        QCOMPARE(withdrawalsBefore, 0); // the last key's turn had not come
        QCOMPARE(bench.withdrawals, 1);
        QCOMPARE(bench.audited(), std::uint64_t{KEYS + 1});

        // With the next job those that are left are of no interest any more.
        bench.use([&](engine::WorkJudge& judge) {
            giveKeys(judge);
            judge.onServed(bench.makeJob(FEE));
        });
        QCOMPARE(bench.withdrawals, 1);
    }

    // Whoever comes with ever other keys neither fills the queue nor keeps those from being judged
    // that somebody works for; of these none is passed over.
    void judgesWhatSomebodyHas()
    {
        constexpr std::size_t KEYS = 3 * engine::WorkJudge::FIRST_SWEEP;
        Bench bench;
        const auto good = bench.makeJob(FEE);
        const auto wrong = bench.makeJob(THIEF);
        std::vector<std::shared_ptr<const mining::Job>> sent;
        std::size_t most = 0;
        const auto giveKeys = [&](engine::WorkJudge& judge) {
            judge.onServed(good);
            for (std::uint32_t number = 0; number < KEYS; ++number) {
                judge.onKeyJob(*mining::jobForKey(*wrong, keyOf(number)));
                if (number % 1000 == 0) {
                    sent.push_back(*mining::jobForKey(*good, keyOf(number)));
                    judge.onKeyJob(sent.back());
                }
                most = std::max(most, judge.waitingKeys());
            }
        };
        bench.use(giveKeys);
        QVERIFY(most <= engine::WorkJudge::FIRST_SWEEP + 1);
        QCOMPARE(bench.withdrawals, 0);
        bench.use([&](engine::WorkJudge& judge) {
            giveKeys(judge);
            sent.push_back(*mining::jobForKey(*wrong, keyOf(KEYS)));
            judge.onKeyJob(sent.back());
        });
        QCOMPARE(bench.withdrawals, 1);
        QCOMPARE(bench.audited(), std::uint64_t{sent.size()});
    }
};

WARP_TEST_CLASS(WorkJudgeTest);

} // namespace

#include "work_judge_test.moc"
