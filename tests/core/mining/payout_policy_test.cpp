#include "core/mining/payout_policy.h"

#include "core/bitcoin/address.h"
#include "core/bitcoin/block.h"
#include "core/bitcoin/transaction.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using mining::PayoutKey;
using util::Satoshi;

std::vector<mining::PayoutCut> twoPercent()
{
    return {{.role = mining::PayoutRole::PoolFee,
             .basisPoints = 200,
             .script = *util::fromHex("00142222222222222222222222222222222222222222")}};
}

/// Two members with a third and two thirds: what a party with fixed parts will be.
class Party final : public mining::PayoutPolicy
{
public:
    [[nodiscard]] mining::KeyUse keyUse() const override { return mining::KeyUse::Shared; }
    [[nodiscard]] mining::PayoutSplit split(const PayoutKey&, Satoshi value) const override
    {
        mining::PayoutSplit made;
        const Satoshi third(value.value() / 3);
        made.outputs = {{value - third, test::payoutScript()}, {third, twoPercent()[0].script}};
        return made;
    }
    [[nodiscard]] PayoutKey heaviestKey() const override { return {}; }
};

mining::JobFactory factoryOf(std::shared_ptr<const mining::PayoutPolicy> policy)
{
    return mining::JobFactory({.tag = "test", .payout = std::move(policy), .instance = 1});
}

bitcoin::Transaction coinbaseOf(const mining::Job& job)
{
    return *bitcoin::Transaction::parse(
        util::ByteView(mining::completeCoinbase(job.coinbase, {}, {})));
}

