// The crash model: the whole engine in a simulated world is stopped at every step between the share
// that is a block and the durable verdict on it, and within every change of the disk, by a kill or
// by the loss of power; after a restart on what the disk kept, the node has the block.

#include "core/config/config_writer.h"
#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using sim::CrashLoss;
using sim::StopPoint;

// 2^-10 of all hashes is a block.
constexpr std::uint32_t CRASH_BITS = 0x1f3fffff;
constexpr std::size_t START_HEIGHT = 3;

enum class NodeMood : std::uint8_t { Well, Hung };
enum class Wire : std::uint8_t {
    Delivers, ///< what was handed to the system still reaches the node
    Loses,
};

/// A way to end: what becomes of the disk and of what was on its way.
struct Ending
{
    const char* name;
    CrashLoss loss;
    std::uint64_t seed;
    Wire wire;
};

constexpr std::array ENDINGS{
    Ending{"kill", CrashLoss::Nothing, 0, Wire::Delivers},
    Ending{"power, sent", CrashLoss::Unsynced, 0, Wire::Delivers},
    Ending{"power, not sent", CrashLoss::Unsynced, 0, Wire::Loses},
    Ending{"power, torn 1", CrashLoss::Torn, 1, Wire::Loses},
    Ending{"power, torn 2", CrashLoss::Torn, 2, Wire::Loses},
    Ending{"power, torn 3", CrashLoss::Torn, 3, Wire::Loses},
    Ending{"power, torn 4", CrashLoss::Torn, 4, Wire::Delivers},
};

sim::WorldOptions worldOptions()
{
    sim::WorldOptions options;
    options.scheduler.seed = 11;
    options.rules.bits = CRASH_BITS;
    options.startHeight = START_HEIGHT;
    return options;
}

engine::EngineOptions engineOptions()
{
    engine::EngineOptions options;
    options.listeners = {test::farmListener()};
    options.dataDirectory = "/data";
    options.payout.address = test::PAYOUT_ADDRESS;
    options.tag = "crash";
    options.node.url = sim::World::NODE_URL;
    options.node.cookieFile = sim::World::COOKIE_FILE;
    options.node.expectedNetwork = bitcoin::Network::Regtest;
    return options;
}

/// A world with a pool and one miner, run until the miner has sent a block.
class Stage
{
public:
    Stage()
        : world(worldOptions())
    {
        start();
        sim::MinerOptions miner;
        miner.pool = {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = test::POOL_PORT};
        miner.user = "rig";
        miner.hashrate = util::Hashrate(200);
        miner.slice = 50ms;
        world.addMiner(miner);
        const bool isFound = world.scheduler().runUntil(
            [this] { return !world.miner(0).stats().blocks.empty(); }, 5min);
        WARP_ASSERT(isFound);
        block = world.miner(0).stats().blocks.front().hash;
        world.stopMiners();
    }

    void start()
    {
        pool = std::make_unique<engine::Engine>(engine::Platform{.executors = world.scheduler(),
                                                                 .clock = world.scheduler(),
                                                                 .random = world.random(),
                                                                 .files = world.files(),
                                                                 .network = world.network()},
                                                engineOptions());
        pool->start(nullptr);
    }
    void setMood(NodeMood mood)
    {
        world.onNode([&] {
            world.node().setBehaviour({.availability = mood == NodeMood::Hung
                                                           ? sim::Availability::Hung
                                                           : sim::Availability::Up});
        });
    }
    /// Ends the program as `ending` says, and starts it again on what is left.
    void crashAndRestart(const Ending& ending)
    {
        using sim::HttpFault;
        observeTasks(world.scheduler(), nullptr);
        if (ending.wire == Wire::Loses) {
            world.network().setHttpFault(sim::World::NODE_ADDRESS, HttpFault::CloseBefore);
        }
        dropTasks(world.scheduler(), [](std::string_view executor) {
            return !executor.starts_with("miner") && executor != "environment";
        });
        world.files().crash(ending.loss, ending.seed);
        pool.reset();
        world.scheduler().runFor(1s);
        world.network().setHttpFault(sim::World::NODE_ADDRESS, HttpFault::None);
        setMood(NodeMood::Well);
        start();
        world.scheduler().runFor(1ms); // so far as to be there
        static_cast<void>(world.scheduler().runUntil([this] { return hasNodeBlock(); }, 40s));
    }
    [[nodiscard]] bool hasNodeBlock() { return world.node().core().chain().find(block) != nullptr; }
    /// The verdict is on the disk, or would be with the spool's next task done.
    [[nodiscard]] bool isOver()
    {
        const auto snapshot = pool->snapshot();
        return !snapshot->blocks.empty() &&
               snapshot->blocks.front().state == interfaces::BlockState::Accepted;
    }

