#include "core/net/handshake_pacer.h"

#include "tests/core/net/loop_thread.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <atomic>
#include <memory>

namespace {

using namespace warp;
using net::HandshakePacer;

class HandshakePacerTest final : public QObject
{
    Q_OBJECT

private slots:
    // R143: a storm of handshakes is taken in steps; nobody is turned away.
    void lateOnesWait()
    {
        constexpr int COUNT = 35;
        test::LoopThread loop;
        std::unique_ptr<HandshakePacer> pacer;
        std::atomic<int> begun{0};
        const int atOnce = loop.call([&] {
            pacer = std::make_unique<HandshakePacer>(loop.executor());
            for (int i = 0; i < COUNT; ++i) {
                pacer->begin([&begun, i] { begun = begun == i ? i + 1 : -1; });
            }
            return begun.load();
        });
        QCOMPARE(atOnce, HandshakePacer::PER_SECOND / 10);
        QTRY_COMPARE(begun.load(), COUNT); // in the order in which they came
        loop.call([&] { pacer.reset(); });
    }
};

WARP_TEST_CLASS(HandshakePacerTest);

} // namespace

#include "handshake_pacer_test.moc"