class PayoutPolicyTest final : public QObject
{
    Q_OBJECT

private slots:
    // R018 B51: single pays the configured script, whatever the key.
    void singlePaysOneScriptForEveryKey()
    {
        const mining::SinglePayout policy(test::payoutScript(), twoPercent());
        QCOMPARE(policy.keyUse(), mining::KeyUse::Shared);
        for (const PayoutKey& key : {PayoutKey{}, PayoutKey{{std::byte{0x51}}}}) {
            const auto made = policy.split(key, Satoshi(100'000));
            QVERIFY(made.outputs[0].script == test::payoutScript());
            QCOMPARE(made.outputs[0].value, Satoshi(98'000));
            QCOMPARE(made.outputs[1].value, Satoshi(2'000));
        }
    }

    // R018 B51: per_miner pays the script that the key is, and the cuts.
    void perMinerPaysTheKey()
    {
        const mining::PerMinerPayout policy(twoPercent());
        QCOMPARE(policy.keyUse(), mining::KeyUse::Separate);
        const auto made = policy.split({test::payoutScript()}, Satoshi(100'000));
        QVERIFY(made.outputs[0].script == test::payoutScript());
        QCOMPARE(made.outputs[0].value, Satoshi(98'000));
        QCOMPARE(made.outputs[1].value, Satoshi(2'000));
    }

    // P04: each kind of address gets an output with exactly its script, in both modes.
    void paysEveryKindOfAddress_data()
    {
        QTest::addColumn<std::string>("script");
        const std::string hash(40, '1');
        const std::string program(64, '7');
        QTest::newRow("P2PKH") << "76a914" + hash + "88ac";
        QTest::newRow("P2SH") << "a914" + hash + "87";
        QTest::newRow("P2WPKH") << "0014" + hash;
        QTest::newRow("P2WSH") << "0020" + program;
        QTest::newRow("P2TR") << "5120" + program;
    }
    void paysEveryKindOfAddress()
    {
        QFETCH(const std::string, script);
        const auto network = bitcoin::Network::Regtest;
        const auto address = bitcoin::encodeAddress(*util::fromHex(script), network);
        const auto parsed = bitcoin::parseAddress(address.value(), network);
        QCOMPARE(util::toHex(parsed->script), script);
        auto single = factoryOf(std::make_shared<mining::SinglePayout>(
            parsed->script, std::vector<mining::PayoutCut>{}));
        auto keyed =
            factoryOf(std::make_shared<mining::PerMinerPayout>(std::vector<mining::PayoutCut>{}));
        const auto one = single.make(test::sharedTemplate(), 1, test::at({}));
        const auto base = keyed.make(test::sharedTemplate(), 1, test::at({}));
        const auto other = mining::jobForKey(**base, {parsed->script});
        for (const mining::Job* job : {one->get(), other->get()}) {
            const bitcoin::Transaction coinbase = coinbaseOf(*job);
            QVERIFY(coinbase.vout[0].script == parsed->script);
            QCOMPARE(coinbase.vout[0].value, Satoshi(25'0000'0000));
        }
    }

    // B51: before a key is known there is no coinbase at all that could pay a wrong one.
    void aJobForNobodyHasNoCoinbase()
    {
        auto factory =
            factoryOf(std::make_shared<mining::PerMinerPayout>(std::vector<mining::PayoutCut>{}));
        const auto base = factory.make(test::sharedTemplate({.transactions = 2}), 1, test::at({}));
        QVERIFY(base.hasValue());
        QVERIFY((*base)->coinbase.prefix.empty());
        QVERIFY((*base)->coinbase.outputs.empty());
        const auto job = mining::jobForKey(**base, {test::payoutScript()});
        QCOMPARE((*job)->id, (*base)->id);
        QVERIFY((*job)->source == (*base)->source);
        QVERIFY((*job)->payoutKey.bytes == test::payoutScript());
        QVERIFY(coinbaseOf(**job).vout.back().script == *(*base)->source->witnessCommitmentScript);
    }

    // Transactions are chosen beside the heaviest coinbase: no key's is heavier.
    void noKeyIsHeavierThanTheHeaviest()
    {
        const mining::PerMinerPayout policy(twoPercent());
        auto factory = factoryOf(std::make_shared<mining::PerMinerPayout>(twoPercent()));
        const auto base = factory.make(test::sharedTemplate(), 1, test::at({}));
        const auto heaviest = mining::coinbaseFor(*(*base)->terms, policy.heaviestKey());
        for (const char* const script :
             {"76a914111111111111111111111111111111111111111188ac",
              "a914111111111111111111111111111111111111111187",
              "00141111111111111111111111111111111111111111",
              "00201111111111111111111111111111111111111111111111111111111111111111",
              "51201111111111111111111111111111111111111111111111111111111111111111"}) {
            const auto coinbase =
                mining::coinbaseFor(*(*base)->terms, PayoutKey{*util::fromHex(script)});
            QVERIFY(coinbase->weight <= heaviest->weight);
            QVERIFY(coinbase->sigopCost <= heaviest->sigopCost);
        }
    }

    // B51: other ways to divide a block need nothing but another policy.
    void aPartyIsJustAnotherPolicy()
    {
        auto factory = factoryOf(std::make_shared<Party>());
        const auto job = factory.make(test::sharedTemplate(), 1, test::at({}));
        const bitcoin::Transaction coinbase = coinbaseOf(**job);
        QCOMPARE(coinbase.vout.size(), std::size_t{3});
        QCOMPARE(coinbase.vout[1].value, Satoshi(25'0000'0000 / 3));
    }

    // R013: where transactions had to be cut, the parts are of what is left.
    void splitsWhatACutTemplateIsWorth()
    {
        auto factory =
            factoryOf(std::make_shared<mining::SinglePayout>(test::payoutScript(), twoPercent()));
        const auto job =
            factory.make(test::sharedTemplate({.transactions = 10, .transactionWeight = 450'000}),
                         1, test::at({}));
        const std::int64_t value = 25'0000'0000 - 2000;
        const bitcoin::Transaction coinbase = coinbaseOf(**job);
        QCOMPARE((*job)->terms->value, Satoshi(value));
        QCOMPARE(coinbase.vout[1].value, Satoshi(value / 50));
        QCOMPARE(coinbase.vout[0].value, Satoshi(value - value / 50));
    }
};

WARP_TEST_CLASS(PayoutPolicyTest);

} // namespace

#include "payout_policy_test.moc"
