#include "core/net/descriptor_limit.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <cstdint>
#include <limits>
#include <sys/resource.h>

namespace {

using warp::net::connectionCapFits;
using warp::net::DescriptorLimit;
using warp::net::maxConnectionsWithin;
using warp::net::RESERVED_DESCRIPTORS;

class DescriptorLimitTest final : public QObject
{
    Q_OBJECT

private slots:
    // B30
    void raisesTheLimitToTheHardLimit()
    {
        rlimit usual{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &usual), 0);
        rlimit low = usual;
        low.rlim_cur = 64;
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &low), 0);
        const DescriptorLimit limit = warp::net::raiseDescriptorLimit();
        rlimit after{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &after), 0);
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &usual), 0);
        QCOMPARE(after.rlim_cur, usual.rlim_max);
        QCOMPARE(limit.soft, static_cast<std::uint64_t>(after.rlim_cur));
        QCOMPARE(limit.hard, static_cast<std::uint64_t>(usual.rlim_max));
    }

    void saysWhetherTheCapFits_data()
    {
        QTest::addColumn<std::uint64_t>("soft");
        QTest::addColumn<std::uint64_t>("cap");
        QTest::addColumn<bool>("fits");
        const std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
        QTest::newRow("fits exactly")
            << 10000 + RESERVED_DESCRIPTORS << std::uint64_t{10000} << true;
        QTest::newRow("one too many")
            << 10000 + RESERVED_DESCRIPTORS << std::uint64_t{10001} << false;
        QTest::newRow("limit below our own needs")
            << std::uint64_t{256} << std::uint64_t{1} << false;
        QTest::newRow("no connections at all") << std::uint64_t{256} << std::uint64_t{0} << true;
        QTest::newRow("limit unknown") << std::uint64_t{0} << std::uint64_t{100000} << true;
        QTest::newRow("unlimited") << all << std::uint64_t{100000} << true;
    }
    // B30
    void saysWhetherTheCapFits()
    {
        QFETCH(const std::uint64_t, soft);
        QFETCH(const std::uint64_t, cap);
        QFETCH(const bool, fits);
        const DescriptorLimit limit{.soft = soft, .hard = soft};
        QCOMPARE(connectionCapFits(limit, cap), fits);
        QCOMPARE(cap <= maxConnectionsWithin(limit), fits);
    }
};

WARP_TEST_CLASS(DescriptorLimitTest);

} // namespace

#include "descriptor_limit_test.moc"
