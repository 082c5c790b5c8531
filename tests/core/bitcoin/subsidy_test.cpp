#include "core/bitcoin/subsidy.h"

#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp::bitcoin;

class SubsidyTest final : public QObject
{
    Q_OBJECT

private slots:
    // B06
    void halvesAtItsHeights_data()
    {
        QTest::addColumn<int>("network");
        QTest::addColumn<qint64>("height");
        QTest::addColumn<qint64>("satoshi");
        const auto row = [](Network network, qint64 height, qint64 satoshi) {
            QTest::addRow("%s %lld", std::string(chainName(network)).c_str(),
                          static_cast<long long>(height))
                << static_cast<int>(network) << height << satoshi;
        };
        row(Network::Main, 0, 50'0000'0000);
        row(Network::Main, 209'999, 50'0000'0000);
        row(Network::Main, 210'000, 25'0000'0000);
        row(Network::Main, 840'000, 3'1250'0000);
        row(Network::Main, 6'929'999, 1);
        row(Network::Main, 6'930'000, 0);
        row(Network::Main, 64LL * 210'000, 0);
        row(Network::Main, 499'999'999, 0);
        row(Network::Testnet4, 210'000, 25'0000'0000);
        row(Network::Regtest, 149, 50'0000'0000);
        row(Network::Regtest, 150, 25'0000'0000);
        row(Network::Regtest, 300, 12'5000'0000);
    }
    void halvesAtItsHeights()
    {
        QFETCH(const int, network);
        QFETCH(const qint64, height);
        QFETCH(const qint64, satoshi);
        QCOMPARE(qint64{blockSubsidy(height, static_cast<Network>(network)).value()}, satoshi);
    }
};

WARP_TEST_CLASS(SubsidyTest);

} // namespace

#include "subsidy_test.moc"
