// Who is paid by the blocks of a whole pool with simulated node and miners: modes, fee, donation.

#include "core/bitcoin/address.h"
#include "core/util/hex.h"
#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <map>
#include <set>

namespace {

using namespace warp;
using namespace std::chrono_literals;

util::Bytes scriptOf(const std::string& hex)
{
    return *util::fromHex(hex);
}

std::string addressOf(const util::Bytes& script)
{
    return *bitcoin::encodeAddress(script, bitcoin::Network::Regtest);
}

const util::Bytes OWNER = scriptOf("0014" + std::string(40, '1'));
const util::Bytes FEE = scriptOf("a914" + std::string(40, '5') + "87");
const util::Bytes DONATION = scriptOf("5120" + std::string(64, '6'));

/// One script of each kind of address.
std::vector<util::Bytes> everyKind()
{
    return {scriptOf("76a914" + std::string(40, '7') + "88ac"),
            scriptOf("a914" + std::string(40, '7') + "87"), scriptOf("0014" + std::string(40, '7')),
            scriptOf("0020" + std::string(64, '7')), scriptOf("5120" + std::string(64, '7'))};
}

engine::EngineOptions payingOptions()
{
    engine::EngineOptions options = test::engineOptions();
    options.payout = {
        .address = addressOf(OWNER),
        .poolFee = {.part = config::BasisPoints(150), .address = addressOf(FEE)},
        .donation = {.part = config::BasisPoints(33), .address = addressOf(DONATION)}};
    // The network is known once the node is.
    options.node.expectedNetwork.reset();
    return options;
}

void addMiner(test::Farm& farm, const std::string& user, double hashrate)
{
    sim::MinerOptions options;
    options.pool = {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = test::POOL_PORT};
    options.user = user;
    options.hashrate = util::Hashrate(hashrate);
    options.slice = 500ms;
    farm.world.addMiner(options);
}

std::vector<sim::BlockAccepted> ownBlocks(const test::Farm& farm)
{
    std::vector<sim::BlockAccepted> own;
    for (const sim::BlockAccepted& block : farm.world.acceptedBlocks()) {
        if (block.source == sim::BlockSource::Submitted) {
            own.push_back(block);
        }
    }
    return own;
}

/// What is wrong with the money of a block that is to pay `script` beside fee and donation.
std::string faultsOf(const sim::BlockAccepted& block, const util::Bytes& script)
{
    std::int64_t total = 0;
    for (const bitcoin::TxOut& output : block.coinbase.vout) {
        total += output.value.value();
    }
    const std::int64_t subsidy = 50'0000'0000 >> (block.height / 150);
    const std::int64_t fee = total * 150 / 10'000;
    const std::int64_t donation = total * 33 / 10'000;
    const std::vector<bitcoin::TxOut> expected{{util::Satoshi(total - fee - donation), script},
                                               {util::Satoshi(fee), FEE},
                                               {util::Satoshi(donation), DONATION}};
    const auto& outputs = block.coinbase.vout;
    const bool isRight = outputs.size() == 4 && total >= subsidy &&
                         std::equal(expected.begin(), expected.end(), outputs.begin());
    return isRight ? "" : "block " + std::to_string(block.height) + " pays wrongly\n";
}

class PayoutFarmTest final : public QObject
{
    Q_OBJECT

private slots:
    // R012 R013 R018: in mode single every block pays the owner, the fee and the donation to the
    // satoshi, whatever the miners call themselves.
    void singlePaysOwnerFeeAndDonation()
    {
        test::Farm farm(5, payingOptions());
        addMiner(farm, "rig", 400);
        addMiner(farm, addressOf(everyKind()[3]), 400);
        farm.world.scheduler().runFor(15min);
        std::string faults;
        for (const sim::BlockAccepted& block : ownBlocks(farm)) {
            faults += faultsOf(block, OWNER);
        }
        QVERIFY2(faults.empty(), faults.c_str());
        QVERIFY(ownBlocks(farm).size() >= 5);
        // B05 B04: the pool's own audit and the node agree with what was sent.
        const interfaces::WorkView work = farm.pool->snapshot()->work;
        QCOMPARE(work.audit.state, interfaces::AuditState::Green);
        QCOMPARE(work.audit.refused, std::uint64_t{0});
        QCOMPARE(work.audit.parts.size(), std::size_t{3});
        QCOMPARE(work.audit.parts[1].address, addressOf(FEE));
        QCOMPARE(work.proposal.state, interfaces::ProposalState::Proven);
        // B25: two miners of 400 H/s; a block ends a round.
        const interfaces::LuckView luck = farm.pool->snapshot()->luck;
        QVERIFY(luck.hashrate.value() > 500 && luck.hashrate.value() < 1100);
        QVERIFY(luck.perDay > 0.999);
        QVERIFY(luck.run.fractionOfBlock >= 1);
        QVERIFY(luck.sinceBlock.difficulty <= luck.run.difficulty);
        QVERIFY(farm.world.lostBlocks().empty());
        QVERIFY(farm.stop());
    }

