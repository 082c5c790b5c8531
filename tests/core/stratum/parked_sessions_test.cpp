#include "core/stratum/v1/parked_sessions.h"

#include "core/util/bytes.h"
#include "tests/support/test_registry.h"

#include <QTest>

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
};

WARP_TEST_CLASS(ParkedSessionsTest);

} // namespace

#include "parked_sessions_test.moc"
