#include "core/mining/job_audit.h"

#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <functional>

namespace {

using namespace warp;
using mining::AuditFault;
using mining::SentWork;

constexpr auto TAG = "/WarpPool test/";

std::vector<mining::PayoutCut> onePercent()
{
    return {{.role = mining::PayoutRole::PoolFee,
             .basisPoints = 100,
             .script = *util::fromHex("5120" + std::string(64, '2'))}};
}

std::shared_ptr<const mining::Job> makeJob(const test::TemplateShape& shape)
{
    mining::JobFactory factory(
        {.tag = TAG,
         .payout = std::make_shared<mining::SinglePayout>(test::payoutScript(), onePercent()),
         .firstJobId = 1});
    return *factory.make(test::sharedTemplate(shape), 1, test::at({}));
}

SentWork sentOf(const mining::Job& job)
{
    return {.previous = job.source->previous,
            .coinbaseStart = job.coinbase.prefix,
            .coinbaseEnd = job.coinbase.suffix,
            .branch = job.branch,
            .version = job.source->version,
            .bits = job.source->bits,
            .time = job.time};
}

AuditFault audit(const SentWork& sent, const mining::Job& job)
{
    const auto whole =
        mining::auditWork(sent, job, *job.terms->policy, TAG, bitcoin::Network::Regtest);
    return whole.fault != AuditFault::None ? whole.fault : mining::auditBranch(sent, job);
}

/// Flips bits of one byte of a hexadecimal pattern within the bytes.
void damage(util::Bytes& bytes, const std::string& pattern, std::size_t byteOfPattern)
{
    const std::string text = util::toHex(bytes);
    const std::size_t place = text.find(pattern);
    QVERIFY(place != std::string::npos && place % 2 == 0);
    bytes.at(place / 2 + byteOfPattern) ^= std::byte{1};
}

struct Tamper
{
    const char* name;
    AuditFault fault;
    std::function<void(SentWork&)> change;
};

std::vector<Tamper> tampers()
{
    return {
        {"no coinbase", AuditFault::Unreadable,
         [](SentWork& sent) { sent.coinbaseStart[5] ^= std::byte{1}; }},
        {"cut", AuditFault::Unreadable, [](SentWork& sent) { sent.coinbaseEnd.pop_back(); }},
        // 200 as BIP 34 has it: c8 00.
        {"height", AuditFault::Height,
         [](SentWork& sent) { damage(sent.coinbaseStart, "02c800", 1); }},
        {"tag", AuditFault::Tag,
         [](SentWork& sent) {
             damage(sent.coinbaseEnd, util::toHex(util::asBytes(std::string_view(TAG))), 3);
         }},
        {"payout script", AuditFault::Payout,
         [](SentWork& sent) { damage(sent.coinbaseEnd, "0014" + std::string(40, '1'), 9); }},
        {"fee script", AuditFault::Payout,
         [](SentWork& sent) { damage(sent.coinbaseEnd, "5120" + std::string(64, '2'), 33); }},
        // 25 coins less one percent, then the one percent.
        {"payout amount", AuditFault::Amount,
         [](SentWork& sent) { damage(sent.coinbaseEnd, "c0808593" + std::string("00000000"), 0); }},
        {"fee amount", AuditFault::Amount,
         [](SentWork& sent) { damage(sent.coinbaseEnd, "40787d01" + std::string("00000000"), 1); }},
        {"commitment", AuditFault::Commitment,
         [](SentWork& sent) { damage(sent.coinbaseEnd, "6a24aa21a9ed", 20); }},
        {"previous block", AuditFault::Previous,
         [](SentWork& sent) { sent.previous.bytes[7] ^= std::byte{1}; }},
        {"version", AuditFault::Header, [](SentWork& sent) { sent.version ^= 4U; }},
        {"bits", AuditFault::Header, [](SentWork& sent) { sent.bits ^= 1U; }},
        {"time", AuditFault::Time, [](SentWork& sent) { sent.time -= 100'000; }},
        {"branch", AuditFault::Branch,
         [](SentWork& sent) { sent.branch.back().bytes[0] ^= std::byte{1}; }},
        {"short branch", AuditFault::Branch, [](SentWork& sent) { sent.branch.pop_back(); }},
    };
}

class JobAuditTest final : public QObject
{
    Q_OBJECT

private slots:
    // B05: what is as promised is green, with and without witnesses, with transactions left out.
    void honestWorkIsGreen()
    {
        const std::array<test::TemplateShape, 4> shapes{{
            {.transactions = 5},
            {.transactions = 0},
            {.transactions = 3, .hasWitness = false},
            {.transactions = 10, .transactionWeight = 450'000},
        }};
        for (const test::TemplateShape& shape : shapes) {
            const auto job = makeJob(shape);
            QCOMPARE(audit(sentOf(*job), *job), AuditFault::None);
        }
    }

    // B05: who gets how many satoshis, as read from the bytes.
    void saysWhoGetsHowMuch()
    {
        const auto job = makeJob({.transactions = 1});
        const auto whole = mining::auditWork(sentOf(*job), *job, *job->terms->policy, TAG,
                                             bitcoin::Network::Regtest);
        QCOMPARE(whole.coinbase->outputs.at(0).value.value(), std::int64_t{24'7500'0000});
        QCOMPARE(whole.coinbase->outputs.at(1).value.value(), std::int64_t{2500'0000});
        QCOMPARE(whole.promise.parts.at(1).role, mining::PayoutRole::PoolFee);
        QCOMPARE(code(whole.fault), std::string_view("ok"));
    }

    // B05: anything that is not as promised is red, and named.
    void tamperedWorkIsRed_data()
    {
        QTest::addColumn<int>("index");
        const auto all = tampers();
        for (std::size_t i = 0; i < all.size(); ++i) {
            QTest::newRow(all[i].name) << static_cast<int>(i);
        }
    }
    void tamperedWorkIsRed()
    {
        QFETCH(const int, index);
        const Tamper tamper = tampers().at(static_cast<std::size_t>(index));
        const auto job = makeJob({.transactions = 5});
        SentWork sent = sentOf(*job);
        tamper.change(sent);
        QCOMPARE(code(audit(sent, *job)), code(tamper.fault));
    }

    // B05: a job that honestly carries out another policy than the configured one is red.
    void anotherPolicyIsRed()
    {
        const auto job = makeJob({.transactions = 2});
        const mining::SinglePayout all(test::payoutScript(), {});
        QCOMPARE(mining::auditWork(sentOf(*job), *job, all, TAG, bitcoin::Network::Regtest).fault,
                 AuditFault::Payout);
    }

    // A coinbase that gives part of the value away is red even where the promise agrees with it.
    void aValueThatIsNotTheBlocksIsRed()
    {
        const auto job = makeJob({.transactions = 2});
        mining::BlockTemplate dearer = *job->source;
        dearer.coinbaseValue = util::Satoshi(dearer.coinbaseValue.value() + 5);
        mining::Job other(*job);
        other.source = std::make_shared<const mining::BlockTemplate>(dearer);
        QVERIFY(audit(sentOf(*job), other) != AuditFault::None);
    }

    void aCommitmentWithoutWitnessesIsRed()
    {
        const auto job = makeJob({.transactions = 2});
        mining::BlockTemplate plain = *job->source;
        plain.witnessCommitmentScript.reset();
        mining::Job other(*job);
        other.source = std::make_shared<const mining::BlockTemplate>(plain);
        QCOMPARE(audit(sentOf(*job), other), AuditFault::Commitment);
    }
};

WARP_TEST_CLASS(JobAuditTest);

} // namespace

#include "job_audit_test.moc"
