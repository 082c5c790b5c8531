#include "core/engine/work_master.h"

#include "core/sim/scheduler.h"
#include "core/sim/virtual_files.h"
#include "core/sim/virtual_network.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;

/// A source that the test plays: neither RPC nor a node.
class ScriptedSource final : public node::WorkSource
{
public:
    class Request final : public util::Handle
    {
    public:
        Request(ScriptedSource& source, util::Reply<node::TemplateResult> callersReply)
            : reply(std::move(callersReply))
            , m_source(source)
        {
            m_source.open.push_back(this);
        }
        ~Request() override { std::erase(m_source.open, this); }
        Request(const Request&) = delete;
        Request& operator=(const Request&) = delete;

        util::Reply<node::TemplateResult> reply;

    private:
        ScriptedSource& m_source;
    };

    std::unique_ptr<util::Subscription> watchState(node::StateFn onState) override
    {
        state = std::move(onState);
        return std::make_unique<util::Subscription>();
    }
    std::unique_ptr<util::Subscription> watch(node::TipFn onTip) override
    {
        tip = std::move(onTip);
        return std::make_unique<util::Subscription>();
    }
    std::unique_ptr<util::Subscription> watchTemplates(node::TemplateFn onTemplate) override
    {
        blockTemplate = std::move(onTemplate);
        return std::make_unique<util::Subscription>();
    }
    std::unique_ptr<util::Subscription> watchNodes(node::NodesFn onNodes) override
    {
        nodes = std::move(onNodes);
        return std::make_unique<util::Subscription>();
    }
    util::RequestHandle fetch(util::Duration, util::Reply<node::TemplateResult> reply) override
    {
        ++asked;
        return std::make_unique<Request>(*this, std::move(reply));
    }

    node::StateFn state;
    node::TipFn tip;
    node::TemplateFn blockTemplate;
    node::NodesFn nodes;
    std::size_t asked = 0;
    std::vector<Request*> open;
};

/// A WorkMaster on such a source, serving work.
class Bench
{
public:
    Bench()
    {
        options.dataDirectory = "/data";
        options.payout.address = "bcrt1qzyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3lgth6c";
        options.jobRefresh = 30s;
        statistics.attach(*executor);
        statistics.emplace([this] {
            return std::make_unique<engine::Statistics>(*executor, scheduler, snapshots,
                                                        [](const interfaces::PoolEvent&) {});
        });
        scheduler.runFor(1ms);
        run([this] {
            auto made = std::make_unique<ScriptedSource>();
            source = made.get();
            work = std::make_unique<engine::WorkMaster>(
                *executor,
                engine::Platform{.executors = scheduler,
                                 .clock = scheduler,
                                 .random = random,
                                 .files = files,
                                 .network = network},
                options, statistics, std::vector<engine::Hosted<engine::IoWorker>*>{},
                std::move(made), [] { return false; });
            node::ChainInfo chain;
            chain.network = bitcoin::Network::Regtest;
            source->state(node::NodeState::Ready, {}, chain);
            source->blockTemplate(first);
            source->tip(tipOf(*first, node::TipSource::Longpoll));
        });
    }
    ~Bench()
    {
        run([this] { work.reset(); });
        statistics.reset({});
        scheduler.runFor(1ms);
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void run(const util::Task& task) { scheduler.runOn(*executor, task); }
    [[nodiscard]] static node::Tip tipOf(const mining::BlockTemplate& next, node::TipSource from)
    {
        return {.hash = next.previous,
                .height = next.height - 1,
                .source = from,
                .trust = node::TipTrust::Trusted};
    }
    [[nodiscard]] static std::shared_ptr<const mining::BlockTemplate> after(std::string_view name)
    {
        return test::sharedTemplate({.previous = std::string(name)});
    }

    sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 1}};
    sim::VirtualNetwork network{scheduler, {}};
    sim::VirtualFiles files;
    util::SeededRandom random{1};
    engine::EngineOptions options;
    util::Published<interfaces::PoolSnapshot> snapshots{
        std::make_shared<const interfaces::PoolSnapshot>()};
    std::unique_ptr<util::Executor> executor = scheduler.createExecutor("work");
    engine::Hosted<engine::Statistics> statistics;
    std::shared_ptr<const mining::BlockTemplate> first = after("first");
    ScriptedSource* source = nullptr;
    std::unique_ptr<engine::WorkMaster> work;
};

class WorkSourceTest final : public QObject
{
    Q_OBJECT

private slots:
    // Work comes from whatever is a source.
    void servesWhatItsSourceGives()
    {
        Bench bench;
        bench.scheduler.runFor(10ms);
        QCOMPARE(bench.snapshots.load()->state, interfaces::EngineState::Running);
        QCOMPARE(bench.snapshots.load()->tipHash, bench.first->previous);
    }

    // B42: a refresh that hangs does not hold up the next tip.
    void aNewTipDoesNotWaitForAHungRequest()
    {
        Bench bench;
        bench.scheduler.runFor(31s);
        QCOMPARE(bench.source->asked, std::size_t{1}); // the refresh, which hangs
        bench.scheduler.runFor(10s);
        const auto second = Bench::after("second");
        bench.run([&] { bench.source->tip(Bench::tipOf(*second, node::TipSource::Poll)); });
        bench.scheduler.runFor(10ms);
        QCOMPARE(bench.source->asked, std::size_t{2});
        QCOMPARE(bench.source->open.size(), std::size_t{1});
        bench.run([&] { bench.source->open.front()->reply(second); });
        bench.scheduler.runFor(10ms);
        QCOMPARE(bench.snapshots.load()->tipHash, second->previous);
    }

    // B42: one that was just sent is waited for, for a moment.
    void aYoungRequestIsWaitedFor()
    {
        Bench bench;
        bench.scheduler.runFor(30s + 500ms);
        QCOMPARE(bench.source->asked, std::size_t{1});
        const auto second = Bench::after("second");
        bench.run([&] { bench.source->tip(Bench::tipOf(*second, node::TipSource::Poll)); });
        bench.scheduler.runFor(1s);
        QCOMPARE(bench.source->asked, std::size_t{1});
        bench.scheduler.runFor(2s);
        QCOMPARE(bench.source->asked, std::size_t{2});
        QCOMPARE(bench.source->open.size(), std::size_t{1});
    }

    // B42: what was asked of a source that was away is asked anew.
    void aSourceThatIsBackIsAskedAnew()
    {
        Bench bench;
        bench.scheduler.runFor(31s);
        bench.run([&] {
            bench.source->state(node::NodeState::Unreachable, {}, std::nullopt);
            bench.source->state(node::NodeState::Ready, {}, std::nullopt);
        });
        bench.scheduler.runFor(10ms);
        QCOMPARE(bench.source->asked, std::size_t{2});
        QCOMPARE(bench.source->open.size(), std::size_t{1});
    }
};

WARP_TEST_CLASS(WorkSourceTest);

} // namespace

#include "work_source_test.moc"
