#include "core/mining/payout_jobs.h"

#include "core/mining/job_book.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <array>

namespace {

using namespace warp;
using mining::PayoutKey;

const PayoutKey FIRST{*util::fromHex("00141111111111111111111111111111111111111111")};
const PayoutKey SECOND{*util::fromHex("00142222222222222222222222222222222222222222")};

/// Makes job sets as the pool does.
class Pool
{
public:
    std::shared_ptr<const mining::JobSet> next(std::uint32_t tip = 1)
    {
        m_now += std::chrono::minutes(1);
        auto source = test::makeTemplate({.transactions = 2});
        source.received = m_now;
        const auto job = m_factory.make(
            std::make_shared<const mining::BlockTemplate>(std::move(source)), tip, m_now);
        return m_book.add(*job, m_now);
    }

private:
    util::BootTime m_now = test::at({});
    mining::JobFactory m_factory{
        {.tag = "test",
         .payout = std::make_shared<mining::PerMinerPayout>(std::vector<mining::PayoutCut>{})}};
    mining::JobBook m_book;
};

class PayoutJobsTest final : public QObject
{
    Q_OBJECT

private slots:
    // B51: a thousand sessions with one key have one coinbase among them.
    void makesOneCoinbaseForAllSessionsOfAKey()
    {
        Pool pool;
        mining::PayoutJobs cache;
        int made = 0;
        cache.setObserver([&](const auto&) { ++made; });
        const auto jobs = pool.next();
        const auto first = cache.forKey(FIRST, jobs, nullptr);
        for (int session = 0; session < 1000; ++session) {
            QVERIFY(cache.forKey(FIRST, jobs, nullptr) == first);
        }
        const auto second = cache.forKey(SECOND, jobs, nullptr);
        QCOMPARE(made, 2);
        QVERIFY(first->current()->coinbase.outputs[0].script == FIRST.bytes);
        QVERIFY(second->current()->coinbase.outputs[0].script == SECOND.bytes);
        QCOMPARE(first->current()->id, jobs->current()->id);
        QCOMPARE(first->clean, mining::CleanJobs::Yes);
        QCOMPARE(first->tipSince, jobs->tipSince);
    }

    // B01: what a key was given stays known for as long as the pool's own jobs do.
    void keepsTheJobsThatAKeyHad()
    {
        Pool pool;
        mining::PayoutJobs cache;
        auto held = cache.forKey(FIRST, pool.next(), nullptr);
        const auto oldest = held->current();
        for (int refresh = 0; refresh < 5; ++refresh) {
            held = cache.forKey(FIRST, pool.next(), held);
        }
        QCOMPARE(held->jobs.size(), std::size_t{6});
        QVERIFY(held->jobs.back() == oldest);
        QVERIFY(held->find(oldest->id) != nullptr);
        // Two tips and more than twelve minutes later the pool itself has forgotten it.
        for (std::uint32_t minute = 0; minute < 14; ++minute) {
            held = cache.forKey(FIRST, pool.next(2 + minute / 4), held);
        }
        QVERIFY(held->find(oldest->id) == nullptr);
        QVERIFY(held->jobs.size() > 10);
    }

    // A key that comes later cannot have worked on what was there before it.
    void givesANewKeyTheCurrentJobAlone()
    {
        Pool pool;
        mining::PayoutJobs cache;
        auto held = cache.forKey(FIRST, pool.next(), nullptr);
        const auto jobs = pool.next();
        held = cache.forKey(FIRST, jobs, held);
        QCOMPARE(held->jobs.size(), std::size_t{2});
        QCOMPARE(cache.forKey(SECOND, jobs, nullptr)->jobs.size(), std::size_t{1});
    }

    void forgetsKeysThatNoSessionHas()
    {
        Pool pool;
        mining::PayoutJobs cache;
        auto first = cache.forKey(FIRST, pool.next(), nullptr);
        {
            const auto jobs = pool.next();
            const auto second = cache.forKey(SECOND, jobs, nullptr);
            first = cache.forKey(FIRST, jobs, first);
            QCOMPARE(cache.size(), std::size_t{2});
        }
        first = cache.forKey(FIRST, pool.next(), first);
        QCOMPARE(cache.size(), std::size_t{1});
        QCOMPARE(first->jobs.size(), std::size_t{3});
    }

