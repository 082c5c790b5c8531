#include "core/mining/miner_class.h"

#include "core/bitcoin/difficulty_text.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace warp::mining;

class MinerClassTest final : public QObject
{
    Q_OBJECT

private slots:
    // R040, R049
    void classifiesUserAgents_data()
    {
        QTest::addColumn<QString>("userAgent");
        QTest::addColumn<QString>("name");
        const auto row = [](const char* userAgent, const char* name) {
            QTest::newRow(userAgent) << QString::fromLatin1(userAgent) << QString::fromLatin1(name);
        };
        row("NerdMinerV2/1.7.0", "nerdminer");
        row("nerdnos/1.0", "nerdnos");
        row("bitaxe/BM1370/v2.8.0", "bitaxe");
        row("ESP-Miner", "bitaxe");
        row("AxeOS/2.0", "bitaxe");
        row("NerdAxe/BM1368/v1.0.30", "bitaxe");
        row("NerdQAxe++/BM1370/v1.0.30", "bitaxe");
        row("Antminer S21/Fri Mar 1", "antminer");
        row("bmminer/2.0.0", "antminer");
        row("bosminer-plus-tuner 0.2.0", "antminer");
        row("Braiins OS", "antminer");
        row("whatsminer/v1.0", "whatsminer");
        row("btminer/3.4.0", "whatsminer");
        row("Avalon Q/cgminer 4.11", "avalon_q");
        row("AvalonQ", "avalon_q");
        row("cgminer/4.11.1 Avalon 1246", "avalon");
        row("cgminer/4.12.0", "asic");
        row("bfgminer/5.5.0", "asic");
        row("cpuminer/2.5.1", "cpu");
        row("minerd", "cpu");
        row("NiceHash/1.0.0", "rental");
        row("MiningRigRentals/2.0", "rental");
        row("MRR/1.0", "rental");
        row("farm-proxy/24.06", "rental");
        row("", "unknown");
        row("my own miner", "unknown");
    }

    void classifiesUserAgents()
    {
        QFETCH(QString, userAgent);
        QFETCH(QString, name);
        const std::string_view found = traits(classifyUserAgent(userAgent.toStdString())).name;
        QCOMPARE(QString::fromUtf8(found.data(), static_cast<qsizetype>(found.size())), name);
    }

    // R049, R050: each class of the documentation's table is there with its numbers, and no other.
    void isAsDocumented()
    {
        std::ifstream file(WARP_TEST_DATA "/../../docs/src/difficulty.md");
        std::vector<std::string> documented;
        for (std::string line; std::getline(file, line);) {
            const QStringList cells = QString::fromStdString(line).split(u'|');
            if (cells.size() == 6 && cells.at(3).trimmed().toDouble() > 0) {
                const QString row = cells.at(1).trimmed() + u'|' + cells.at(3).trimmed() + u'|' +
                                    cells.at(4).trimmed();
                documented.push_back(row.toStdString());
            }
        }
        std::vector<std::string> expected;
        for (int i = 0; i <= static_cast<int>(MinerClass::Rental); ++i) {
            const MinerClassTraits& each = traits(static_cast<MinerClass>(i));
            expected.push_back(std::string(each.name) + '|' +
                               warp::bitcoin::toPlainDecimal(each.startDifficulty) + '|' +
                               std::to_string(each.targetInterval.count()));
        }
        QCOMPARE(documented, expected);
    }

    void looksAtABoundedPartOfTheName()
    {
        QCOMPARE(classifyUserAgent(std::string(1'000'000, 'x') + "bitaxe"), MinerClass::Unknown);
    }

    // The start difficulty of a typical device gives a share every interval, within a factor of 10.
    void startsNearTheTargetInterval()
    {
        const auto secondsPerShare = [](MinerClass minerClass, double hashesPerSecond) {
            return traits(minerClass).startDifficulty.value() * 4294967296.0 / hashesPerSecond;
        };
        QVERIFY(secondsPerShare(MinerClass::NerdMiner, 80e3) < 10);
        QVERIFY(secondsPerShare(MinerClass::NerdMiner, 250e3) > 1);
        QVERIFY(secondsPerShare(MinerClass::Bitaxe, 1.2e12) < 10);
        QVERIFY(secondsPerShare(MinerClass::Antminer, 100e12) < 10);
        QVERIFY(secondsPerShare(MinerClass::Antminer, 200e12) > 2);
        QVERIFY(secondsPerShare(MinerClass::Rental, 20e15) > 0.2);
        QVERIFY(secondsPerShare(MinerClass::CpuMiner, 5e6) < 30);
    }
};

WARP_TEST_CLASS(MinerClassTest);

} // namespace

#include "miner_class_test.moc"
