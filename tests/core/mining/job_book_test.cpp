#include "core/mining/job_book.h"

#include "core/mining/extranonce_allocator.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <set>

namespace {

using namespace warp;

class JobBookTest final : public QObject
{
    Q_OBJECT

private slots:
    // R017
    void isCleanWithANewTipOnly()
    {
        mining::JobFactory factory = test::makeFactory();
        mining::JobBook book;
        const auto add = [&](const char* tip, std::uint32_t number) {
            return book.add(
                *factory.make(test::sharedTemplate({.previous = tip}), number, test::at({})),
                test::at({}));
        };
        QCOMPARE(add("a", 1)->clean, mining::CleanJobs::Yes);
        QCOMPARE(add("a", 1)->clean, mining::CleanJobs::No);
        QCOMPARE(add("b", 2)->clean, mining::CleanJobs::Yes);
        // Back to the first tip after a reorganisation: other work again.
        QCOMPARE(add("a", 3)->clean, mining::CleanJobs::Yes);
    }

    void keepsJobsForTwelveMinutesAndTwoTips()
    {
        mining::JobFactory factory = test::makeFactory();
        mining::JobBook book;
        const auto add = [&](std::uint32_t tip, std::chrono::seconds time) {
            return book.add(*factory.make(test::sharedTemplate({.previous = std::to_string(tip)}),
                                          tip, test::at(time)),
                            test::at(time));
        };
        const util::JobId first = add(1, std::chrono::seconds(0))->current()->id;
        QVERIFY(add(9, std::chrono::minutes(11))->find(first) != nullptr);
        QVERIFY(add(10, std::chrono::minutes(12))->find(first) == nullptr);
        const util::JobId tenth = add(10, std::chrono::minutes(13))->current()->id;
        QVERIFY(add(12, std::chrono::hours(5))->find(tenth) != nullptr);
        QVERIFY(add(13, std::chrono::hours(6))->find(tenth) == nullptr);
    }

    void keepsWithinItsByteBudget()
    {
        mining::JobFactory factory = test::makeFactory();
        mining::JobBook book(1000);
        const auto add = [&](std::size_t bytes, std::size_t newBytes) {
            auto sized = test::makeTemplate({});
            sized.textBytes = bytes;
            sized.newTextBytes = newBytes;
            static_cast<void>(book.add(
                *factory.make(std::make_shared<mining::BlockTemplate>(sized), 1, test::at({})),
                test::at({})));
        };
        add(600, 600);
        add(700, 200);
        add(700, 200);
        QCOMPARE(book.size(), std::size_t{3});
        QCOMPARE(book.textBytes(), std::size_t{1000});
        add(700, 1);
        QCOMPARE(book.size(), std::size_t{3}); // 700 + 200 + 1
        QCOMPARE(book.textBytes(), std::size_t{901});
        add(5000, 5000);
        QCOMPARE(book.size(), std::size_t{1}); // the current one stays, whatever it takes
    }

    // R039: no two connections work on the same space.
    void extranoncesAreUniqueWhileInUse()
    {
        mining::ExtranonceAllocator first(0);
        mining::ExtranonceAllocator second(1);
        std::set<mining::Extranonce1> seen;
        for (int i = 0; i < 5000; ++i) {
            QVERIFY(seen.insert(*first.allocate()).second);
            QVERIFY(seen.insert(*second.allocate()).second);
        }
        const mining::Extranonce1 freed = *seen.begin();
        first.release(freed);
        QCOMPARE(first.inUse(), std::size_t{4999});
        // The counter goes on: a freed one comes back only after all others.
        QVERIFY(*first.allocate() != freed);
    }
};

WARP_TEST_CLASS(JobBookTest);

} // namespace

#include "job_book_test.moc"
