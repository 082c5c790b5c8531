#include "core/stratum/authorize.h"

#include "core/util/log.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace warp::stratum;

class RecordingSink final : public util::LogSink
{
public:
    RecordingSink() { util::setLogSink(this); }
    ~RecordingSink() override { util::setLogSink(nullptr); }

    [[nodiscard]] bool isEnabled(util::LogLevel, util::LogCategory) const override { return true; }
    void write(const util::LogRecord& record, util::LogSite&) override
    {
        (record.level == util::LogLevel::Debug ? debug : above).emplace_back(record.text);
    }

    std::vector<std::string> debug;
    std::vector<std::string> above;
};

// BIP 173: a P2WPKH address of the main network and one of the test networks.
constexpr std::string_view MAIN_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
constexpr std::string_view TEST_ADDRESS = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx";

class AuthorizeTest final : public QObject
{
    Q_OBJECT

private slots:
    // R038, pools.md section 3 rule 5
    void splitsUserNames_data()
    {
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("address");
        QTest::addColumn<QString>("worker");
        QTest::newRow("dot") << "bc1qx.rig1" << "bc1qx" << "rig1";
        QTest::newRow("underscore") << "bc1qx_rig1" << "bc1qx" << "rig1";
        QTest::newRow("slash") << "bc1qx/rig1" << "bc1qx" << "rig1";
        QTest::newRow("first separator") << "bc1qx.rig_1/a.b" << "bc1qx" << "rig_1/a.b";
        QTest::newRow("no worker") << "bc1qx" << "bc1qx" << "";
        QTest::newRow("nothing behind") << "bc1qx." << "bc1qx" << "";
        QTest::newRow("blanks") << "  bc1qx . my rig " << "bc1qx" << "my rig";
        QTest::newRow("upper case") << "BC1QX.RIG" << "BC1QX" << "RIG";
        QTest::newRow("emoji") << QString::fromUtf8("bc1qx.\xF0\x9F\x98\x80") << "bc1qx"
                               << QString::fromUtf8("\xF0\x9F\x98\x80");
    }

    void splitsUserNames()
    {
        QFETCH(QString, user);
        QFETCH(QString, address);
        QFETCH(QString, worker);
        const WorkerName name = parseWorkerName(user.toStdString());
        QCOMPARE(QString::fromStdString(name.full), user.trimmed());
        QCOMPARE(QString::fromStdString(name.address), address);
        QCOMPARE(QString::fromStdString(name.worker), worker);
    }

    void findsTheDifficultyInAPassword_data()
    {
        QTest::addColumn<QString>("password");
        QTest::addColumn<double>("difficulty"); // 0: none
        QTest::newRow("d") << "d=512" << 512.0;
        QTest::newRow("diff") << "diff=0.001" << 0.001;
        QTest::newRow("behind x") << "x,d=1e3" << 1000.0;
        QTest::newRow("in front") << "d=5;x" << 5.0;
        QTest::newRow("blank") << "x d=7" << 7.0;
        QTest::newRow("first that is good") << "d=,d=abc,d=0,d=9" << 9.0;
        QTest::newRow("x") << "x" << 0.0;
        QTest::newRow("empty") << "" << 0.0;
        QTest::newRow("inside a word") << "xd=5" << 0.0;
        QTest::newRow("negative") << "d=-5" << 0.0;
        QTest::newRow("infinite") << "d=inf" << 0.0;
    }

    void findsTheDifficultyInAPassword()
    {
        QFETCH(QString, password);
        QFETCH(double, difficulty);
        const auto found = passwordDifficulty(password.toStdString());
        QCOMPARE(found.has_value(), difficulty > 0);
        QCOMPARE(found.value_or(util::Difficulty{}).value(), difficulty);
    }

    // R038: in single mode every name mines, and a bad address is noted.
    void singleModeAcceptsEveryNameAndNotesBadAddresses()
    {
        RecordingSink sink;
        SingleModePolicy policy(bitcoin::Network::Main);
        const auto good = policy.authorize(std::string(MAIN_ADDRESS) + ".rig1", "x");
        QCOMPARE(good->worker, std::string("rig1"));
        QVERIFY(sink.above.empty());
        for (const std::string& user : {std::string(TEST_ADDRESS) + ".rig", std::string("worker"),
                                        std::string("evil\n\x1b[31mname")}) {
            sink.above.clear();
            sink.debug.clear();
            QVERIFY(policy.authorize(user, "").hasValue());
            QCOMPARE(sink.above.size(), std::size_t{1});
            // No address above debug, and no raw text anywhere.
            QVERIFY(sink.above[0].find("tb1q") == std::string::npos);
            QVERIFY(sink.above[0].find("worker\n") == std::string::npos);
            QCOMPARE(sink.debug.size(), std::size_t{1});
            QVERIFY(sink.debug[0].find('\n') == std::string::npos);
            QVERIFY(sink.debug[0].find('\x1b') == std::string::npos);
        }
    }
};

WARP_TEST_CLASS(AuthorizeTest);

} // namespace

#include "authorize_test.moc"
