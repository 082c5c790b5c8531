#include "core/util/log_output.h"

#include "tests/core/util/fake_clock.h"
#include "tests/support/test_registry.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryFile>
#include <QTest>

#include <cstdio>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace warp::util;
using namespace std::chrono_literals;

// Standard error goes into a file from construction to text().
class StandardError final
{
public:
    StandardError()
    {
        m_file.open();
        std::fflush(stderr);
        m_saved = ::dup(STDERR_FILENO);
        ::dup2(m_file.handle(), STDERR_FILENO);
    }
    ~StandardError() { restore(); }
    StandardError(const StandardError&) = delete;
    StandardError& operator=(const StandardError&) = delete;

    [[nodiscard]] QByteArray text()
    {
        restore();
        m_file.seek(0);
        return m_file.readAll();
    }

private:
    void restore()
    {
        if (m_saved >= 0) {
            std::fflush(stderr);
            ::dup2(m_saved, STDERR_FILENO);
            ::close(m_saved);
            m_saved = -1;
        }
    }

    QTemporaryFile m_file;
    int m_saved = -1;
};

// Keeps what is posted until run().
class HeldExecutor final : public Executor
{
public:
    void post(Task task) override { m_tasks.push_back(std::move(task)); }
    TimerHandle after(Duration, Task) override { return {}; }
    [[nodiscard]] bool isCurrent() const override { return true; }

    std::size_t run()
    {
        const auto tasks = std::exchange(m_tasks, {});
        for (const Task& task : tasks) {
            task();
        }
        return tasks.size();
    }

private:
    std::vector<Task> m_tasks;
};