    sim::World world;
    std::unique_ptr<engine::Engine> pool;
    bitcoin::Hash256 block{};
};

/// What happens when in the undisturbed run, counted from the miner's sending.
struct Course
{
    std::vector<std::string> executors; ///< by step
    std::size_t judgedAt = 0;           ///< step that judged the share
    std::size_t sentAt = 0;             ///< step that handed the block to the wire
    std::size_t keptAt = 0;             ///< step that wrote and synced the spool file
    std::uint64_t changesBefore = 0;    ///< of the disk, before keptAt
    std::uint64_t changes = 0;          ///< of the disk, in all
};

Course observe(NodeMood mood)
{
    Stage stage;
    stage.setMood(mood);
    Course course;
    const std::uint64_t first = stage.world.files().changeCount();
    std::uint64_t changes = first;
    observeTasks(stage.world.scheduler(), [&](std::string_view executor) {
        const std::size_t step = course.executors.size();
        course.executors.emplace_back(executor);
        if (executor.starts_with("io.") && course.sentAt == 0) {
            course.judgedAt = step;
        } else if (executor == "courier" && course.sentAt == 0) {
            course.sentAt = step;
        } else if (executor == "spool" && course.sentAt != 0 && course.keptAt == 0) {
            course.keptAt = step;
            course.changesBefore = changes - first;
        }
        changes = stage.world.files().changeCount();
    });
    // The saved verdict is a few steps behind the published one; a hung node gives none.
    static_cast<void>(stage.world.scheduler().runUntil([&] { return stage.isOver(); }, 2s));
    stage.world.scheduler().runFor(1500ms);
    observeTasks(stage.world.scheduler(), nullptr);
    course.changes = changes - first;
    return course;
}

struct Tally
{
    std::size_t points = 0;
    std::size_t survived = 0;
    std::size_t excused = 0; ///< lost where nothing can help
    std::vector<std::string> lost;

    void note(bool hasSurvived, bool mustSurvive, const std::string& where)
    {
        ++points;
        survived += hasSurvived ? 1U : 0U;
        if (!hasSurvived && mustSurvive) {
            lost.push_back(where);
        } else if (!hasSurvived) {
            ++excused;
        }
    }
    [[nodiscard]] std::string text() const
    {
        std::string text = fmt::format("{} points, {} survived, {} excused, {} lost", points,
                                       survived, excused, lost.size());
        for (const std::string& where : lost) {
            text += "\n  " + where;
        }
        return text;
    }
};

/// After how many steps the block is safe, come what may of this kind.
std::size_t safeFrom(const Course& course, const Ending& ending, NodeMood mood)
{
    const bool isSent = ending.wire == Wire::Delivers && mood == NodeMood::Well;
    return isSent ? course.sentAt : course.keptAt;
}

/// How many changes of the spool's task make the block safe: the whole text written is enough
/// against a kill, synced it is safe against everything. The later renames are not needed.
std::uint64_t safeChanges(const Ending& ending)
{
    return ending.loss == CrashLoss::Nothing ? 1 : 2;
}

