// The same promises of a PoolService, kept by the engine and by the fake that tests use in its
// place.
#include "tests/core/engine/farm.h"
#include "tests/mock/fake_pool.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <functional>
#include <optional>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using interfaces::EventsQuery;
using interfaces::EventsReply;
using interfaces::RequestFault;

/// A service with at least one event and one session, and a world in which time passes.
struct Subject
{
    virtual ~Subject() = default;

    [[nodiscard]] virtual interfaces::PoolService& service() = 0;
    [[nodiscard]] virtual sim::Scheduler& scheduler() = 0;
    virtual void stop() = 0;
};

struct FakeSubject final : Subject
{
    FakeSubject()
    {
        pool.answerAsAPool();
        interfaces::PoolSnapshot snapshot;
        interfaces::SessionView session;
        session.id = 256;
        interfaces::WorkerView worker;
        worker.name = "rig0";
        snapshot.sessions = interfaces::SharedList<interfaces::SessionView>(std::vector{session});
        snapshot.workers = interfaces::SharedList<interfaces::WorkerView>(std::vector{worker});
        pool.setSnapshot(std::move(snapshot));
        pool.publish({});
        pool.publish({.kind = interfaces::EventKind::TipChanged});
    }
    interfaces::PoolService& service() override { return pool; }
    sim::Scheduler& scheduler() override { return world; }
    void stop() override { pool.stop(); }

    sim::Scheduler world{{.seed = 1}};
    std::unique_ptr<util::Executor> events = world.createExecutor("events");
    test::FakePool pool{*events};
};

struct EngineSubject final : Subject
{
    EngineSubject()
    {
        farm.addMiners(1);
        farm.world.scheduler().runFor(1min);
    }
    interfaces::PoolService& service() override { return *farm.pool; }
    sim::Scheduler& scheduler() override { return farm.world.scheduler(); }
    void stop() override { QVERIFY(farm.stop()); }

    test::Farm farm{31};
};

class PoolServiceTest final : public QObject
{
    Q_OBJECT

private:
    static void addSubjects()
    {
        QTest::addColumn<bool>("isEngine");
        QTest::addRow("fake") << false;
        QTest::addRow("engine") << true;
    }
    static std::unique_ptr<Subject> fetchSubject()
    {
        const auto make = [](bool isEngine) -> std::unique_ptr<Subject> {
            if (isEngine) {
                return std::make_unique<EngineSubject>();
            }
            return std::make_unique<FakeSubject>();
        };
        return make(*static_cast<bool*>(QTest::qData("isEngine", QMetaType::Bool)));
    }

private slots:
    void repliesOnceOnTheCallersExecutor_data() { addSubjects(); }
    // B38: an answer comes once, on the executor that the caller names.
    void repliesOnceOnTheCallersExecutor()
    {
        const auto subject = fetchSubject();
        const auto caller = subject->scheduler().createExecutor("caller");
        std::vector<interfaces::QueryReply> replies;
        auto handle =
            subject->service().query(EventsQuery{}, *caller, [&](interfaces::QueryReply reply) {
                QVERIFY(caller->isCurrent());
                replies.push_back(std::move(reply));
            });
        QVERIFY(replies.empty());
        subject->scheduler().runFor(1s);
        QCOMPARE(replies.size(), std::size_t{1});
        QVERIFY(replies[0].hasValue());
        const auto& events = std::get<EventsReply>(*replies[0]).events;
        QVERIFY(events.size() >= 2);
        for (std::size_t i = 0; i < events.size(); ++i) {
            QCOMPARE(events[i].id, std::uint64_t{i + 1}); // without gaps
            QVERIFY(events[i].cause >= 1 && events[i].cause <= events[i].id);
        }
        // Only those after the one that is known.
        handle = subject->service().query(
            EventsQuery{.after = 1, .limit = 1}, *caller,
            [&](interfaces::QueryReply reply) { replies.push_back(std::move(reply)); });
        subject->scheduler().runFor(1s);
        QCOMPARE(std::get<EventsReply>(*replies.at(1)).events.at(0).id, std::uint64_t{2});
        QCOMPARE(std::get<EventsReply>(*replies[1]).events.size(), std::size_t{1});
    }

