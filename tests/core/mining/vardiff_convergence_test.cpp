// B12: how soon the difficulty fits, from the start on and after a change of the hashrate, by
// statistics over seeded Poisson arrivals. The figures to reach are those of the design's own
// simulation; the table is printed.
#include "core/mining/miner_class.h"
#include "core/mining/retarget.h"

#include "tests/core/mining/poisson_miner.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using mining::MinerClass;
using mining::Retarget;
using util::Hashrate;

constexpr std::uint64_t SEED = 20'260'801;
constexpr int RUNS = 200;
const util::BootTime START{1h};
/// So long it has to stay within a factor of 2.
constexpr std::chrono::minutes STEADY{10};
constexpr double NEVER = std::numeric_limits<double>::infinity();

// What may be more than the figure to reach: chance of the runs, and one tick.
constexpr double MEDIAN_TOLERANCE = 1.25;
constexpr double WORST_TOLERANCE = 1.4;
constexpr double TICK_SECONDS = 5;
constexpr double SHARE_TOLERANCE = 1.3;

struct Case
{
    const char* name;
    const char* userAgent;
    double rate;
    double laterRate; ///< after an hour; 0: as before
    // The figures to reach; none where there is no such figure.
    std::optional<double> median;
    std::optional<double> worst; ///< nine of ten are below
    std::optional<double> shares;
};

const std::vector<Case> CASES{
    {"80 kH/s, unknown", "", 80e3, 0, 350, 480, {}},
    {"80 kH/s NerdMiner", "NerdMinerV2/1.7", 80e3, 0, 350, 480, {}},
    {"250 kH/s, unknown", "", 250e3, 0, 350, 480, {}},
    {"250 kH/s NerdMiner", "NerdMinerV2/1.7", 250e3, 0, 350, 480, {}},
    {"0.5 TH/s, unknown", "", 0.5e12, 0, 170, 335, {}},
    {"0.5 TH/s Bitaxe", "bitaxe/BM1366/v2", 0.5e12, 0, 170, 335, {}},
    {"1.2 TH/s, unknown", "", 1.2e12, 0, 35, 250, {}},
    {"1.2 TH/s Bitaxe", "bitaxe/BM1370/v2", 1.2e12, 0, 35, 250, {}},
    {"200 TH/s, unknown", "", 200e12, 0, 2, 175, 12},
    {"200 TH/s Antminer", "Antminer S21", 200e12, 0, 2, 175, 10},
    {"20 PH/s, unknown", "", 20e15, 0, 2, 5, 12},
    {"20 PH/s rental", "NiceHash/1.0", 20e15, 0, 2, 5, 12},
    {"1.2 TH/s x 0.1", "bitaxe/BM1370/v2", 1.2e12, 0.12e12, 255, 345, {}},
    {"200 TH/s x 0.01", "Antminer S21", 200e12, 2e12, 545, 735, {}},
    {"200 TH/s x 100", "Antminer S21", 200e12, 20e15, 51, 69, 63},
};

struct Run
{
    double seconds = NEVER; ///< until it fits for STEADY
    int shares = 0;         ///< in the first minute
};

Run play(const Case& what, std::uint64_t seed)
{
    const auto& traits = mining::traits(mining::classifyUserAgent(what.userAgent));
    Retarget retarget(
        {.targetInterval = traits.targetInterval, .minimum = util::Difficulty(1e-6), .maximum = {}},
        traits.startDifficulty, START);
    test::PoissonMiner miner(retarget, Hashrate(what.rate), START, seed);
    if (what.laterRate > 0) {
        miner.mine(1h);
        miner.setRate(Hashrate(what.laterRate));
    }
    const util::BootTime begin = miner.now();
    const int sharesBefore = miner.shares();
    const double target = std::chrono::duration<double>(traits.targetInterval).count();
    Run run;
    std::optional<util::BootTime> fitsSince;
    const auto look = [&] {
        const double ratio = miner.secondsPerShare() / target;
        if (ratio < 0.5 || ratio > 2) {
            fitsSince.reset();
        } else if (!fitsSince) {
            fitsSince = miner.now();
        }
        if (miner.now() <= begin + 1min) {
            run.shares = miner.shares() - sharesBefore;
        }
    };
    look();
    while (miner.now() < begin + 3h) {
        miner.mine(30s, look);
        if (fitsSince && miner.now() - *fitsSince >= STEADY) {
            run.seconds = std::chrono::duration<double>(*fitsSince - begin).count();
            break;
        }
    }
    return run;
}

std::string toText(const std::optional<double>& figure)
{
    return figure ? fmt::format("{:.0f}", *figure) : std::string("-");
}

class VardiffConvergenceTest final : public QObject
{
    Q_OBJECT

private slots:
    static void initTestCase()
    {
        qInfo("seed %llu, %d runs; seconds until within a factor of 2 for ten minutes",
              static_cast<unsigned long long>(SEED), RUNS);
        qInfo("%-20s %8s %5s %8s %5s %8s %5s", "case", "median", "goal", "9 of 10", "goal",
              "shares", "goal");
    }

    // B12
    void convergesAsSoonAsItShould_data()
    {
        QTest::addColumn<int>("number");
        for (std::size_t i = 0; i < CASES.size(); ++i) {
            QTest::newRow(CASES[i].name) << static_cast<int>(i);
        }
    }

    void convergesAsSoonAsItShould()
    {
        QFETCH(const int, number);
        const Case& what = CASES.at(static_cast<std::size_t>(number));
        std::vector<double> seconds;
        std::vector<double> shares;
        for (int i = 0; i < RUNS; ++i) {
            const Run run = play(what, SEED + static_cast<std::uint64_t>(i));
            seconds.push_back(run.seconds);
            shares.push_back(run.shares);
        }
        std::ranges::sort(seconds);
        std::ranges::sort(shares);
        const double median = seconds.at(RUNS / 2);
        const double worst = seconds.at(RUNS * 9 / 10);
        const double medianShares = shares.at(RUNS / 2);
        const std::string line = fmt::format("{:20} {:8.0f} {:>5} {:8.0f} {:>5} {:8.0f} {:>5}",
                                             what.name, median, toText(what.median), worst,
                                             toText(what.worst), medianShares, toText(what.shares));
        qInfo("%s", line.c_str());
        if (what.median) {
            QVERIFY(median <= *what.median * MEDIAN_TOLERANCE + TICK_SECONDS);
            QVERIFY(worst <= *what.worst * WORST_TOLERANCE + TICK_SECONDS);
        }
        if (what.shares) {
            QVERIFY(medianShares <= *what.shares * SHARE_TOLERANCE);
        }
    }

    // "steady changes per hour": none.
    void leavesASteadyMinerAlone()
    {
        int changes = 0;
        for (int i = 0; i < 20; ++i) {
            Retarget retarget(
                {.targetInterval = 8s, .minimum = util::Difficulty(1e-6), .maximum = {}},
                util::Difficulty(2048), START);
            test::PoissonMiner miner(retarget, Hashrate(1.1e12), START,
                                     SEED + static_cast<std::uint64_t>(i));
            miner.mine(20h);
            changes += miner.changes();
        }
        const double perHour = changes / 400.0;
        qInfo("steady changes an hour: %.3f", perHour);
        QVERIFY(perHour < 0.1);
    }
};

WARP_TEST_CLASS(VardiffConvergenceTest);

} // namespace

#include "vardiff_convergence_test.moc"
