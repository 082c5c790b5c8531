#include "core/bitcoin/difficulty_text.h"

#include "core/util/random.h"
#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

class DifficultyTextTest final : public QObject
{
    Q_OBJECT

private slots:
    void writesPlainDecimals_data()
    {
        QTest::addColumn<double>("difficulty");
        QTest::addColumn<QString>("expected");
        QTest::newRow("one") << 1.0 << "1";
        QTest::newRow("power") << 65536.0 << "65536";
        QTest::newRow("thousand") << 1000.0 << "1000";
        QTest::newRow("large") << 1e15 << "1000000000000000";
        QTest::newRow("beyond 2^53") << 1e22 << "10000000000000000000000";
        QTest::newRow("half") << 0.5 << "0.5";
        QTest::newRow("tenth") << 0.1 << "0.1";
        QTest::newRow("small") << 1e-10 << "0.0000000001";
        QTest::newRow("mixed") << 16307.420938523983 << "16307.420938523983";
        QTest::newRow("zero") << 0.0 << "0";
        QTest::newRow("minus zero") << -0.0 << "0";
        QTest::newRow("negative") << -5.0 << "0";
        QTest::newRow("infinite") << std::numeric_limits<double>::infinity() << "0";
        QTest::newRow("no number") << std::numeric_limits<double>::quiet_NaN() << "0";
    }

    void writesPlainDecimals()
    {
        QFETCH(double, difficulty);
        QFETCH(QString, expected);
        QCOMPARE(text(toPlainDecimal(util::Difficulty(difficulty))), expected);
    }

    void everyDoubleSurvivesTheWire()
    {
        constexpr std::uint64_t SEED = 23;
        util::SeededRandom random(SEED);
        for (int round = 0; round < 20000; ++round) {
            double number = std::bit_cast<double>(random.uint64() >> 1);
            if (round % 2 == 1) {
                number = std::ldexp(1 + random.unit(), static_cast<int>(random.below(110)) - 50);
            }
            if (!std::isfinite(number)) {
                continue;
            }
            const std::string sent = toPlainDecimal(util::Difficulty(number));
            const auto read = parseDifficulty(sent);
            const bool isPlain = sent.find_first_not_of("0123456789.") == std::string::npos;
            // strtod is what a miner in C uses.
            QVERIFY2(
                isPlain && read && read->value() == number &&
                    std::strtod(sent.c_str(), nullptr) == number,
                qPrintable(
                    QStringLiteral("seed %1 round %2: %3").arg(SEED).arg(round).arg(text(sent))));
        }
    }

    void extremesFitTheText()
    {
        for (const double number :
             {std::numeric_limits<double>::max(), std::numeric_limits<double>::min(),
              std::numeric_limits<double>::denorm_min(),
              std::nextafter(std::numeric_limits<double>::min(), 0.0)}) {
            const auto read = parseDifficulty(toPlainDecimal(util::Difficulty(number)));
            QVERIFY(read);
            QCOMPARE(read->value(), number);
        }
    }

    void readsNumbers()
    {
        QCOMPARE(parseDifficulty("512")->value(), 512.0);
        QCOMPARE(parseDifficulty("512.0")->value(), 512.0);
        QCOMPARE(parseDifficulty("0.001")->value(), 0.001);
        QCOMPARE(parseDifficulty("1e3")->value(), 1000.0);
        QCOMPARE(parseDifficulty("0")->value(), 0.0);
    }

    void refusesWhatIsNoDifficulty()
    {
        for (const char* const bad : {"", " 1", "1 ", "-1", "+1", "1,5", "inf", "nan", "1e999",
                                      "0x10", "1.2.3", "abc", "."}) {
            QVERIFY2(!parseDifficulty(bad), bad);
        }
    }
};

WARP_TEST_CLASS(DifficultyTextTest);

} // namespace

#include "difficulty_text_test.moc"
