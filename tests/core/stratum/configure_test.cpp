#include "core/stratum/v1/configure.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp;
using namespace warp::stratum::v1;

class ConfigureTest final : public QObject
{
    Q_OBJECT

private slots:
    // R034: BIP 310 with the mask of BIP 320.
    void negotiates_data()
    {
        QTest::addColumn<QString>("parameters");
        QTest::addColumn<QString>("result");
        QTest::addColumn<uint>("mask"); // 0: none agreed on
        const auto row = [](const char* name, const char* parameters, const char* result,
                            unsigned mask = 0) {
            QTest::newRow(name) << QString::fromLatin1(parameters) << QString::fromLatin1(result)
                                << mask;
        };
        row("example of BIP 310",
            R"(["minimum-difficulty","version-rolling"],{"minimum-difficulty.value":2048,)"
            R"("version-rolling.mask":"1fffe000","version-rolling.min-bit-count":2})",
            R"({"minimum-difficulty":true,"version-rolling":true,)"
            R"("version-rolling.mask":"1fffe000"})",
            0x1fffe000);
        row("cgminer: all bits, no count",
            R"(["version-rolling"],{"version-rolling.mask":"ffffffff"})",
            R"({"version-rolling":true,"version-rolling.mask":"1fffe000"})", 0x1fffe000);
        row("narrow mask", R"(["version-rolling"],{"version-rolling.mask":"00C00000"})",
            R"({"version-rolling":true,"version-rolling.mask":"00c00000"})", 0x00c00000);
        row("no options", R"(["version-rolling"])",
            R"({"version-rolling":true,"version-rolling.mask":"1fffe000"})", 0x1fffe000);
        row("too few bits",
            R"(["version-rolling"],{"version-rolling.mask":"00006000",)"
            R"("version-rolling.min-bit-count":3})",
            R"({"version-rolling":false})");
        row("count as text",
            R"(["version-rolling"],{"version-rolling.mask":"00006000",)"
            R"("version-rolling.min-bit-count":"2"})",
            R"({"version-rolling":true,"version-rolling.mask":"00006000"})", 0x6000);
        row("bits we do not allow", R"(["version-rolling"],{"version-rolling.mask":"e0001fff"})",
            R"({"version-rolling":false})");
        row("mask that is none", R"(["version-rolling"],{"version-rolling.mask":"xyz"})",
            R"({"version-rolling":false})");
        row("others", "[\"subscribe-extranonce\",\"info\",\"vardiff\",\"x\\\"y\"],{}",
            "{\"subscribe-extranonce\":true,\"info\":true,\"vardiff\":false,\"x\\\"y\":false}");
        row("useless minimum", R"(["minimum-difficulty"],{"minimum-difficulty.value":-1})",
            R"({"minimum-difficulty":false})");
        row("nothing", "[],{}", "{}");
    }

    void negotiates()
    {
        QFETCH(QString, parameters);
        QFETCH(QString, result);
        QFETCH(uint, mask);
        const std::string line = "{\"params\":[" + parameters.toStdString() + "]}";
        const auto outcome = negotiate(parseMessage(line).value_or(Message{}));
        QVERIFY(outcome.has_value());
        QCOMPARE(QString::fromStdString(outcome->result), result);
        QCOMPARE(outcome->versionMask.value_or(0), mask);
    }

    void refusesWhatIsNoRequest()
    {
        std::string many = R"({"params":[["a")";
        for (std::size_t i = 0; i < MAX_EXTENSIONS; ++i) {
            many += ",\"a\"";
        }
        for (const std::string& line : {std::string("{}"), std::string(R"({"params":[]})"),
                                        std::string(R"({"params":["version-rolling"]})"),
                                        std::string(R"({"params":[[1]]})"), many + "],{}]}"}) {
            QVERIFY2(!negotiate(*parseMessage(line)), line.c_str());
        }
    }
};

WARP_TEST_CLASS(ConfigureTest);

} // namespace

#include "configure_test.moc"
