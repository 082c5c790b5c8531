// What PoolService promises of replies and handles, whatever the parts that answer do.
#include "core/interfaces/request_desk.h"
#include "core/sim/scheduler.h"
#include "tests/mock/fake_pool.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <optional>

namespace {

using namespace warp;
using interfaces::CommandBook;
using interfaces::EventsQuery;
using interfaces::EventsReply;
using interfaces::QueryAnswer;
using interfaces::QueryBook;
using interfaces::QueryReply;
using interfaces::RequestFault;

class RequestBookTest final : public QObject
{
    Q_OBJECT

private:
    /// One caller, and what it was told.
    struct Caller
    {
        sim::Scheduler scheduler{{.seed = 1}};
        std::unique_ptr<util::Executor> executor = scheduler.createExecutor("caller");
        std::vector<QueryReply> replies;

        util::RequestHandle ask(QueryBook& book, const interfaces::Query& query)
        {
            return book.ask(query, *executor, [this](QueryReply reply) {
                QVERIFY(executor->isCurrent());
                replies.push_back(std::move(reply));
            });
        }
        void run() { scheduler.runFor(std::chrono::seconds(1)); }
        [[nodiscard]] std::optional<RequestFault> fault() const
        {
            return replies.size() == 1 && !replies[0] ? std::optional(replies[0].error().fault)
                                                      : std::nullopt;
        }
    };

    static QueryReply emptyEvents() { return QueryAnswer(EventsReply{}); }

private slots:
    void repliesOnTheCallersExecutorAndNeverWithinTheCall()
    {
        Caller caller;
        QueryBook book;
        book.serve<EventsQuery>(
            [](const EventsQuery&, const QueryBook::Answer& answer) { answer(emptyEvents()); });
        const auto handle = caller.ask(book, EventsQuery{});
        QVERIFY(caller.replies.empty());
        caller.run();
        QCOMPARE(caller.replies.size(), std::size_t{1});
        QVERIFY(std::holds_alternative<EventsReply>(caller.replies[0].value()));
    }

    void theFirstOfTwoAnswersCounts()
    {
        Caller caller;
        QueryBook book;
        book.serve<EventsQuery>([](const EventsQuery&, const QueryBook::Answer& answer) {
            answer(QueryBook::failure(RequestFault::TimedOut));
            answer(emptyEvents());
        });
        const auto handle = caller.ask(book, EventsQuery{});
        caller.run();
        QCOMPARE(caller.fault(), std::optional(RequestFault::TimedOut));
    }

    // Before the answer, and between the answer and its delivery.
    void noReplyFollowsTheHandle()
    {
        Caller caller;
        QueryBook book;
        std::optional<QueryBook::Answer> kept;
        book.serve<EventsQuery>(
            [&](const EventsQuery&, const QueryBook::Answer& answer) { kept = answer; });
        auto early = caller.ask(book, EventsQuery{});
        early.reset();
        (*kept)(emptyEvents());
        auto late = caller.ask(book, EventsQuery{});
        (*kept)(emptyEvents());
        late.reset();
        caller.run();
        QVERIFY(caller.replies.empty());
    }

    // An answer after the handle touches nothing of the caller's.
    void theExecutorMayEndAfterTheHandle()
    {
        Caller caller;
        QueryBook book;
        std::optional<QueryBook::Answer> kept;
        book.serve<EventsQuery>(
            [&](const EventsQuery&, const QueryBook::Answer& answer) { kept = answer; });
        auto handle = caller.ask(book, EventsQuery{});
        handle.reset();
        caller.executor.reset();
        (*kept)(emptyEvents());
        caller.run();
        QVERIFY(caller.replies.empty());
    }

    void whoForgetsToAnswerIsAnsweredFor()
    {
        Caller caller;
        QueryBook book;
        book.serve<EventsQuery>([](const EventsQuery&, const QueryBook::Answer&) {});
        const auto handle = caller.ask(book, EventsQuery{});
        caller.run();
        QCOMPARE(caller.fault(), std::optional(RequestFault::NotAvailable));
        QCOMPARE(caller.replies[0].error().code, std::string("not_answered"));
    }