    void noReplyFollowsTheHandle_data() { addSubjects(); }
    void noReplyFollowsTheHandle()
    {
        const auto subject = fetchSubject();
        const auto caller = subject->scheduler().createExecutor("caller");
        int replies = 0;
        auto query =
            subject->service().query(EventsQuery{}, *caller, [&](const auto&) { ++replies; });
        auto command = subject->service().execute(interfaces::DisconnectMiner{.session = 256},
                                                  *caller, [&](const auto&) { ++replies; });
        query.reset();
        command.reset();
        subject->scheduler().runFor(1s);
        QCOMPARE(replies, 0);
    }

    void disconnectsAMinerByItsSession_data() { addSubjects(); }
    void disconnectsAMinerByItsSession()
    {
        const auto subject = fetchSubject();
        const auto caller = subject->scheduler().createExecutor("caller");
        std::vector<interfaces::CommandReply> replies;
        const auto disconnect = [&](std::uint64_t session) {
            const auto handle = subject->service().execute(
                interfaces::DisconnectMiner{.session = session}, *caller,
                [&](interfaces::CommandReply reply) { replies.push_back(std::move(reply)); });
            subject->scheduler().runFor(1s);
        };
        const std::uint64_t id = subject->service().snapshot()->sessions[0].id;
        disconnect(id);
        QCOMPARE(replies.size(), std::size_t{1});
        QVERIFY(std::holds_alternative<interfaces::Done>(*replies[0]));
        disconnect(id + 256 * 1000);
        disconnect(255); // an io thread that does not exist
        QCOMPARE(replies.size(), std::size_t{3});
        QCOMPARE(replies[1].error().fault, RequestFault::NotFound);
        QCOMPARE(replies[2].error().fault, RequestFault::NotFound);
    }

    void listsItsWorkers_data() { addSubjects(); }
    void listsItsWorkers()
    {
        const auto subject = fetchSubject();
        const auto caller = subject->scheduler().createExecutor("caller");
        std::vector<interfaces::WorkerView> workers;
        const auto handle = subject->service().query(
            interfaces::WorkersQuery{}, *caller, [&](interfaces::QueryReply reply) {
                workers = std::get<interfaces::WorkersReply>(*reply).workers;
            });
        subject->scheduler().runFor(1s);
        QCOMPARE(workers.size(), std::size_t{1});
        QCOMPARE(workers[0].name, std::string("rig0"));
    }

    void answersStoppingOnceItStops_data() { addSubjects(); }
    void answersStoppingOnceItStops()
    {
        const auto subject = fetchSubject();
        const auto caller = subject->scheduler().createExecutor("caller");
        std::optional<RequestFault> fault;
        subject->stop();
        const auto handle = subject->service().query(
            EventsQuery{}, *caller,
            [&](const interfaces::QueryReply& reply) { fault = reply.error().fault; });
        subject->scheduler().runFor(1s);
        QCOMPARE(fault, std::optional(RequestFault::Stopping));
    }

    void eventsComeUntilTheSubscriptionEnds_data() { addSubjects(); }
    void eventsComeUntilTheSubscriptionEnds()
    {
        const auto subject = fetchSubject();
        std::uint64_t last = 0;
        auto subscription = subject->service().subscribe([&](const interfaces::PoolEvent& event) {
            QVERIFY(event.id > last);
            last = event.id;
        });
        if (auto* const fake = dynamic_cast<FakeSubject*>(subject.get())) {
            fake->pool.publish({});
        }
        QVERIFY(subject->scheduler().runUntil([&] { return last > 0; }, 1h));
        const std::uint64_t before = last;
        subscription.reset();
        if (auto* const fake = dynamic_cast<FakeSubject*>(subject.get())) {
            fake->pool.publish({});
        }
        subject->scheduler().runFor(10min);
        QCOMPARE(last, before);
    }
};

WARP_TEST_CLASS(PoolServiceTest);

} // namespace

#include "pool_service_test.moc"
