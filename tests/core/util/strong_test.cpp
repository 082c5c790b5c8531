#include "core/util/strong.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <type_traits>
#include <unordered_set>

namespace {

using namespace warp::util;

// What must not compile is the point of these types.
static_assert(!std::is_convertible_v<std::int64_t, Satoshi>);
static_assert(!std::is_convertible_v<Satoshi, std::int64_t>);
static_assert(!std::is_constructible_v<Difficulty, Hashrate>);
static_assert(!std::is_assignable_v<WorkerId&, JobId>);
static_assert(!std::is_same_v<Difficulty, Hashrate>);
static_assert(std::is_trivially_copyable_v<JobId>);
static_assert(sizeof(JobId) == sizeof(std::uint32_t));

class StrongTest final : public QObject
{
    Q_OBJECT

private slots:
    void comparesByValue()
    {
        QCOMPARE(Satoshi(5), Satoshi(5));
        QVERIFY(Satoshi(-1) < Satoshi(0));
        QVERIFY(Difficulty(0.5) < Difficulty(1));
        QCOMPARE(WorkerId().value(), std::uint64_t{0});
    }

    void addsAndSubtractsMoney()
    {
        QCOMPARE(Satoshi(5'000'000'000) + Satoshi(1), Satoshi(5'000'000'001));
        QCOMPARE(Satoshi(1) - Satoshi(3), Satoshi(-2));
    }

    void servesAsAKey()
    {
        const std::unordered_set<JobId> jobs{JobId(1), JobId(2), JobId(1)};
        QCOMPARE(jobs.size(), std::size_t{2});
        QVERIFY(jobs.contains(JobId(2)));
    }
};

WARP_TEST_CLASS(StrongTest);

} // namespace

#include "strong_test.moc"