    // Whoever comes with ever other keys, between two sets, has none of them kept.
    void forgetsKeysOfOneSetWhenThereAreMany()
    {
        Pool pool;
        mining::PayoutJobs cache;
        int made = 0;
        cache.setObserver([&](const auto&) { ++made; });
        const auto jobs = pool.next();
        const auto held = cache.forKey(FIRST, jobs, nullptr);
        PayoutKey other = SECOND;
        const int others = static_cast<int>(5 * mining::PayoutJobs::FIRST_SWEEP);
        for (int i = 0; i < others; ++i) {
            other.bytes[20] = static_cast<std::byte>(i & 0xff);
            other.bytes[21] = static_cast<std::byte>(i >> 8);
            QVERIFY(cache.forKey(other, jobs, nullptr) != nullptr);
            QVERIFY(cache.size() <= mining::PayoutJobs::FIRST_SWEEP);
        }
        QCOMPARE(made, others + 1);
        QVERIFY(cache.forKey(FIRST, jobs, held) == held);
        QCOMPARE(made, others + 1);
    }

    // A session that missed sets, and whose key was forgotten meanwhile, keeps what it had.
    void goesOnWithWhatTheSessionHad()
    {
        Pool pool;
        mining::PayoutJobs cache;
        const auto had = cache.forKey(FIRST, pool.next(), nullptr);
        mining::PayoutJobs afresh;
        const auto now = afresh.forKey(FIRST, pool.next(), had);
        QCOMPARE(now->jobs.size(), std::size_t{2});
        QVERIFY(now->jobs.back() == had->current());
    }

    // B01: one that comes back has jobs that the key's other sessions never had: from then on all
    // of them have both.
    void takesInWhatOneThatComesBackHad()
    {
        Pool pool;
        mining::PayoutJobs cache;
        mining::PayoutJobs afresh;
        const auto had = cache.forKey(FIRST, pool.next(), nullptr);
        const auto jobs = pool.next();
        auto held = afresh.forKey(FIRST, jobs, nullptr);
        QCOMPARE(held->jobs.size(), std::size_t{1});
        const auto both = afresh.forKey(FIRST, jobs, had);
        QCOMPARE(both->jobs.size(), std::size_t{2});
        QVERIFY(both->current() == held->current());
        QVERIFY(both->jobs.back() == had->current());
        QVERIFY(afresh.forKey(FIRST, jobs, held) == both);
        QVERIFY(afresh.forKey(FIRST, jobs, had) == both);
        const auto next = afresh.forKey(FIRST, pool.next(), held);
        QCOMPARE(next->jobs.size(), std::size_t{3});
        QVERIFY(next->jobs.back() == had->current());
    }

    // Sessions may ask with the set before the last: nobody gets another job under an old id.
    void answersOutOfOrderWithTheSameJobs()
    {
        Pool pool;
        mining::PayoutJobs cache;
        const auto older = pool.next();
        const auto newer = pool.next();
        const auto first = cache.forKey(FIRST, older, nullptr);
        const auto second = cache.forKey(FIRST, newer, first);
        const auto again = cache.forKey(FIRST, older, second);
        QVERIFY(again->current() == first->current());
        QCOMPARE(again->jobs.size(), std::size_t{1});
    }

    void hasNothingForAKeyWithoutCoinbase()
    {
        Pool pool;
        mining::PayoutJobs cache;
        // Like a witness commitment: as the last such output it would count.
        const PayoutKey bad{*util::fromHex("6a24aa21a9ed" + std::string(64, '0'))};
        QVERIFY(cache.forKey(bad, pool.next(), nullptr) == nullptr);
    }
};

WARP_TEST_CLASS(PayoutJobsTest);

} // namespace

#include "payout_jobs_test.moc"
