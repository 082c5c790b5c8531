#include "core/mining/job_variants.h"
#include "core/mining/share_validator.h"

#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using mining::ShareCode;

constexpr mining::Extranonce1 EXTRANONCE1{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
// 2^-12 of all hashes is a block, 2^-8 a share.
constexpr std::uint32_t HARD_BITS = 0x1f0fffff;
const util::Difficulty SHARE_DIFFICULTY(0x1p-24);

/// One session with a job, able to mine what each test needs.
class Bench
{
public:
    explicit Bench(std::uint32_t bits = HARD_BITS)
        : m_bits(bits)
    {
        nextTip("tip 1");
        validator.setDifficulty(SHARE_DIFFICULTY, job().id, test::at({}));
    }

    void nextTip(const std::string& name)
    {
        m_tip = name;
        ++m_tipNumber;
        refresh();
    }
    void refresh()
    {
        const auto job = m_factory.make(
            test::sharedTemplate({.transactions = 1, .bits = m_bits, .previous = m_tip}),
            m_tipNumber, now);
        jobs = m_book.add(*job, now);
        validator.onJobs(*jobs);
    }

    /// A change of difficulty, with other work; numbers come round.
    std::shared_ptr<const mining::Job> sendVariant(util::Difficulty difficulty)
    {
        m_variant = m_variant % mining::JobVariants::MAX_NUMBER + 1;
        auto variant = m_variants.get(job(), m_variant);
        validator.setDifficulty(difficulty, variant->id, now);
        validator.addVariant(variant);
        return variant;
    }
    /// As when all jobs so far are too old.
    void forgetJobs()
    {
        m_book = mining::JobBook();
        nextTip("another tip");
    }

    [[nodiscard]] const mining::Job& job() const { return *jobs->current(); }
    [[nodiscard]] bool isBlock(const bitcoin::Hash256& hash) const
    {
        return job().networkTarget.isMetBy(hash);
    }
    [[nodiscard]] static bool isShare(const bitcoin::Hash256& hash)
    {
        return bitcoin::Target::fromDifficulty(SHARE_DIFFICULTY).isMetBy(hash);
    }

    mining::Share mineShare(mining::Share start = {})
    {
        start.nonce += m_nonce += 100'000;
        return test::mine(
            job(), EXTRANONCE1, [&](const auto& hash) { return isShare(hash) && !isBlock(hash); },
            start);
    }
    mining::Share mineShare(const mining::Job& variant)
    {
        return test::mine(variant, EXTRANONCE1,
                          [&](const auto& hash) {
                              return isShare(hash) &&
                                     !bitcoin::Target::fromDifficulty(
                                          util::Difficulty(SHARE_DIFFICULTY.value() * 16))
                                          .isMetBy(hash);
                          },
                          {.nonce = m_nonce += 100'000});
    }
    mining::Share mineBlock(mining::Share start = {})
    {
        start.nonce += m_nonce += 100'000;
        return test::mine(
            job(), EXTRANONCE1, [&](const auto& hash) { return isBlock(hash); }, start);
    }
    mining::Share mineNothing(mining::Share start = {})
    {
        return test::mine(
            job(), EXTRANONCE1, [&](const auto& hash) { return !isShare(hash); }, start);
    }
    mining::ShareVerdict judge(const mining::Share& share,
                               std::uint32_t mask = mining::VERSION_ROLLING_MASK)
    {
        return validator.judge(share, *jobs, terms(mask));
    }

    [[nodiscard]] mining::ShareValidator::Terms terms(std::uint32_t mask)
    {
        return {.versionMask = mask, .now = now, .pace = m_pace};
    }

    util::BootTime now = test::at({});
    mining::ShareValidator validator{EXTRANONCE1};
    std::shared_ptr<const mining::JobSet> jobs;

private:
    mining::SearchPace m_pace;
    std::uint32_t m_bits;
    std::string m_tip;
    std::uint32_t m_tipNumber = 0;
    std::uint32_t m_nonce = 0;
    mining::JobFactory m_factory = test::makeFactory();
    mining::JobBook m_book;
    mining::JobVariants m_variants;
    std::uint32_t m_variant = 0;
};

class ShareValidatorTest final : public QObject
{
    Q_OBJECT

private slots:
    // R021
    void acceptsAGoodShareAndRefusesItWithOneBitChanged()
    {
        Bench bench;
        const mining::Share share = bench.mineShare();
        const mining::ShareVerdict verdict = bench.judge(share);
        QCOMPARE(verdict.code, ShareCode::Accepted);
        QCOMPARE(verdict.credited, SHARE_DIFFICULTY);
        QVERIFY(verdict.achieved >= SHARE_DIFFICULTY);
        QVERIFY(!verdict.block);
        mining::Share changed = share;
        changed.extranonce2[7] ^= std::byte{1};
        QCOMPARE(bench.judge(changed).code, ShareCode::LowDifficulty);
    }

    // R023 R025 R026: each fault has its own code.
    void namesEachFault()
    {
        Bench bench;
        const mining::Share good = bench.mineShare();
        QCOMPARE(bench.judge(good).code, ShareCode::Accepted);
        QCOMPARE(bench.judge(good).code, ShareCode::Duplicate);

        mining::Share share = good;
        share.job = util::JobId(1);
        QCOMPARE(bench.judge(share).code, ShareCode::UnknownJob);
        share.job.reset();
        QCOMPARE(bench.judge(share).code, ShareCode::UnknownJob);

        QCOMPARE(bench.judge(bench.mineNothing()).code, ShareCode::LowDifficulty);

        const auto& source = *bench.job().source;
        QCOMPARE(bench.judge(bench.mineShare({.time = source.minimumTime - 1})).code,
                 ShareCode::BadTime);
        QCOMPARE(bench.judge(bench.mineShare({.time = source.minimumTime})).code,
                 ShareCode::Accepted);
        const std::uint32_t latest = source.currentTime + 7000;
        QCOMPARE(bench.judge(bench.mineShare({.time = latest})).code, ShareCode::Accepted);
        QCOMPARE(bench.judge(bench.mineShare({.time = latest + 1})).code, ShareCode::BadTime);
        bench.now += std::chrono::seconds(1);
        QCOMPARE(bench.judge(bench.mineShare({.time = latest + 1})).code, ShareCode::Accepted);

        QCOMPARE(bench.judge(bench.mineShare({.versionBits = 0x00002000})).code,
                 ShareCode::Accepted);
        QCOMPARE(bench.judge(bench.mineShare({.versionBits = 0x00001000})).code,
                 ShareCode::BadVersion);
        QCOMPARE(bench.judge(bench.mineShare({.versionBits = 0x00004000}), 0x00002000).code,
                 ShareCode::BadVersion);

        const mining::Share stale = bench.mineShare();
        bench.nextTip("tip 2");
        bench.now += mining::ShareValidator::LATE_WINDOW + std::chrono::milliseconds(1);
        QCOMPARE(bench.judge(stale).code, ShareCode::Stale);
    }

    // A miner hears of a new tip some time after us; what it sends meanwhile is no fault of
    // its own, and counts for nothing.
    void takesSharesOfTheTipBeforeForAMoment()
    {
        Bench bench;
        const mining::Share first = bench.mineShare();
        const mining::Share again = bench.mineShare();
        const mining::Share weak = bench.mineNothing();
        bench.nextTip("tip 2");
        bench.now += mining::ShareValidator::LATE_WINDOW;
        const mining::ShareVerdict verdict = bench.judge(first);
        QCOMPARE(verdict.code, ShareCode::Late);
        QCOMPARE(verdict.credited, util::Difficulty{});
        QVERIFY(verdict.achieved >= SHARE_DIFFICULTY);
        QCOMPARE(bench.judge(first).code, ShareCode::Duplicate);
        QCOMPARE(bench.judge(weak).code, ShareCode::LowDifficulty);
        // A refresh of the new tip does not begin the time anew.
        bench.refresh();
        bench.now += std::chrono::milliseconds(1);
        QCOMPARE(bench.judge(again).code, ShareCode::Stale);
    }

    void takesNoSharesOfTheTipBeforeTheLast()
    {
        Bench bench;
        const mining::Share old = bench.mineShare();
        bench.nextTip("tip 2");
        bench.nextTip("tip 3");
        QCOMPARE(bench.judge(old).code, ShareCode::Stale);
    }

    // R017: a refresh leaves the jobs of the same tip good.
    void keepsOlderJobsOfTheSameTip()
    {
        Bench bench;
        const mining::Share share = bench.mineShare();
        bench.refresh();
        QCOMPARE(bench.jobs->clean, mining::CleanJobs::No);
        QCOMPARE(bench.judge(share).code, ShareCode::Accepted);
        bench.nextTip("tip 2");
        QCOMPARE(bench.jobs->clean, mining::CleanJobs::Yes);
    }

    // B01 R027 R029: the block test comes first, whatever else is wrong.
    void neverLosesABlock_data()
    {
        QTest::addColumn<int>("fault");
        for (int fault = 0; fault < 9; ++fault) {
            constexpr std::array NAMES{
                "none",        "duplicate",  "unknown job",      "no job id", "stale",
                "early ntime", "late ntime", "outside the mask", "difficulty"};
            QTest::newRow(NAMES.at(static_cast<std::size_t>(fault))) << fault;
        }
    }
    void neverLosesABlock()
    {
        QFETCH(const int, fault);
        Bench bench;
        mining::Share start;
        if (fault == 5) {
            start.time = bench.job().source->minimumTime - 100;
        } else if (fault == 6) {
            start.time = bench.job().source->currentTime + 7100;
        } else if (fault == 7) {
            start.versionBits = 0x1fffe000;
        }
        mining::Share share = bench.mineBlock(start);
        const std::uint32_t mask = fault == 7 ? 0x00002000 : mining::VERSION_ROLLING_MASK;
        const auto expected = mining::hashShare(
            bench.job(), EXTRANONCE1, share,
            mining::rollVersion(bench.job().source->version, share.versionBits.value_or(0),
                                share.versionBits ? mining::VERSION_ROLLING_MASK : 0));
        if (fault == 1) {
            QVERIFY(bench.judge(share, mask).block.has_value());
        } else if (fault == 2) {
            share.job = util::JobId(0xdead);
        } else if (fault == 3) {
            share.job.reset();
        } else if (fault == 4) {
            bench.nextTip("tip 2");
            bench.now += std::chrono::seconds(3);
        } else if (fault == 8) {
            bench.refresh();
            bench.validator.setDifficulty(util::Difficulty(1e6), bench.job().id, bench.now);
            bench.now += mining::ShareValidator::OBEY_WINDOW + std::chrono::seconds(1);
            share = bench.mineBlock();
        }
        const mining::ShareVerdict verdict = bench.judge(share, mask);
        QVERIFY(verdict.block.has_value());
        if (fault != 8) {
            QVERIFY(verdict.block->header == expected.header);
            QVERIFY(verdict.block->hash == expected.hash);
        }
        constexpr std::array EXPECTED{
            ShareCode::Accepted,   ShareCode::Duplicate,  ShareCode::UnknownJob,
            ShareCode::UnknownJob, ShareCode::Stale,      ShareCode::BadTime,
            ShareCode::BadTime,    ShareCode::BadVersion, ShareCode::LowDifficulty};
        QCOMPARE(verdict.code, EXPECTED.at(static_cast<std::size_t>(fault)));
    }

    // R030 B13: a miner may apply a new difficulty at once, with the next job, or somewhat later:
    // all are right. A share is asked for the difficulty of its job, and counts for what it meets.
    void judgesByTheDifficultyOfTheJob()
    {
        Bench bench;
        const util::Difficulty harder(SHARE_DIFFICULTY.value() * 1e6);
        bench.now += std::chrono::seconds(5);
        const mining::Share before = bench.mineShare();
        const mining::Share muchLater = bench.mineShare();
        const auto variant = bench.sendVariant(harder);
        QCOMPARE(bench.judge(before).credited, SHARE_DIFFICULTY);
        // Of the job that came with it, by a miner that is slow to obey.
        const mining::Share slow = bench.mineShare(*variant);
        bench.now += mining::ShareValidator::OBEY_WINDOW;
        QCOMPARE(bench.judge(slow).credited, SHARE_DIFFICULTY);
        bench.now += std::chrono::seconds(1);
        QCOMPARE(bench.judge(bench.mineShare(*variant)).code, ShareCode::LowDifficulty);
        QCOMPARE(bench.judge(muchLater).credited, SHARE_DIFFICULTY);
        bench.refresh();
        QCOMPARE(bench.judge(bench.mineShare()).code, ShareCode::LowDifficulty);
    }

    // B13: min(old, new), whichever way it went, over several changes.
    void honoursALowerDifficultyThatCameAfterTheJob()
    {
        Bench bench;
        const util::Difficulty hard(SHARE_DIFFICULTY.value() * 4096);
        const util::Difficulty harder(SHARE_DIFFICULTY.value() * 1e6);
        bench.refresh();
        bench.validator.setDifficulty(harder, bench.job().id, bench.now);
        bench.now += 2 * mining::ShareValidator::OBEY_WINDOW;
        const mining::Share share = bench.mineShare();
        QCOMPARE(bench.judge(share).code, ShareCode::LowDifficulty);
        const auto first = bench.sendVariant(hard);
        QCOMPARE(bench.judge(share).code, ShareCode::LowDifficulty);
        const auto second = bench.sendVariant(SHARE_DIFFICULTY);
        QCOMPARE(bench.judge(share).credited, SHARE_DIFFICULTY);
        QCOMPARE(bench.judge(bench.mineShare(*first)).credited, SHARE_DIFFICULTY);
        QCOMPARE(bench.judge(bench.mineShare(*second)).credited, SHARE_DIFFICULTY);
    }

    // B13: a variant is other work; its blocks are whole, and it goes with its job.
    void knowsTheVariantsOfAJob()
    {
        Bench bench;
        const auto variant = bench.sendVariant(SHARE_DIFFICULTY);
        const mining::Share share = bench.mineShare(*variant);
        mining::Share named = share;
        named.job = bench.job().id;
        QCOMPARE(bench.judge(named).code, ShareCode::LowDifficulty);
        QCOMPARE(bench.judge(share).code, ShareCode::Accepted);
        QCOMPARE(bench.judge(share).code, ShareCode::Duplicate);
        const auto isBlock = [&](const auto& hash) { return bench.isBlock(hash); };
        mining::Share block = test::mine(*variant, EXTRANONCE1, isBlock, {});
        const auto found = bench.judge(block).block;
        QVERIFY(found && found->job == variant);
        // Also where the miner names no job.
        block.job.reset();
        QVERIFY(bench.judge(block).block.has_value());
        block.job = variant->id;
        bench.forgetJobs();
        QCOMPARE(bench.judge(block).code, ShareCode::UnknownJob);
    }

    // A miner that has its difficulty changed without end costs no memory, and nothing honest is
    // refused for it.
    void boundsTheChangesThatItRemembers()
    {
        Bench bench;
        const mining::Share share = bench.mineShare();
        for (int i = 0; i < 10'000; ++i) {
            bench.now += std::chrono::milliseconds(1);
            static_cast<void>(bench.sendVariant(util::Difficulty(1000.0 + i)));
        }
        QCOMPARE(bench.judge(share).code, ShareCode::Accepted);
    }

    // B01: every variant that was sent is known for as long as its job is, however many there are.
    void knowsTheFirstOfManyVariants()
    {
        for (const bool isAtRest : {false, true}) {
            Bench bench;
            const auto first = bench.sendVariant(SHARE_DIFFICULTY);
            for (std::uint32_t i = 2; i < mining::JobVariants::MAX_NUMBER; ++i) {
                static_cast<void>(bench.sendVariant(SHARE_DIFFICULTY));
            }
            if (isAtRest) {
                bench.validator.rest();
            }
            bench.refresh();
            QCOMPARE(bench.judge(bench.mineShare(*first)).code, ShareCode::Accepted);
            const auto isBlock = [&](const auto& hash) { return bench.isBlock(hash); };
            const mining::Share block = test::mine(*first, EXTRANONCE1, isBlock);
            const auto verdict = bench.judge(block);
            QCOMPARE(verdict.code, ShareCode::Accepted);
            QVERIFY(verdict.block.has_value());
            QCOMPARE(verdict.block->job->coinbase.prefix, first->coinbase.prefix);
            QVERIFY(verdict.block->header ==
                    mining::hashShare(*first, EXTRANONCE1, block, first->source->version).header);
        }
    }

    // B01: what was never sent is no share, but a block all the same.
    void judgesNoVariantThatWasNotSent()
    {
        Bench bench;
        static_cast<void>(bench.sendVariant(SHARE_DIFFICULTY));
        mining::JobVariants variants;
        const auto other = variants.get(bench.job(), 2);
        QCOMPARE(bench.judge(bench.mineShare(*other)).code, ShareCode::UnknownJob);
        const auto isBlock = [&](const auto& hash) { return bench.isBlock(hash); };
        const auto verdict = bench.judge(test::mine(*other, EXTRANONCE1, isBlock));
        QCOMPARE(verdict.code, ShareCode::UnknownJob);
        QVERIFY(verdict.block.has_value());
    }

    // B51: a variant of a job is judged where that job pays the same.
    void judgesNoVariantThatPaysSomebodyElse()
    {
        mining::JobFactory factory(
            {.tag = "t",
             .payout = std::make_shared<mining::PerMinerPayout>(std::vector<mining::PayoutCut>{})});
        const auto job = *factory.make(test::sharedTemplate(), 1, test::at({}));
        const mining::PayoutKey one{test::payoutScript()};
        mining::PayoutKey two = one;
        two.bytes.back() ^= std::byte{1};
        mining::JobSet first;
        first.jobs = {*mining::jobForKey(*job, one)};
        mining::JobSet second;
        second.jobs = {*mining::jobForKey(*job, two)};
        mining::JobVariants variants;
        mining::ShareValidator validator(EXTRANONCE1);
        const auto variant = variants.get(*first.current(), 1);
        validator.setDifficulty(util::Difficulty(1e-12), variant->id, test::at({}));
        validator.addVariant(variant);
        const mining::Share share = test::mine(*variant, EXTRANONCE1, [&](const auto& hash) {
            return variant->networkTarget.isMetBy(hash);
        });
        const auto judge = [&](const mining::JobSet& jobs) {
            mining::SearchPace pace;
            return validator.judge(share, jobs, {.now = test::at({}), .pace = pace});
        };
        QVERIFY(judge(second).block == std::nullopt || judge(second).block->job->payoutKey == two);
        QVERIFY(judge(first).block->job->payoutKey == one);
        QCOMPARE(judge(first).code, ShareCode::Duplicate);
    }

    void findsBlocksOfRefusedWorkers()
    {
        Bench bench;
        const auto terms = bench.terms(mining::VERSION_ROLLING_MASK);
        QVERIFY(bench.validator.findBlock(bench.mineBlock(), *bench.jobs, terms).has_value());
        QVERIFY(!bench.validator.findBlock(bench.mineShare(), *bench.jobs, terms));
    }

    // R142: guesses cost many hashes a share; a flood of shares that need them gets but one each.
    void guessesForSoManySharesOfASecond()
    {
        Bench bench;
        mining::Share older = bench.mineBlock();
        older.job.reset();
        bench.refresh();
        for (std::uint32_t i = 0; i < mining::SearchPace::MAX_PER_SECOND; ++i) {
            QVERIFY(bench.judge(older).block.has_value());
        }
        QVERIFY(!bench.judge(older).block);
        // The current job is tried all the same, and a job that is named costs nothing more.
        mining::Share likeliest = bench.mineBlock();
        const mining::Share named = likeliest;
        likeliest.job.reset();
        QVERIFY(bench.judge(likeliest).block.has_value());
        QVERIFY(bench.judge(named).block.has_value());
        bench.now += std::chrono::seconds(1);
        QVERIFY(bench.judge(older).block.has_value());
    }

    // R142
    void guessesTheVersionsOfSoManySharesOfASecond()
    {
        Bench bench;
        const mining::Job& job = bench.job();
        constexpr std::uint32_t STRAY = 1;
        const std::uint32_t meant = job.source->version | STRAY;
        mining::Share share{.job = job.id, .time = job.time, .versionBits = STRAY};
        while (!bench.isBlock(mining::hashShare(job, EXTRANONCE1, share, meant).hash)) {
            ++share.nonce;
        }
        for (std::uint32_t i = 0; i < mining::SearchPace::MAX_PER_SECOND; ++i) {
            QVERIFY(bench.judge(share).block.has_value());
        }
        QVERIFY(!bench.judge(share).block);
        bench.now += std::chrono::seconds(1);
        QVERIFY(bench.judge(share).block.has_value());
    }

    // R024: a flood of different shares stays within the bound, and the newest are remembered.
    void boundsItsMemoryOfShares()
    {
        mining::DuplicateFilter filter;
        const util::JobId job(1);
        mining::Share share;
        for (std::uint32_t i = 0; i < 10 * mining::DuplicateFilter::CAPACITY; ++i) {
            share.nonce = i;
            QVERIFY(filter.insert(job, share, 0));
            QVERIFY(filter.size() <= mining::DuplicateFilter::CAPACITY);
        }
        QVERIFY(filter.contains(job, share, 0));
        QVERIFY(!filter.contains(job, share, 1));
        QVERIFY(!filter.contains(util::JobId(2), share, 0));
        Bench bench;
        filter.retain(*bench.jobs);
        QCOMPARE(filter.size(), std::size_t{0});
    }
};

WARP_TEST_CLASS(ShareValidatorTest);

} // namespace

#include "share_validator_test.moc"
