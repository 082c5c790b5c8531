#include "core/engine/work_auditor.h"

#include "core/sim/scheduler.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using interfaces::AuditState;

constexpr auto TAG = "/WarpPool test/";

std::shared_ptr<const mining::PayoutPolicy> policyOf(const util::Bytes& script)
{
    return std::make_shared<mining::SinglePayout>(script, std::vector<mining::PayoutCut>{});
}

class Bench
{
public:
    Bench()
    {
        m_executor = scheduler.createExecutor("stats");
        m_statistics.attach(*m_executor);
        m_statistics.emplace([this] {
            return std::make_unique<engine::Statistics>(
                *m_executor, scheduler, m_snapshots,
                [this](const interfaces::PoolEvent& event) { events.push_back(event); });
        });
        auditor.setPromise(policyOf(test::payoutScript()), bitcoin::Network::Regtest);
    }
    ~Bench()
    {
        m_statistics.reset({});
        m_executor.reset();
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    std::shared_ptr<const interfaces::PoolSnapshot> snapshot()
    {
        scheduler.runFor(std::chrono::seconds(2));
        return m_snapshots.load();
    }

    sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 1}};
    std::vector<interfaces::PoolEvent> events;

private:
    util::Published<interfaces::PoolSnapshot> m_snapshots{
        std::make_shared<const interfaces::PoolSnapshot>()};
    std::unique_ptr<util::Executor> m_executor;
    engine::Hosted<engine::Statistics> m_statistics;

public:
    engine::WorkAuditor auditor{m_statistics, TAG};
    mining::JobFactory factory = test::makeFactory();
};

class WorkAuditorTest final : public QObject
{
    Q_OBJECT

private slots:
    // B05 R019: a job that is as promised is green, and the snapshot shows its coinbase as sent.
    void honestWorkIsShownGreen()
    {
        Bench bench;
        const auto job =
            *bench.factory.make(test::sharedTemplate({.transactions = 3}), 1, test::at({}));
        QVERIFY(bench.auditor.isGood(*job));
        QVERIFY(bench.auditor.isBranchGood(*job));
        const interfaces::AuditView view = bench.snapshot()->work.audit;
        QCOMPARE(view.state, AuditState::Green);
        QCOMPARE(view.code, std::string("ok"));
        QCOMPARE(view.jobId, job->id.value());
        QCOMPARE(view.coinbase.height, std::int64_t{200});
        QCOMPARE(view.coinbase.tag, std::string(TAG));
        QCOMPARE(view.coinbase.extranonceSize, std::size_t{12});
        QCOMPARE(view.coinbase.weight, job->coinbase.weight);
        QCOMPARE(view.coinbase.outputs.size(), std::size_t{2});
        QCOMPARE(view.coinbase.outputs[0].kind, std::string("p2wpkh"));
        QCOMPARE(view.coinbase.outputs[0].value.value(), std::int64_t{25'0000'0000});
        QCOMPARE(view.coinbase.outputs[1].kind, std::string("witness_commitment"));
        QCOMPARE(view.parts.at(0).role, std::string("payout"));
        QCOMPARE(view.parts[0].address, view.coinbase.outputs[0].address);
        QVERIFY(bench.snapshot()->issues.empty());
    }

    // B05: whoever reads the messages of Stratum V2 is told the very same as by V1.
    void bothProtocolsSayTheSame()
    {
        mining::JobFactory factory = test::makeFactory();
        for (const std::size_t transactions : {0U, 1U, 6U}) {
            const auto job = *factory.make(test::sharedTemplate({.transactions = transactions}), 1,
                                           test::at({}));
            const auto sent = engine::sentV2Work(*job);
            QVERIFY(sent.has_value());
            QVERIFY(sent == engine::sentWork(*job));
        }
    }

    // B05: a job that pays somebody else is red: a critical issue, gone with the next good one.
    void wrongWorkIsRedAndLoud()
    {
        Bench bench;
        mining::JobFactory wrong({.tag = TAG,
                                  .payout = policyOf(*util::fromHex("0014" + std::string(40, '9'))),
                                  .firstJobId = 0x7700});
        const auto bad = *wrong.make(test::sharedTemplate({}), 1, test::at({}));
        QVERIFY(!bench.auditor.isGood(*bad));
        const auto red = bench.snapshot();
        QCOMPARE(red->work.audit.state, AuditState::Red);
        QCOMPARE(red->work.audit.code, std::string("payout"));
        QCOMPARE(red->issues.at(0).code, std::string("work_audit_failed"));
        QCOMPARE(red->issues[0].detail, std::string("payout, job 00007700"));
        QCOMPARE(bench.events.back().severity, interfaces::Severity::Critical);

        const auto good = *bench.factory.make(test::sharedTemplate({}), 1, test::at({}));
        QVERIFY(bench.auditor.isGood(*good));
        const auto green = bench.snapshot();
        QCOMPARE(green->work.audit.state, AuditState::Green);
        QCOMPARE(green->work.audit.audited, std::uint64_t{2});
        QCOMPARE(green->work.audit.refused, std::uint64_t{1});
        QVERIFY(green->issues.empty());
    }

    // B05: a branch that leads to another root is red.
    void aWrongBranchIsRed()
    {
        Bench bench;
        mining::Job job(
            **bench.factory.make(test::sharedTemplate({.transactions = 3}), 1, test::at({})));
        job.branch.front().bytes[0] ^= std::byte{1};
        QVERIFY(bench.auditor.isGood(job));
        QVERIFY(!bench.auditor.isBranchGood(job));
        QCOMPARE(bench.snapshot()->work.audit.code, std::string("branch"));
    }

    // A job without a coinbase cannot be read: it must not go out.
    void workForNobodyIsRed()
    {
        Bench bench;
        mining::Job job(**bench.factory.make(test::sharedTemplate({}), 1, test::at({})));
        job.coinbase = {};
        QVERIFY(!bench.auditor.isGood(job));
        QCOMPARE(bench.snapshot()->work.audit.code, std::string("unreadable"));
    }
};

WARP_TEST_CLASS(WorkAuditorTest);

} // namespace

#include "work_auditor_test.moc"