    void aKindThatNobodyServesIsNotAvailable()
    {
        Caller caller;
        QueryBook book;
        const auto handle = caller.ask(book, interfaces::HistoryQuery{});
        QVERIFY(caller.replies.empty());
        caller.run();
        QCOMPARE(caller.fault(), std::optional(RequestFault::NotAvailable));
        QCOMPARE(caller.replies[0].error().code, std::string("not_served"));
    }

    void whatIsOpenAtTheStopIsAnsweredOnce()
    {
        Caller caller;
        QueryBook book;
        std::optional<QueryBook::Answer> kept;
        book.serve<EventsQuery>(
            [&](const EventsQuery&, const QueryBook::Answer& answer) { kept = answer; });
        const auto open = caller.ask(book, EventsQuery{});
        book.stop();
        (*kept)(emptyEvents());
        caller.run();
        QCOMPARE(caller.fault(), std::optional(RequestFault::Stopping));
        caller.replies.clear();
        const auto after = caller.ask(book, EventsQuery{});
        caller.run();
        QCOMPARE(caller.fault(), std::optional(RequestFault::Stopping));
    }

    void aHandleMayGoWithinItsReply()
    {
        Caller caller;
        QueryBook book;
        book.serve<EventsQuery>(
            [](const EventsQuery&, const QueryBook::Answer& answer) { answer(emptyEvents()); });
        util::RequestHandle handle;
        int replies = 0;
        handle = book.ask(EventsQuery{}, *caller.executor, [&](const QueryReply&) {
            ++replies;
            handle.reset();
        });
        caller.run();
        QCOMPARE(replies, 1);
    }

    void openQuestionsAreBounded()
    {
        Caller caller;
        QueryBook book;
        std::vector<QueryBook::Answer> kept;
        book.serve<EventsQuery>(
            [&](const EventsQuery&, const QueryBook::Answer& answer) { kept.push_back(answer); });
        std::vector<util::RequestHandle> handles;
        for (std::size_t i = 0; i < QueryBook::MAX_OPEN; ++i) {
            handles.push_back(caller.ask(book, EventsQuery{}));
        }
        const auto refused = caller.ask(book, EventsQuery{});
        caller.run();
        QCOMPARE(caller.fault(), std::optional(RequestFault::NotAvailable));
        QCOMPARE(caller.replies[0].error().code, std::string("too_many_requests"));
        // One that is given up makes room.
        handles.pop_back();
        handles.push_back(caller.ask(book, EventsQuery{}));
        QCOMPARE(kept.size(), QueryBook::MAX_OPEN + 1);
        handles.clear();
    }

    void theFakePoolPlaysItsScript()
    {
        Caller caller;
        const auto events = caller.scheduler.createExecutor("events");
        test::FakePool pool(*events);
        QCOMPARE(pool.snapshot()->version, std::uint64_t{0});
        interfaces::PoolSnapshot snapshot;
        snapshot.miners = 7;
        pool.setSnapshot(snapshot);
        QCOMPARE(pool.snapshot()->miners, 7U);
        QCOMPARE(pool.snapshot()->version, std::uint64_t{1});

        std::vector<std::uint64_t> seen;
        auto subscription = pool.subscribe([&](const interfaces::PoolEvent& event) {
            QVERIFY(events->isCurrent());
            seen.push_back(event.id);
        });
        pool.publish({});
        QVERIFY(seen.empty());
        caller.run();
        pool.publish({});
        subscription.reset();
        caller.run();
        QCOMPARE(seen, std::vector<std::uint64_t>{1});

        pool.obey<interfaces::StopPool>([](const interfaces::StopPool&) {
            return CommandBook::failure(RequestFault::Refused, "not_now");
        });
        std::string code;
        const auto handle =
            pool.execute(interfaces::StopPool{}, *caller.executor,
                         [&](const interfaces::CommandReply& reply) { code = reply.error().code; });
        caller.run();
        QCOMPARE(code, std::string("not_now"));
        QCOMPARE(pool.commands().size(), std::size_t{1});
    }
};

WARP_TEST_CLASS(RequestBookTest);

} // namespace

#include "request_book_test.moc"
