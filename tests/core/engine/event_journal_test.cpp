#include "core/engine/event_journal.h"
#include "core/sim/scheduler.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using interfaces::EventKind;
using interfaces::PoolEvent;

class EventJournalTest final : public QObject
{
    Q_OBJECT

private:
    static PoolEvent issue(EventKind kind, const std::string& code)
    {
        PoolEvent event;
        event.kind = kind;
        event.issue.code = code;
        return event;
    }
    static PoolEvent block(EventKind kind, int number)
    {
        PoolEvent event;
        event.kind = kind;
        event.block.hash.bytes[0] = static_cast<std::byte>(number);
        return event;
    }

private slots:
    // B40: events carry id, cause and time; one cause is one message.
    void namesTheCauseOfEachEvent()
    {
        sim::Scheduler clock({.seed = 1});
        std::vector<PoolEvent> seen;
        engine::EventJournal journal(clock, [&](const PoolEvent& event) { seen.push_back(event); });
        journal.record(issue(EventKind::IssueRaised, "node_unreachable"));  // 1
        journal.record(issue(EventKind::IssueRaised, "block_at_risk:00"));  // 2
        journal.record(issue(EventKind::BlockAtRisk, "block_at_risk:00"));  // 3
        journal.record(issue(EventKind::BlockAtRisk, "block_at_risk:00"));  // 4
        journal.record(issue(EventKind::IssueCleared, "node_unreachable")); // 5
        journal.record(block(EventKind::BlockFound, 1));                    // 6
        journal.record(block(EventKind::BlockFound, 2));                    // 7
        journal.record(block(EventKind::BlockOrphaned, 1));                 // 8
        journal.record(block(EventKind::BlockConfirmed, 2));                // 9
        journal.record(block(EventKind::BlockOrphaned, 3));                 // 10: an earlier run's
        journal.record(issue(EventKind::IssueRaised, "node_unreachable"));  // 11: a new one
        journal.record(issue(EventKind::IssueCleared, "node_unreachable")); // 12
        std::vector<std::uint64_t> causes;
        for (std::size_t i = 0; i < seen.size(); ++i) {
            QCOMPARE(seen[i].id, std::uint64_t{i + 1});
            QVERIFY(seen[i].at == clock.wall().time);
            causes.push_back(seen[i].cause);
        }
        QCOMPARE(causes, (std::vector<std::uint64_t>{1, 2, 2, 2, 1, 6, 7, 6, 7, 10, 11, 11}));
    }

    // B40
    void tracesAStandstillToTheIssueBehindIt()
    {
        sim::Scheduler clock({.seed = 1});
        std::vector<std::uint64_t> causes;
        engine::EventJournal journal(
            clock, [&](const PoolEvent& event) { causes.push_back(event.cause); });
        const auto raise = [&](const std::string& code) {
            journal.record(issue(EventKind::IssueRaised, code));
        };
        const auto turn = [&](interfaces::EngineState state) {
            PoolEvent event;
            event.state = state;
            journal.record(event);
        };
        using interfaces::EngineState;
        turn(EngineState::NoWork);                                          // 1: nothing is known
        turn(EngineState::Running);                                         // 2
        raise("node_unreachable");                                          // 3
        raise("spool_space_missing");                                       // 4
        turn(EngineState::NoWork);                                          // 5
        journal.record(issue(EventKind::IssueCleared, "node_unreachable")); // 6
        turn(EngineState::Running);                                         // 7
        turn(EngineState::Stopping);                                        // 8
        turn(EngineState::NoWork);                                          // 9
        QCOMPARE(causes, (std::vector<std::uint64_t>{1, 1, 3, 4, 3, 3, 3, 8, 9}));
    }

    void keepsTheLastThousand()
    {
        sim::Scheduler clock({.seed = 1});
        engine::EventJournal journal(clock, [](const PoolEvent&) {});
        QVERIFY(journal.find({}).events.empty());
        for (int i = 0; i < 1500; ++i) {
            journal.record({.kind = EventKind::TipChanged});
        }
        const auto all = journal.find({.after = 0, .limit = 5000}).events;
        QCOMPARE(all.size(), engine::EventJournal::MAX_EVENTS);
        QCOMPARE(all.front().id, std::uint64_t{501});
        QCOMPARE(all.back().id, std::uint64_t{1500});
        const auto few = journal.find({.after = 1490, .limit = 3}).events;
        QCOMPARE(few.size(), std::size_t{3});
        QCOMPARE(few.front().id, std::uint64_t{1491});
        QVERIFY(journal.find({.after = 1500}).events.empty());
        QVERIFY(journal.find({.after = 99'999}).events.empty());
    }
};

WARP_TEST_CLASS(EventJournalTest);

} // namespace

#include "event_journal_test.moc"
