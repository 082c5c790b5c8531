#include "core/mining/minimum_difficulty_rule.h"

#include "core/mining/share_validator.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <optional>

namespace {

using namespace warp;
using bitcoin::Network;

constexpr std::uint32_t TEMPLATE_TIME = 1'700'000'000; // of test::makeTemplate()

class MinimumDifficultyRuleTest final : public QObject
{
    Q_OBJECT

private slots:
    // B07: times of jobs stay on the template's side of the line, twenty minutes after the block
    // before.
    void keepsTimesOnOneSideOfTheLine_data()
    {
        QTest::addColumn<int>("network");
        QTest::addColumn<int>("secondsSincePrevious"); ///< < 0: not known
        QTest::addColumn<int>("offset");               ///< of the share's time from the template's
        QTest::addColumn<bool>("isAllowed");
        const auto row = [](const char* name, Network network, int since, int offset,
                            bool isAllowed) {
            QTest::newRow(name) << static_cast<int>(network) << since << offset << isAllowed;
        };
        row("up to the line", Network::Testnet4, 1000, 200, true);
        row("across the line", Network::Testnet4, 1000, 201, false);
        row("across the line of testnet3", Network::Test, 1000, 201, false);
        row("far behind the line", Network::Testnet4, 1500, 5000, true);
        row("back to the line", Network::Testnet4, 1500, -299, true);
        row("back across the line", Network::Testnet4, 1500, -300, false);
        row("on the line", Network::Testnet4, 1200, 0, true);
        row("just behind it", Network::Testnet4, 1201, 0, true);
        row("unknown, as it stands", Network::Testnet4, -1, 0, true);
        row("unknown, later", Network::Testnet4, -1, 1, false);
        row("unknown, earlier", Network::Testnet4, -1, -1, false);
        row("mainnet has no line", Network::Main, 1000, 201, true);
        row("regtest has no line", Network::Regtest, 1000, 201, true);
    }
    void keepsTimesOnOneSideOfTheLine()
    {
        QFETCH(const int, network);
        QFETCH(const int, secondsSincePrevious);
        QFETCH(const int, offset);
        QFETCH(const bool, isAllowed);
        auto source = test::makeTemplate({});
        const auto previous =
            secondsSincePrevious < 0
                ? std::nullopt
                : std::optional(TEMPLATE_TIME - static_cast<std::uint32_t>(secondsSincePrevious));
        mining::keepToSideOfTwentyMinutes(source, static_cast<Network>(network), previous);
        mining::JobFactory factory = test::makeFactory();
        mining::JobBook book;
        const auto job = factory.make(std::make_shared<const mining::BlockTemplate>(source), 1,
                                      test::at(std::chrono::seconds(30)));
        const auto jobs = book.add(*job, test::at({}));
        mining::ShareValidator validator({});
        validator.setDifficulty(util::Difficulty(1e-12), util::JobId(0), test::at({}));
        const mining::Share share{
            .job = (*job)->id,
            .time = static_cast<std::uint32_t>(static_cast<std::int64_t>(TEMPLATE_TIME) + offset)};
        mining::SearchPace pace;
        const auto verdict =
            validator.judge(share, *jobs, {.versionMask = 0, .now = test::at({}), .pace = pace});
        QCOMPARE(verdict.code == mining::ShareCode::BadTime, !isAllowed);
        // What miners get to begin with is on the right side, however old the template is.
        if (source.maximumTime != 0) {
            QVERIFY((*job)->time <= source.maximumTime);
        }
    }
};

WARP_TEST_CLASS(MinimumDifficultyRuleTest);

} // namespace

#include "minimum_difficulty_rule_test.moc"
