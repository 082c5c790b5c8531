#include "core/engine/start_record.h"

#include "core/sim/virtual_files.h"
#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::StartMode;

constexpr auto FOLDER = "/data";
constexpr auto RECORD = "/data/starts";

class StartRecordTest final : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_files = std::make_unique<sim::VirtualFiles>();
        QVERIFY(m_files->makeDirectories(FOLDER));
        m_now = util::WallTime(std::chrono::hours(500'000));
    }

    // B43
    void theStartAfterThreeCrashesIsASafeOne()
    {
        QVERIFY(startAfter(1min) == StartMode::Normal);
        QVERIFY(startAfter(1min) == StartMode::Normal);
        QVERIFY(startAfter(1min) == StartMode::Normal);
        QVERIFY(startAfter(1min) == StartMode::Safe);
        QVERIFY(startAfter(1min) == StartMode::Safe);
    }

    // B43
    void crashesFarApartAreNoReason()
    {
        for (int i = 0; i < 10; ++i) {
            QVERIFY(startAfter(4min) == StartMode::Normal);
        }
    }

    // B43
    void aGoodRunEndsTheSeries()
    {
        for (int i = 0; i < 3; ++i) {
            QVERIFY(startAfter(1s) == StartMode::Normal);
        }
        QVERIFY(startAfter(1s) == StartMode::Safe);
        engine::StartRecord(*m_files, FOLDER).markGood();
        QVERIFY(startAfter(1s) == StartMode::Normal);
        engine::StartRecord(*m_files, FOLDER).markGood();
        engine::StartRecord(*m_files, FOLDER).markGood();
        QVERIFY(startAfter(1s) == StartMode::Normal);
    }

    void aClockThatWasSetBackIsNoReason()
    {
        for (int i = 0; i < 6; ++i) {
            QVERIFY(startAfter(-24h) == StartMode::Normal);
        }
    }

    void aBrokenRecordKeepsNobodyFromStarting()
    {
        for (const std::string& content : {std::string("x\n\n12x\n-\n"), std::string(5000, '1'),
                                           std::string(300, '\0'), std::string("1\n2\n3\n4")}) {
            QVERIFY(m_files->write(RECORD, util::asBytes(content), util::FileAccess::Private));
            QVERIFY(startAfter(1s) == StartMode::Normal);
        }
    }

    // B43
    void aSafeStartIsAnIssueAndMinersAreServed()
    {
        engine::EngineOptions options = test::engineOptions();
        options.startMode = StartMode::Safe;
        test::Farm farm(11, options);
        farm.world.scheduler().runFor(5s);
        const auto snapshot = farm.pool->snapshot();
        QVERIFY(std::ranges::any_of(snapshot->issues, [](const interfaces::HealthIssue& issue) {
            return issue.code == "safe_start" && issue.detail == "3 crashes within 10 minutes";
        }));
        QVERIFY(snapshot->state == interfaces::EngineState::Running);
        QVERIFY(!snapshot->listening.empty());
        QVERIFY(farm.stop());
    }

private:
    StartMode startAfter(std::chrono::milliseconds pause)
    {
        m_now += pause;
        return engine::StartRecord(*m_files, FOLDER).begin(m_now);
    }

    std::unique_ptr<sim::VirtualFiles> m_files;
    util::WallTime m_now;
};

WARP_TEST_CLASS(StartRecordTest);

} // namespace

#include "start_record_test.moc"
