#include "core/stratum/v1/parked_sessions.h"

#include "core/util/bytes.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <utility>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using stratum::v1::ParkedSessions;

constexpr std::uint64_t HONEST = 1;
constexpr std::uint64_t OTHER = 2;
constexpr std::uint64_t HOSTILE = 3;

class ParkedSessionsTest final : public QObject
{
    Q_OBJECT

private slots:
    // R144: one peer that leaves sessions behind without end takes no place of another's.
    void makesRoomAtTheExpenseOfWhoHasMost()
    {
        std::vector<mining::Extranonce1> released;
        ParkedSessions parked([&](const auto& extranonce1) { released.push_back(extranonce1); });
        std::uint32_t number = 0;
        const auto park = [&](std::uint64_t origin) {
            mining::Extranonce1 extranonce1{};
            util::storeBigEndian<std::uint32_t>(extranonce1, ++number);
            parked.park({.validator = mining::ShareValidator(extranonce1),
                         .origin = origin,
                         .since = util::BootTime(1h)});
        };
        park(HONEST); // "00000001"
        park(OTHER);
        park(HOSTILE); // "00000003"
        for (std::size_t i = 0; i < 3 * ParkedSessions::MAX_SESSIONS; ++i) {
            park(HOSTILE);
        }
        QCOMPARE(parked.size(), ParkedSessions::MAX_SESSIONS);
        QCOMPARE(released.size(), 2 * ParkedSessions::MAX_SESSIONS + 3);
        QVERIFY(!parked.take("00000003", HOSTILE, util::BootTime(1h)));
        QVERIFY(parked.take("00000001", HONEST, util::BootTime(1h)));
        QVERIFY(parked.take("00000002", OTHER, util::BootTime(1h)));
    }

    // R024: whoever connects again and again, and sends all the shares of a session each time,
    // costs a bounded memory, and no other peer its session.
    void boundsTheSharesOfAllSessions()
    {
        mining::JobFactory factory = test::makeFactory();
        mining::JobBook book;
        const auto jobs =
            book.add(*factory.make(test::sharedTemplate({.bits = 0x1d00ffff}), 1, test::at({})),
                     test::at({}));
        ParkedSessions parked([](const auto&) {});
        std::uint32_t number = 0;
        const auto park = [&](std::uint64_t origin, std::size_t shares) {
            mining::Extranonce1 extranonce1{};
            util::storeBigEndian<std::uint32_t>(extranonce1, ++number);
            mining::ShareValidator validator(extranonce1);
            validator.setDifficulty(util::Difficulty(1e-12), util::JobId(0), test::at({}));
            mining::SearchPace pace;
            for (std::uint32_t nonce = 0; nonce < shares; ++nonce) {
                static_cast<void>(validator.judge(
                    {.job = jobs->current()->id, .time = jobs->current()->time, .nonce = nonce},
                    *jobs, {.now = test::at({}), .pace = pace}));
            }
            QVERIFY(validator.rememberedShares() + 10 >=
                    std::min(shares, mining::DuplicateFilter::CAPACITY));
            parked.park(
                {.validator = std::move(validator), .origin = origin, .since = util::BootTime(1h)});
        };
        park(HONEST, 100); // "00000001"
        for (int i = 0; i < 40; ++i) {
            park(HOSTILE, mining::DuplicateFilter::CAPACITY + 10);
            QVERIFY(parked.shares() <= ParkedSessions::MAX_SHARES);
        }
        QVERIFY(parked.size() <= 17);
        QVERIFY(parked.take("00000001", HONEST, util::BootTime(1h)));
        QVERIFY(!parked.take("00000002", HOSTILE, util::BootTime(1h)));
        QVERIFY(parked.take("00000029", HOSTILE, util::BootTime(1h)));
    }
};

WARP_TEST_CLASS(ParkedSessionsTest);

} // namespace

#include "parked_sessions_test.moc"
