#include "core/sim/simulated_chain.h"

#include "core/bitcoin/address.h"
#include "core/bitcoin/script.h"
#include "core/util/hex.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <set>
#include <string>

namespace {

using warp::sim::BlockAccepted;
using warp::sim::ChainRules;
using warp::sim::chainRulesFrom;
using warp::util::Satoshi;

class SimulatedChainTest final : public QObject
{
    Q_OBJECT

private slots:
    void readsRulesFromText()
    {
        QCOMPARE(chainRulesFrom("regtest", "")->bits, 0x207fffffU);
        QCOMPARE(chainRulesFrom("signet", "1e0fffff")->bits, 0x1e0fffffU);
        QVERIFY(chainRulesFrom("main", "")->network == warp::bitcoin::Network::Main);
        QVERIFY(!chainRulesFrom("moon", ""));
        QVERIFY(!chainRulesFrom("regtest", "xyz"));
        QVERIFY2(!chainRulesFrom("regtest", "1e800000"), "a negative target");
    }

    void knowsHowHardABlockIs()
    {
        QCOMPARE(warp::sim::hashesPerBlock(*chainRulesFrom("regtest", "")), 2.0);
        const double hard = warp::sim::hashesPerBlock(*chainRulesFrom("regtest", "1e0fffff"));
        QVERIFY(std::abs(hard - 1'048'577.0) < 1.0);
    }

    void makesValidAddressesForEveryNetwork()
    {
        for (const char* const network : {"main", "test", "testnet4", "signet", "regtest"}) {
            const ChainRules rules = *chainRulesFrom(network, "");
            QCOMPARE(std::string(warp::sim::networkName(rules)), std::string(network));
            std::set<std::string> seen;
            for (std::uint32_t number = 0; number < 5; ++number) {
                const std::string address = warp::sim::exampleAddress(rules, number);
                QVERIFY(warp::bitcoin::parseAddress(address, rules.network).hasValue());
                seen.insert(address);
            }
            QCOMPARE(seen.size(), std::size_t{5});
        }
    }

    // R267
    void readsWhoWasPaidFromTheCoinbase()
    {
        const ChainRules rules = *chainRulesFrom("regtest", "");
        const std::string address = warp::sim::exampleAddress(rules, 1);
        BlockAccepted block;
        block.coinbase.vout.push_back(
            {.value = Satoshi(4'999'000'001),
             .script = warp::bitcoin::parseAddress(address, rules.network)->script});
        block.coinbase.vout.push_back({.value = Satoshi(999'999), .script = {std::byte{0x51}}});
        block.coinbase.vout.push_back({.value = Satoshi(0), .script = {std::byte{0x6a}}});
        const auto paid = warp::sim::paidOutputs(block, rules);
        QCOMPARE(paid.size(), std::size_t{2});
        QCOMPARE(paid[0].address, address);
        QCOMPARE(paid[0].value.value(), std::int64_t{4'999'000'001});
        QCOMPARE(paid[1].address, std::string("script 51"));
        QCOMPARE(warp::sim::bitcoinText(paid[0].value), std::string("49.99000001"));
        QCOMPARE(warp::sim::bitcoinText(paid[1].value), std::string("0.00999999"));
    }
};

WARP_TEST_CLASS(SimulatedChainTest);

} // namespace

#include "simulated_chain_test.moc"