class CrashModelTest final : public QObject
{
    Q_OBJECT

private slots:
    // B03 B34 B35: a kill and a power loss after every step of every executor. Lost is only what
    // nothing could have saved: the steps before the block is handed to the wire and, where the
    // wire loses it too, before the disk has it.
    void losesNoBlockBetweenTwoSteps_data()
    {
        QTest::addColumn<int>("mood");
        QTest::addRow("node well") << static_cast<int>(NodeMood::Well);
        QTest::addRow("node hung") << static_cast<int>(NodeMood::Hung);
    }
    void losesNoBlockBetweenTwoSteps()
    {
        QFETCH(const int, mood);
        const auto nodeMood = static_cast<NodeMood>(mood);
        const Course course = observe(nodeMood);
        QVERIFY(course.sentAt > course.judgedAt);
        QVERIFY(course.keptAt > course.sentAt);
        Tally tally;
        const std::size_t last = std::min<std::size_t>(course.executors.size(), course.keptAt + 40);
        for (std::size_t step = course.judgedAt; step < last; ++step) {
            for (const Ending& ending : ENDINGS) {
                Stage stage;
                stage.setMood(nodeMood);
                std::size_t seen = 0;
                observeTasks(stage.world.scheduler(), [&](std::string_view) { ++seen; });
                QVERIFY(stage.world.scheduler().runUntil([&] { return seen == step + 1; }, 10s));
                const bool mustSurvive =
                    stage.hasNodeBlock() || step >= safeFrom(course, ending, nodeMood);
                stage.crashAndRestart(ending);
                tally.note(stage.hasNodeBlock(), mustSurvive,
                           fmt::format("{} after step {} ({})", ending.name, step,
                                       course.executors[step]));
            }
        }
        qInfo("steps: %s", tally.text().c_str());
        QVERIFY2(tally.lost.empty(), tally.text().c_str());
        // Between the judged share and the hand-over nothing but other threads' steps.
        QVERIFY(course.sentAt - course.judgedAt <= 3);
    }

    // B34: the same before and within every change of the disk.
    void losesNoBlockWithinAChangeOfTheDisk_data() { losesNoBlockBetweenTwoSteps_data(); }
    void losesNoBlockWithinAChangeOfTheDisk()
    {
        QFETCH(const int, mood);
        const auto nodeMood = static_cast<NodeMood>(mood);
        const Course course = observe(nodeMood);
        QVERIFY(course.changes >= course.changesBefore + 4);
        Tally tally;
        for (std::uint64_t change = 0; change < course.changes; ++change) {
            for (const StopPoint point : {StopPoint::Before, StopPoint::Within}) {
                for (const Ending& ending : ENDINGS) {
                    Stage stage;
                    stage.setMood(nodeMood);
                    stage.world.files().stopAt(change, point);
                    QVERIFY(stage.world.scheduler().runUntil(
                        [&] { return stage.world.files().hasStopped(); }, 20s));
                    const bool isSent = ending.wire == Wire::Delivers && nodeMood == NodeMood::Well;
                    const bool mustSurvive = stage.hasNodeBlock() || isSent ||
                                             change >= course.changesBefore + safeChanges(ending);
                    stage.crashAndRestart(ending);
                    tally.note(stage.hasNodeBlock(), mustSurvive,
                               fmt::format("{} {} change {}", ending.name,
                                           point == StopPoint::Before ? "before" : "within",
                                           change));
                }
            }
        }
        qInfo("changes: %s", tally.text().c_str());
        QVERIFY2(tally.lost.empty(), tally.text().c_str());
    }

    // B34: the configuration is the old or the new one, whole, wherever the power goes, and there
    // is always a good copy.
    void keepsTheConfigurationWhole()
    {
        const std::string before = "[mining]\npool_fee_percent = 1\n";
        const std::array<config::SettingChange, 1> change{
            {{.name = "mining.pool_fee_percent", .value = "2"}}};
        std::size_t points = 0;
        bool isPast = false;
        for (std::uint64_t number = 0; !isPast; ++number) {
            for (const StopPoint point : {StopPoint::Before, StopPoint::Within}) {
                for (const Ending& ending : ENDINGS) {
                    sim::VirtualFiles files;
                    QVERIFY(files
                                .replaceDurably("/config.toml", util::asBytes(before),
                                                util::FileAccess::Private)
                                .hasValue());
                    files.stopAt(number, point);
                    const bool isWritten = config::writeConfig("/config.toml", change,
                                                               util::FileAccess::Private, files)
                                               .hasValue();
                    isPast = isPast || !files.hasStopped();
                    files.crash(ending.loss, ending.seed);
                    const auto after = files.read("/config.toml", 1000);
                    QVERIFY(after.hasValue());
                    const bool isNew = *after == "[mining]\npool_fee_percent = 2\n";
                    QVERIFY2(isNew || (*after == before && !isWritten), after->c_str());
                    ++points;
                }
            }
        }
        qInfo("configuration: %zu points", points);
        QVERIFY(points > 50);
    }
};

WARP_TEST_CLASS(CrashModelTest);

} // namespace

#include "crash_model_test.moc"
