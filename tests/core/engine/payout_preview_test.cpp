// What a block would pay with settings that nobody mines with yet.

#include "core/engine/payout_preview.h"

#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using bitcoin::Network;

constexpr auto REGTEST_ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"; // BIP 173
constexpr auto MAIN_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";      // BIP 173

engine::PayoutOptions withFee(const std::string& address)
{
    return {.address = address, .poolFee = {.part = config::BasisPoints(150), .address = address}};
}

interfaces::PayoutPreviewReply preview(const engine::PayoutOptions& options,
                                       std::optional<Network> configured,
                                       const interfaces::PoolSnapshot& snapshot = {})
{
    const auto reply = engine::previewPayout(options, configured, snapshot);
    if (!reply) {
        QTest::qFail(reply.error().detail.c_str(), __FILE__, __LINE__);
        return {};
    }
    return std::get<interfaces::PayoutPreviewReply>(*reply);
}

class PayoutPreviewTest final : public QObject
{
    Q_OBJECT

private slots:
    void splitsTheValueOfTheNewestJob()
    {
        interfaces::PoolSnapshot snapshot;
        snapshot.network = Network::Regtest;
        snapshot.tipHeight = 10;
        snapshot.work.audit.state = interfaces::AuditState::Green;
        snapshot.work.audit.coinbase.total = util::Satoshi(50'0000'0123);
        const auto reply = preview(withFee(REGTEST_ADDRESS), std::nullopt, snapshot);
        QVERIFY(!reply.isModel);
        QCOMPARE(reply.parts.size(), std::size_t{2});
        QCOMPARE(reply.parts[0].role, std::string("payout"));
        QCOMPARE(reply.parts[0].address, std::string(REGTEST_ADDRESS));
        QCOMPARE(reply.parts[1].role, std::string("pool_fee"));
        QCOMPARE(reply.parts[1].paid, util::Satoshi(50'0000'0123 * 150 / 10'000));
        QCOMPARE(reply.parts[0].paid + reply.parts[1].paid, util::Satoshi(50'0000'0123));
    }

    void takesTheSubsidyWhereThereIsNoJob()
    {
        const auto unknown = preview(withFee(MAIN_ADDRESS), std::nullopt);
        QVERIFY(unknown.isModel);
        QCOMPARE(unknown.parts[0].paid + unknown.parts[1].paid, util::Satoshi(3'1250'0000));
        interfaces::PoolSnapshot snapshot;
        snapshot.network = Network::Regtest;
        snapshot.tipHeight = 149; // the next block is the first after a halving
        const auto known = preview(withFee(REGTEST_ADDRESS), Network::Regtest, snapshot);
        QVERIFY(known.isModel);
        QCOMPARE(known.parts[0].paid + known.parts[1].paid, util::Satoshi(25'0000'0000));
    }

    // P02: what could not be paid is said.
    void refusesAnAddressOfAnotherNetwork()
    {
        const auto reply = engine::previewPayout(withFee(MAIN_ADDRESS), Network::Regtest, {});
        QVERIFY(!reply);
        QCOMPARE(reply.error().fault, interfaces::RequestFault::BadArgument);
        QVERIFY(reply.error().detail.starts_with("mining.pool_fee_address: "));
    }

    void namesNobodyWhereEveryMinerIsPaid()
    {
        engine::PayoutOptions options = withFee(REGTEST_ADDRESS);
        options.mode = config::PayoutMode::PerMiner;
        const auto reply = preview(options, Network::Regtest);
        QVERIFY(reply.parts.at(0).address.empty());
        QCOMPARE(reply.parts.at(1).address, std::string(REGTEST_ADDRESS));
    }
};

WARP_TEST_CLASS(PayoutPreviewTest);

} // namespace

#include "payout_preview_test.moc"