    // R018 P04 B51: in mode per_miner each block pays the address of its finder, of every kind,
    // and says so; a miner without an address gets no work.
    void perMinerPaysTheFinder()
    {
        engine::EngineOptions options = payingOptions();
        options.payout.mode = config::PayoutMode::PerMiner;
        options.payout.address.clear();
        test::Farm farm(5, std::move(options));
        std::map<std::string, util::Bytes> scripts;
        for (const util::Bytes& script : everyKind()) {
            for (const char* const rig : {"", ".one", ".two"}) {
                addMiner(farm, addressOf(script) + rig, 40);
                scripts[addressOf(script) + rig] = script;
            }
        }
        addMiner(farm, "nobody", 40);
        farm.world.scheduler().runFor(20min);

        const auto snapshot = farm.pool->snapshot();
        std::string faults;
        std::set<util::Bytes> paid;
        for (const sim::BlockAccepted& block : ownBlocks(farm)) {
            const auto record =
                std::find_if(snapshot->blocks.begin(), snapshot->blocks.end(),
                             [&](const auto& known) { return known.hash == block.hash; });
            if (record == snapshot->blocks.end()) {
                continue; // older than what the snapshot keeps
            }
            const util::Bytes& script = scripts.at(record->worker);
            faults += faultsOf(block, script);
            paid.insert(script);
            const std::vector<interfaces::Payment>& payments = record->payments;
            if (payments.size() != 3 || payments[0].address != addressOf(script) ||
                payments[0].value != block.coinbase.vout[0].value ||
                payments[1].address != addressOf(FEE)) {
                faults += "the record of block " + std::to_string(block.height) + " is wrong\n";
            }
        }
        QVERIFY2(faults.empty(), (faults + farm.world.report()).c_str());
        QCOMPARE(paid.size(), everyKind().size());
        QVERIFY(farm.world.lostBlocks().empty());
        const sim::SimulatedMiner& refused = farm.world.miner(scripts.size());
        QVERIFY(!refused.isMining());
        QVERIFY(farm.world.totals().authorizationsRefused > 0);
        QVERIFY(farm.world.totals().falseRejects.empty());
        QCOMPARE(snapshot->work.audit.state, interfaces::AuditState::Green);
        QCOMPARE(snapshot->work.audit.refused, std::uint64_t{0});
        QVERIFY(snapshot->work.audit.audited >= everyKind().size());
        // One shape for each kind of address, and from height 128 on another one.
        QVERIFY(snapshot->work.proposal.shapes >= everyKind().size());
        QVERIFY(farm.stop());
    }

    // P02: an address of another network among those that are to be paid: no work is served.
    void servesNoWorkWhereAFeeCannotBePaid()
    {
        engine::EngineOptions options = payingOptions();
        options.payout.poolFee.address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"; // BIP 173
        test::Farm farm(5, std::move(options));
        addMiner(farm, "rig", 400);
        farm.world.scheduler().runFor(2min);
        const auto snapshot = farm.pool->snapshot();
        QCOMPARE(snapshot->state, interfaces::EngineState::NoWork);
        QCOMPARE(snapshot->issues.at(0).code, std::string("payout_wrong_network"));
        QVERIFY(snapshot->issues[0].detail.starts_with("pool_fee_address: "));
        QCOMPARE(farm.world.totals().jobs, std::uint64_t{0});
        QVERIFY(farm.stop());
    }
};

WARP_TEST_CLASS(PayoutFarmTest);

} // namespace

#include "payout_farm_test.moc"