class LogOutputTest final : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_clock = test::FakeClock();
        m_clock.setWall(WallTime(1'700'000'000'042ms));
    }

    // R262
    void writesOneLineOfTextARecord()
    {
        QCOMPARE(output(LogFormat::Text, "hello"),
                 QByteArray("2023-11-14T22:13:20.042Z info    node    hello\n"));
    }

    // R262
    void writesJsonLinesOnRequest()
    {
        const QByteArray line = output(LogFormat::Json, "say \"x\"\n\x01");
        QCOMPARE(line.count('\n'), 1);
        const QJsonObject json = QJsonDocument::fromJson(line).object();
        QCOMPARE(json[QStringLiteral("time")].toString(),
                 QStringLiteral("2023-11-14T22:13:20.042Z"));
        QCOMPARE(json[QStringLiteral("level")].toString(), QStringLiteral("info"));
        QCOMPARE(json[QStringLiteral("category")].toString(), QStringLiteral("node"));
        QCOMPARE(json[QStringLiteral("text")].toString(), QStringLiteral("say \"x\"\n\u0001"));
    }

    // R262
    void admitsByLevelAndNetDebug()
    {
        const LogOutput warnings(m_clock, {.level = LogLevel::Warning});
        QVERIFY(!warnings.isEnabled(LogLevel::Info, LogCategory::App));
        QVERIFY(warnings.isEnabled(LogLevel::Warning, LogCategory::App));
        QVERIFY(warnings.isEnabled(LogLevel::Error, LogCategory::App));
        QVERIFY(!warnings.isEnabled(LogLevel::Debug, LogCategory::Net));
        const LogOutput network(m_clock, {.level = LogLevel::Info, .hasNetDebug = true});
        QVERIFY(network.isEnabled(LogLevel::Debug, LogCategory::Net));
        QVERIFY(network.isEnabled(LogLevel::Debug, LogCategory::Stratum));
        QVERIFY(!network.isEnabled(LogLevel::Debug, LogCategory::Node));
    }

    void limitsOneSiteAndSaysHowManyWereLeftOut()
    {
        const StandardError silence;
        LogOutput output(m_clock, {});
        LogSite site;
        LogSite other;
        for (std::uint32_t i = 0; i < LogOutput::SITE_LIMIT + 7; ++i) {
            output.write(record("again"), site);
        }
        QCOMPARE(output.since(0).size(), std::size_t{LogOutput::SITE_LIMIT});
        output.write(record("other"), other);
        QCOMPARE(output.since(0).back().text, std::string("other"));
        m_clock.advance(9s);
        output.write(record("again"), site);
        QCOMPARE(output.since(0).back().text, std::string("other"));
        m_clock.advance(1s);
        output.write(record("again"), site);
        QCOMPARE(output.since(0).back().text,
                 std::string("again (8 more like this were left out)"));
        output.write(record("again"), site);
        QCOMPARE(output.since(0).back().text, std::string("again"));
    }

    void errorsAreNeverLeftOut()
    {
        const StandardError silence;
        LogOutput output(m_clock, {});
        LogSite site;
        for (std::uint32_t i = 0; i < LogOutput::SITE_LIMIT + 7; ++i) {
            output.write({.level = LogLevel::Error, .category = LogCategory::App, .text = "bad"},
                         site);
        }
        QCOMPARE(output.since(0).size(), std::size_t{LogOutput::SITE_LIMIT + 7});
        // Nor do they count as left out afterwards.
        m_clock.advance(std::chrono::minutes(1));
        output.write(record("later"), site);
        QCOMPARE(output.since(0).back().text, std::string("later"));
    }

    // R262
    void writesOnItsExecutorAloneSoThatNobodyWaitsForTheReader()
    {
        StandardError captured;
        HeldExecutor executor;
        {
            LogOutput output(m_clock, {.level = LogLevel::Debug}, &executor);
            for (std::size_t i = 0; i < LogWriter::CAPACITY + 3; ++i) {
                LogSite site;
                output.write(record(std::to_string(i)), site);
            }
            QCOMPARE(output.since(0).back().text, std::to_string(LogWriter::CAPACITY + 2));
        }
        // What waits is written even after the log is gone, in one task.
        QCOMPARE(executor.run(), std::size_t{1});
        const QList<QByteArray> lines = captured.text().trimmed().split('\n');
        QCOMPARE(lines.size(), static_cast<qsizetype>(LogWriter::CAPACITY) + 1);
        QVERIFY(lines.front().endsWith(" 0"));
        QCOMPARE(lines.back(), QByteArray("(3 lines were left out: this log is read too slowly)"));
    }

    void writesAgainAfterItsQueueWasEmpty()
    {
        StandardError captured;
        HeldExecutor executor;
        LogOutput output(m_clock, {}, &executor);
        LogSite site;
        output.write(record("one"), site);
        executor.run();
        output.write(record("two"), site);
        output.write(record("three"), site);
        QCOMPARE(executor.run(), std::size_t{1});
        QCOMPARE(captured.text().count('\n'), 3);
    }

    void keepsTheNewestRecordsWithRisingIds()
    {
        const StandardError silence;
        LogOutput output(m_clock, {.ringCapacity = 3});
        for (int i = 1; i <= 5; ++i) {
            LogSite site;
            output.write(record(std::to_string(i)), site);
        }
        const auto all = output.since(0);
        QCOMPARE(all.size(), std::size_t{3});
        QCOMPARE(all.front().id, std::uint64_t{3});
        QCOMPARE(all.front().text, std::string("3"));
        QCOMPARE(all.back().id, std::uint64_t{5});
        QCOMPARE(output.since(4).size(), std::size_t{1});
        QVERIFY(output.since(5).empty());
        QCOMPARE(all.front().time, m_clock.wall().time);
        QCOMPARE(all.front().category, LogCategory::Node);
    }

private:
    [[nodiscard]] static LogRecord record(std::string_view text)
    {
        return {.level = LogLevel::Info, .category = LogCategory::Node, .text = text};
    }

    [[nodiscard]] QByteArray output(LogFormat format, std::string_view text)
    {
        StandardError captured;
        LogOutput output(m_clock, {.format = format});
        LogSite site;
        output.write(record(text), site);
        return captured.text();
    }

    test::FakeClock m_clock;
};

WARP_TEST_CLASS(LogOutputTest);

} // namespace

#include "log_output_test.moc"
