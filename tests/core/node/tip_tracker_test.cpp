#include "core/node/tip_tracker.h"

#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp::node;

Tip tipOf(int number, std::int64_t height)
{
    Tip tip;
    tip.hash.bytes[0] = static_cast<std::byte>(number);
    tip.height = height;
    return tip;
}

class TipTrackerTest final : public QObject
{
    Q_OBJECT

private slots:
    void theFirstToNameANewTipWins()
    {
        TipTracker tips;
        QCOMPARE(tips.offer(tipOf(1, 10), 0), TipOffer::Adopted);
        const std::uint64_t both = tips.generation();
        QCOMPARE(tips.offer(tipOf(2, 11), both), TipOffer::Adopted);
        QCOMPARE(tips.offer(tipOf(2, 11), both), TipOffer::Same);
        QCOMPARE(tips.current()->height, 11);
        QCOMPARE(tips.generation(), both + 1);
    }

    void takesAnotherTipOfTheSameHeight()
    {
        TipTracker tips;
        QCOMPARE(tips.offer(tipOf(1, 10), 0), TipOffer::Adopted);
        QCOMPARE(tips.offer(tipOf(2, 10), tips.generation()), TipOffer::Adopted);
    }

    void takesALowerOrFormerTipOfAFreshQuestion()
    {
        TipTracker tips;
        QCOMPARE(tips.offer(tipOf(1, 10), 0), TipOffer::Adopted);
        QCOMPARE(tips.offer(tipOf(2, 11), tips.generation()), TipOffer::Adopted);
        // invalidateblock leads back.
        QCOMPARE(tips.offer(tipOf(1, 10), tips.generation()), TipOffer::Adopted);
        QCOMPARE(tips.offer(tipOf(3, 8), tips.generation()), TipOffer::Adopted);
    }

    void doubtsAnAnswerThatIsLate()
    {
        TipTracker tips;
        QCOMPARE(tips.offer(tipOf(1, 10), 0), TipOffer::Adopted);
        const std::uint64_t before = tips.generation();
        QCOMPARE(tips.offer(tipOf(2, 11), before), TipOffer::Adopted);
        QCOMPARE(tips.offer(tipOf(1, 10), before), TipOffer::Doubtful);
        QCOMPARE(tips.offer(tipOf(4, 9), before), TipOffer::Doubtful);
        QCOMPARE(tips.current()->hash, tipOf(2, 11).hash);
        // A longpoll that was sent before the present tip may still bring the next one.
        QCOMPARE(tips.offer(tipOf(5, 12), before), TipOffer::Adopted);
    }
};

WARP_TEST_CLASS(TipTrackerTest);

} // namespace

#include "tip_tracker_test.moc"
