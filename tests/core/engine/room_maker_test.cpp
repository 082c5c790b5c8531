#include "core/engine/room_maker.h"

#include "core/engine/listener_state.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <optional>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::RoomMaker;

util::BootTime at(util::Duration time)
{
    return util::BootTime(1h + time);
}

class RoomMakerTest final : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_idle.clear(); }

    // R143: the peer that holds most gives way first, down to the level of the next one.
    void takesFromThePeerThatHoldsMost()
    {
        add(1, "a", 1, at(0s));
        add(2, "b", 3, at(10s));
        add(3, "b", 3, at(5s));
        add(4, "b", 3, at(7s));
        QCOMPARE(all(at(10min)), (std::vector<std::uint64_t>{3, 4, 1, 2}));
    }

    // Who has just come had no time for a share, and a farm's miners are to be expected.
    void leavesTheYoungAndTheExpectedAlone()
    {
        add(1, "young", 5, at(10min - RoomMaker::MIN_AGE + 1s));
        add(2, "farm", 0, at(0s));
        add(3, "farm with one too many", 1, at(1s));
        add(4, "farm with one too many", 1, at(2s));
        QCOMPARE(all(at(10min)), (std::vector<std::uint64_t>{3}));
    }

    void takesFromTheListenerThatIsFull()
    {
        const engine::ListenerState one{engine::ListenerOptions{}};
        const engine::ListenerState other{engine::ListenerOptions{}};
        add(1, "a", 1, at(0s), &one);
        add(2, "b", 1, at(1s), &other);
        RoomMaker maker([this] { return m_idle; });
        QCOMPARE(maker.next(&other, at(10min)), std::optional<std::uint64_t>(2));
        QCOMPARE(maker.next(&other, at(10min)), std::optional<std::uint64_t>());
        QCOMPARE(maker.next(nullptr, at(10min)), std::optional<std::uint64_t>(1));
    }

    // A flood does not make it look more often.
    void looksOnceASecond()
    {
        int looks = 0;
        RoomMaker maker([&] {
            ++looks;
            return m_idle;
        });
        for (int i = 0; i < 1000; ++i) {
            QVERIFY(!maker.next(nullptr, at(1min + std::chrono::milliseconds(i))));
        }
        QCOMPARE(looks, 1);
        QVERIFY(!maker.next(nullptr, at(1min + 1s)));
        QCOMPARE(looks, 2);
    }

private:
    void add(std::uint64_t id, const char* peer, std::size_t surplus, util::BootTime since,
             const engine::ListenerState* listener = nullptr)
    {
        m_idle.push_back(
            {.id = id, .listener = listener, .peer = peer, .surplus = surplus, .since = since});
    }
    [[nodiscard]] std::vector<std::uint64_t> all(util::BootTime now) const
    {
        RoomMaker maker([this] { return m_idle; });
        std::vector<std::uint64_t> ids;
        while (const auto id = maker.next(nullptr, now)) {
            ids.push_back(*id);
        }
        return ids;
    }

    std::vector<RoomMaker::Candidate> m_idle;
};

WARP_TEST_CLASS(RoomMakerTest);

} // namespace

#include "room_maker_test.moc"
