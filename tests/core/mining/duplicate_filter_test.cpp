#include "core/mining/duplicate_filter.h"

#include "core/util/bytes.h"
#include "core/util/random.h"

#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>

namespace {

using namespace warp;
using mining::DuplicateFilter;

mining::Share shareOf(std::uint32_t number)
{
    mining::Share share{.time = number % 7, .nonce = number / 7 % 1000};
    util::storeBigEndian<std::uint64_t>(share.extranonce2, number / 7000);
    return share;
}

/// Remembers the same by searching all.
class PlainFilter
{
public:
    [[nodiscard]] bool contains(util::JobId job, std::uint32_t number) const
    {
        return std::ranges::find(m_seen, std::pair(job, number)) != m_seen.end();
    }
    bool insert(util::JobId job, std::uint32_t number)
    {
        if (contains(job, number)) {
            return false;
        }
        m_seen.emplace_back(job, number);
        if (m_seen.size() > DuplicateFilter::CAPACITY) {
            m_seen.pop_front();
        }
        return true;
    }
    void retain(util::JobId oldest)
    {
        std::erase_if(m_seen, [oldest](const auto& one) { return one.first < oldest; });
    }
    [[nodiscard]] std::size_t size() const { return m_seen.size(); }

private:
    std::deque<std::pair<util::JobId, std::uint32_t>> m_seen;
};

mining::JobSet jobsBetween(std::uint32_t oldest, std::uint32_t newest)
{
    mining::JobSet jobs;
    for (std::uint32_t id = newest + 1; id-- > oldest;) {
        jobs.jobs.push_back(std::make_shared<mining::Job>(util::JobId(id * mining::JOB_ID_STEP), id,
                                                          test::sharedTemplate({}),
                                                          bitcoin::Target()));
    }
    return jobs;
}

class DuplicateFilterTest final : public QObject
{
    Q_OBJECT

private slots:
    // R023, R024: whatever comes in whatever order, over several jobs and many times the capacity.
    void remembersWhatAPlainListWould()
    {
        util::SeededRandom random(11);
        DuplicateFilter filter;
        PlainFilter plain;
        std::uint32_t newest = 3;
        for (std::uint32_t step = 0; step < 60'000; ++step) {
            const std::uint32_t base = newest - static_cast<std::uint32_t>(random.below(3));
            const util::JobId job(base * mining::JOB_ID_STEP +
                                  static_cast<std::uint32_t>(random.below(2))); // or a variant
            const auto number = static_cast<std::uint32_t>(random.below(9000));
            const bool isNew = plain.insert(job, number);
            QCOMPARE(filter.contains(job, shareOf(number), 5), !isNew);
            QCOMPARE(filter.insert(job, shareOf(number), 5), isNew);
            QVERIFY(filter.contains(job, shareOf(number), 5));
            QVERIFY(!filter.contains(job, shareOf(number), 4));
            QCOMPARE(filter.size(), plain.size());
            if (step % 15'000 == 14'999) {
                ++newest;
                filter.retain(jobsBetween(newest - 2, newest));
                plain.retain(util::JobId((newest - 2) * mining::JOB_ID_STEP));
                QCOMPARE(filter.size(), plain.size());
            }
        }
        QVERIFY(plain.size() > DuplicateFilter::CAPACITY / 2);
        filter.retain(jobsBetween(newest + 9, newest + 9));
        QCOMPARE(filter.size(), std::size_t{0});
        QVERIFY(filter.insert(util::JobId(1), shareOf(1), 5));
    }
};

WARP_TEST_CLASS(DuplicateFilterTest);

} // namespace

#include "duplicate_filter_test.moc"
