#include "core/util/log.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <set>
#include <string>
#include <vector>

namespace {

using namespace warp::util;

class RecordingSink final : public LogSink
{
public:
    [[nodiscard]] bool isEnabled(LogLevel level, LogCategory) const override
    {
        return level >= LogLevel::Info;
    }
    void write(const LogRecord& record, LogSite& site) override
    {
        records.push_back(std::string(name(record.level)) + " " +
                          std::string(name(record.category)) + " " + std::string(record.text));
        sites.insert(&site);
    }

    std::vector<std::string> records;
    std::set<LogSite*> sites;
};

class LogTest final : public QObject
{
    Q_OBJECT

private slots:
    void cleanup() { setLogSink(nullptr); }

    void formatsForTheSinkWithLevelAndCategory()
    {
        RecordingSink sink;
        setLogSink(&sink);
        LOG_INFO(Stratum, "worker {} authorised", "rig");
        LOG_WARNING(Node, "{} of {}", 1, 2);
        LOG_ERROR(App, "plain");
        QVERIFY(sink.records ==
                std::vector<std::string>({"info stratum worker rig authorised",
                                          "warning node 1 of 2", "error app plain"}));
    }

    void evaluatesNothingForARecordThatNobodyWants()
    {
        RecordingSink sink;
        int calls = 0;
        const auto expensive = [&] { return ++calls; };
        LOG_ERROR(App, "{}", expensive());
        setLogSink(&sink);
        LOG_DEBUG(App, "{}", expensive());
        QCOMPARE(calls, 0);
        LOG_INFO(App, "{}", expensive());
        QCOMPARE(calls, 1);
    }

    void givesEachStatementASiteOfItsOwn()
    {
        RecordingSink sink;
        setLogSink(&sink);
        for (int i = 0; i < 3; ++i) {
            LOG_INFO(App, "first");
        }
        LOG_INFO(App, "second");
        QCOMPARE(sink.sites.size(), std::size_t{2});
    }

    // R262: text from outside cannot forge a line or reach the terminal.
    void sanitizesTextFromOutside_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("wanted");
        QTest::newRow("plain") << QByteArray("cgminer/4.10 (x)") << QByteArray("cgminer/4.10 (x)");
        QTest::newRow("empty") << QByteArray() << QByteArray();
        QTest::newRow("line break") << QByteArray("a\r\nb") << QByteArray("a\\x0d\\x0ab");
        QTest::newRow("escape") << QByteArray("\x1B[2J") << QByteArray("\\x1b[2J");
        QTest::newRow("zero") << QByteArray("a\0b", 3) << QByteArray("a\\x00b");
        QTest::newRow("delete") << QByteArray("\x7F") << QByteArray("\\x7f");
        QTest::newRow("UTF-8") << QByteArray("\xC3\xBC") << QByteArray("\\xc3\\xbc");
        QTest::newRow("right-to-left override")
            << QByteArray("\xE2\x80\xAE") << QByteArray("\\xe2\\x80\\xae");
        QTest::newRow("its own escape") << QByteArray("\\x0a") << QByteArray("\\x5cx0a");
        QTest::newRow("longest") << QByteArray(64, 'x') << QByteArray(64, 'x');
        QTest::newRow("too long") << QByteArray(65, 'x') << QByteArray(64, 'x') + "...";
    }

    void sanitizesTextFromOutside()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const QByteArray, wanted);
        QCOMPARE(sanitize(text.toStdString()), wanted.toStdString());
    }

    void sanitizesUpToAChosenLength()
    {
        QCOMPARE(sanitize("abcdef", 3), std::string("abc..."));
        QCOMPARE(sanitize("\n\n\n", 2), std::string("\\x0a\\x0a..."));
    }
};

WARP_TEST_CLASS(LogTest);

} // namespace

#include "log_test.moc"
