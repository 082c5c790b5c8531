#include "core/mining/hashrate_target.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <string>

namespace {

using namespace warp;

std::string targetHex(double hashrate, double sharesPerMinute)
{
    return mining::targetOfHashrate(util::Hashrate(hashrate), sharesPerMinute).value().toHex();
}

class HashrateTargetTest final : public QObject
{
    Q_OBJECT

private slots:
    void followsTheReferenceImplementation_data()
    {
        QTest::addColumn<double>("hashrate");
        QTest::addColumn<double>("sharesPerMinute");
        QTest::addColumn<QByteArray>("target"); // most significant digit first
        // Results of channels_sv2 8.0.0, hash_rate_to_target().
        QTest::newRow("the vector of channels_sv2")
            << 1000.0 << 1.0
            << QByteArray("0001179d9861a761ffdadd11c307c4fc04eea3a418f7d687584e4434af158205");
        QTest::newRow("a small device")
            << 1e12 << 6.0
            << QByteArray("00000000001c25c2684973697a4c76dbb2e62a7e72b1a04971ca4f314e46b2a1");
        QTest::newRow("a fraction")
            << 123456789012345.67 << 6.0
            << QByteArray("0000000000003a5ddce2b36f699784125b5a4ecceb0a5e91ffe349da586a6a18");
        QTest::newRow("a farm")
            << 1e18 << 20.0
            << QByteArray("0000000000000006261f45f0c139357ca6282e10375b5e3cd96f0a507a4fdfd1");
        QTest::newRow("by hand")
            << 1.5 << 60.0
            << QByteArray("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
        QTest::newRow("less than a share a minute")
            << 7.3e15 << 0.7
            << QByteArray("000000000000001d7b293a4a31b22392708a7f9e438bc0f9bd1ced4d9cd48b1c");
    }
    void followsTheReferenceImplementation()
    {
        QFETCH(double, hashrate);
        QFETCH(double, sharesPerMinute);
        QFETCH(QByteArray, target);
        QCOMPARE(targetHex(hashrate, sharesPerMinute), target.toStdString());
    }

    void asksNothingOfAMinerWithoutHashrate()
    {
        const std::string easiest(64, 'f');
        QCOMPARE(targetHex(0, 6), easiest);
        QCOMPARE(targetHex(-1, 6), easiest);
        QCOMPARE(targetHex(0.05, 6), easiest);
        QCOMPARE(targetHex(std::nan(""), 6), easiest);
        QCOMPARE(targetHex(0, 0), easiest);
    }

    void staysAboveZeroForAnyHashrate()
    {
        const std::string hardest = std::string(32, '0') + std::string(32, 'f');
        QCOMPARE(targetHex(std::numeric_limits<double>::infinity(), 6), hardest);
        QCOMPARE(targetHex(1e300, 6), hardest);
        QCOMPARE(targetHex(1000, 0), hardest);
    }
};

WARP_TEST_CLASS(HashrateTargetTest);

} // namespace

#include "hashrate_target_test.moc"
