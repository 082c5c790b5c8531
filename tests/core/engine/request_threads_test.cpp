// Questions, answers and handles that go on real threads, for ThreadSanitizer too.
#include "core/engine/qt_executor.h"
#include "core/interfaces/request_desk.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace {

using namespace warp;
using interfaces::EventsQuery;
using interfaces::EventsReply;
using interfaces::QueryAnswer;
using interfaces::QueryBook;

class RequestThreadsTest final : public QObject
{
    Q_OBJECT

private slots:
    // Each kept handle has one reply; none that was given up has one, though its answer is made on
    // another thread at that very time, and the last ones go with the caller's thread.
    void eachKeptHandleHasOneReply()
    {
        constexpr std::uint64_t ROUNDS = 3000;
        engine::QtExecutor service("service");
        QueryBook book;
        book.serve<EventsQuery>([&](const EventsQuery& query, const QueryBook::Answer& answer) {
            service.post([answer, id = query.after] {
                EventsReply reply;
                reply.events.emplace_back().id = id;
                answer(QueryAnswer(std::move(reply)));
            });
        });
        // Touched on the caller's thread alone until it has ended.
        std::vector<util::RequestHandle> handles(ROUNDS);
        std::vector<int> replies(ROUNDS);
        std::uint64_t wrong = 0;
        {
            engine::QtExecutor caller("caller");
            for (std::uint64_t i = 0; i < ROUNDS; ++i) {
                caller.post([&, i] {
                    handles[i] = book.ask(
                        EventsQuery{.after = i}, caller, [&, i](const interfaces::QueryReply& it) {
                            ++replies[i];
                            const bool isOwn =
                                it && std::get<EventsReply>(*it).events.at(0).id == i;
                            wrong += isOwn ? 0U : 1U;
                        });
                    if (i % 3 == 0) {
                        handles[i].reset();
                    }
                });
            }
            QTRY_VERIFY_WITH_TIMEOUT(
                [&] {
                    std::atomic<bool> isAll{false};
                    std::atomic<bool> isAsked{false};
                    caller.post([&] {
                        isAll = replies[ROUNDS - 1] == 1;
                        isAsked = true;
                    });
                    while (!isAsked) {
                        QTest::qWait(1);
                    }
                    return isAll.load();
                }(),
                30'000);
            // These are open when their thread ends.
            for (std::uint64_t i = 0; i < 100; ++i) {
                caller.post([&, i] {
                    handles[i] = book.ask(EventsQuery{}, caller, [](const auto&) {});
                    handles[i].reset();
                });
            }
        }
        handles.clear();
        QCOMPARE(wrong, std::uint64_t{0});
        for (std::uint64_t i = 0; i < ROUNDS; ++i) {
            QCOMPARE(replies[i], i % 3 == 0 ? 0 : 1);
        }
        book.stop();
    }
};

WARP_TEST_CLASS(RequestThreadsTest);

} // namespace

#include "request_threads_test.moc"
