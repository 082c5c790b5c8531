// Miners that are slow to take what the pool sends, in the virtual world.

#include "core/sim/virtual_network.h"
#include "tests/core/engine/farm.h"
#include "tests/core/engine/talker.h"
#include "tests/core/stratum/stratum_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using test::Farm;
using test::Talker;

constexpr auto SLOW = "10.9.9.1";
constexpr auto OTHER = "10.9.9.2";

/// The last line of this kind.
std::string lastOf(const std::string& text, std::string_view kind)
{
    std::string last;
    for (const std::string& line : test::linesOf(text)) {
        if (test::kindOf(line) == kind) {
            last = line;
        }
    }
    return last;
}

void login(Talker& talker)
{
    talker.say(R"({"id":1,"method":"mining.subscribe","params":["slow/1"]})");
    talker.authorize("rig");
}

class SlowReaderFarmTest final : public QObject
{
    Q_OBJECT

private slots:
    // Work that is old before there is room for it is never sent; the newest is, at once.
    void getsTheNewestWorkWhenItTakesBytesAgain()
    {
        Farm farm(4);
        farm.world.scheduler().runFor(10s);
        Talker slow(farm, SLOW);
        login(slow);
        QVERIFY(test::count(slow.hear(), "mining.notify") >= 1);
        farm.world.network().options().windowBytes = 256; // less than one notification
        const auto setLink = [&](sim::LinkState state) {
            farm.world.network().setLink(sim::VirtualNetwork::FIRST_MACHINE, SLOW, state);
        };
        setLink(sim::LinkState::Silent);
        for (int i = 0; i < 5; ++i) {
            farm.world.mineElsewhere();
            farm.world.scheduler().runFor(4s);
        }
        setLink(sim::LinkState::Up);
        const std::string heard = slow.hear(2s);
        // The first had begun to go out.
        QCOMPARE(test::count(heard, "mining.notify"), std::size_t{2});
        Talker other(farm, OTHER);
        login(other);
        const std::string newest = lastOf(other.hear(), "notify");
        const std::string got = lastOf(heard, "notify");
        QVERIFY(!got.empty());
        QCOMPARE(test::parameterOf(got, 0), test::parameterOf(newest, 0));
        QVERIFY(got.ends_with("true]}"));
        QVERIFY(slow.isOpen());
        QVERIFY(farm.stop());
    }
};

WARP_TEST_CLASS(SlowReaderFarmTest);

} // namespace

#include "slow_reader_farm_test.moc"
