#include "core/util/duration_histogram.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <numeric>

namespace {

using namespace std::chrono_literals;
using warp::util::Duration;
using warp::util::DurationHistogram;

class DurationHistogramTest final : public QObject
{
    Q_OBJECT

private slots:
    void countsInOneTwoFiveOfEachDecade()
    {
        QCOMPARE(DurationHistogram::BOUNDS.front(), Duration(1us));
        QCOMPARE(DurationHistogram::BOUNDS.at(1), Duration(2us));
        QCOMPARE(DurationHistogram::BOUNDS.at(2), Duration(5us));
        QCOMPARE(DurationHistogram::BOUNDS.at(9), Duration(1ms));
        QCOMPARE(DurationHistogram::BOUNDS.back(), Duration(100s));
    }

    void putsATimeIntoItsBucket_data()
    {
        QTest::addColumn<qint64>("nanoseconds");
        QTest::addColumn<int>("bucket");
        QTest::newRow("none") << qint64{0} << 0;
        QTest::newRow("a clock that went back") << qint64{-5} << 0;
        QTest::newRow("a bound belongs to its bucket") << qint64{1000} << 0;
        QTest::newRow("just beyond") << qint64{1001} << 1;
        QTest::newRow("within") << qint64{300'000} << 8;
        QTest::newRow("longer than all bounds") << qint64{101'000'000'000} << 25;
    }
    void putsATimeIntoItsBucket()
    {
        QFETCH(const qint64, nanoseconds);
        QFETCH(const int, bucket);
        DurationHistogram histogram;
        histogram.add(Duration(nanoseconds));
        QCOMPARE(histogram.counts.at(static_cast<std::size_t>(bucket)), std::uint64_t{1});
        QCOMPARE(histogram.count(), std::uint64_t{1});
        QCOMPARE(histogram.sum, Duration(std::max<qint64>(nanoseconds, 0)));
    }

    void addsAnother()
    {
        DurationHistogram one;
        one.add(3us, 4);
        DurationHistogram two;
        two.add(7ms);
        one.add(two);
        QCOMPARE(one.count(), std::uint64_t{5});
        QCOMPARE(one.sum, Duration(12us + 7ms));
    }
};

WARP_TEST_CLASS(DurationHistogramTest);

} // namespace

#include "duration_histogram_test.moc"
