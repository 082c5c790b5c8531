#include "core/mining/job_variants.h"

#include "core/mining/job_factory.h"

#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <set>

namespace {

using namespace warp;
using mining::JobVariants;

class JobVariantsTest final : public QObject
{
    Q_OBJECT

private slots:
    // B13: other work with another id; the same block otherwise.
    void differFromTheirJobInTheSaltAlone()
    {
        auto factory = test::makeFactory();
        const auto source = test::sharedTemplate({.transactions = 3});
        const auto job = *factory.make(source, 5, test::at({}));
        const auto next = *factory.make(source, 5, test::at({}));
        QVERIFY(mining::isEarlier(job->id, next->id));
        JobVariants variants;
        std::set<util::Bytes> prefixes{job->coinbase.prefix, next->coinbase.prefix};
        for (std::uint32_t number = 1; number <= JobVariants::MAX_NUMBER; ++number) {
            const auto variant = variants.get(*job, number);
            QVERIFY(prefixes.insert(variant->coinbase.prefix).second);
            QCOMPARE(mining::baseOf(variant->id), job->id);
            QVERIFY(mining::isEarlier(job->id, variant->id));
            QVERIFY(mining::isEarlier(variant->id, next->id));
            QCOMPARE(variant->coinbase.suffix, job->coinbase.suffix);
            QCOMPARE(variant->coinbase.prefix.size(), job->coinbase.prefix.size());
            QCOMPARE(variant->coinbase.outputs.size(), job->coinbase.outputs.size());
            QVERIFY(variant->branch == job->branch && variant->time == job->time &&
                    variant->tipNumber == job->tipNumber &&
                    variant->transactionsHex == job->transactionsHex);
        }
        QCOMPARE(prefixes.size(), std::size_t{JobVariants::MAX_NUMBER + 2});
    }

    // All sessions of a thread share what is made, and nobody keeps what no session has.
    void areMadeOnceWhileSomebodyHasThem()
    {
        auto factory = test::makeFactory();
        const auto first = *factory.make(test::sharedTemplate(), 1, test::at({}));
        const auto second = *factory.make(test::sharedTemplate(), 1, test::at({}));
        JobVariants variants;
        const auto held = variants.get(*first, 1);
        QCOMPARE(variants.get(*first, 1), held);
        QVERIFY(variants.get(*first, 2) != held);
        QCOMPARE(variants.size(), std::size_t{2});
        QCOMPARE(held.use_count(), 1L);
        const auto other = variants.get(*second, 1);
        QCOMPARE(variants.size(), std::size_t{1});
        QVERIFY(other->id != held->id);
    }

    // Whoever brings ever other keys has none of their variants kept.
    void areForgottenWhereThereAreMany()
    {
        mining::JobFactory factory(
            {.tag = "t",
             .payout = std::make_shared<mining::PerMinerPayout>(std::vector<mining::PayoutCut>{})});
        const auto job = *factory.make(test::sharedTemplate(), 1, test::at({}));
        mining::PayoutKey key{test::payoutScript()};
        JobVariants variants;
        const auto held = variants.get(**mining::jobForKey(*job, key), 1);
        for (std::size_t i = 0; i < 3 * JobVariants::FIRST_SWEEP; ++i) {
            key.bytes[3] = static_cast<std::byte>(i & 0xff);
            key.bytes[4] = static_cast<std::byte>(i >> 8U);
            static_cast<void>(variants.get(**mining::jobForKey(*job, key), 1));
            QVERIFY(variants.size() <= JobVariants::FIRST_SWEEP);
        }
        const auto again = variants.get(**mining::jobForKey(*job, held->payoutKey), 1);
        QVERIFY(again == held);
    }

    // Where each key has its own coinbase, a variant pays the key of its job.
    void payTheKeyOfTheirJob()
    {
        mining::JobFactory factory(
            {.tag = "t",
             .payout = std::make_shared<mining::PerMinerPayout>(std::vector<mining::PayoutCut>{}),
             .firstJobId = 0xffff'ffff});
        const auto job = *factory.make(test::sharedTemplate(), 1, test::at({}));
        QCOMPARE(job->id, util::JobId(0xffff'ff00)); // the next one begins anew
        const mining::PayoutKey one{test::payoutScript()};
        mining::PayoutKey two = one;
        two.bytes.back() ^= std::byte{1};
        JobVariants variants;
        for (const auto& key : {one, two}) {
            const auto keyed = *mining::jobForKey(*job, key);
            const auto variant = variants.get(*keyed, 7);
            QCOMPARE(variant->coinbase.outputs.at(0).script, key.bytes);
            QVERIFY(variant->payoutKey == key);
        }
        QCOMPARE(variants.size(), std::size_t{2});
    }
};

WARP_TEST_CLASS(JobVariantsTest);

} // namespace

#include "job_variants_test.moc"
