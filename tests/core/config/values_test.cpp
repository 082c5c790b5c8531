#include "core/config/decimal.h"
#include "core/config/endpoint_text.h"
#include "core/config/field_table.h"
#include "core/config/suggestion.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <array>
#include <cstdint>
#include <limits>
#include <string>

namespace {

using namespace warp::config;

/// What the row makes of a text: the stored value as text, or the code of the fault.
std::string stored(std::string_view section, std::string_view key, std::string_view text)
{
    const Field& field = *findField(section, key);
    Settings settings;
    settings.listeners.resize(1);
    const auto result = field.binding.store(field, settings, 0, text);
    if (!result) {
        return "<" + std::string(code(result.error().code)) + ">";
    }
    return field.binding.show(field, settings, 0);
}

class ValuesTest final : public QObject
{
    Q_OBJECT

private slots:
    void readsPercentagesExactly_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("basisPoints"); ///< -1 where it is refused
        // 0.29 and 1.15 are below their hundredths as doubles: 0.29 * 100 is 28.999...
        QTest::newRow("0.29") << "0.29" << 29;
        QTest::newRow("1.15") << "1.15" << 115;
        QTest::newRow("0.07") << "0.07" << 7;
        QTest::newRow("whole") << "2" << 200;
        QTest::newRow("one place") << "2.5" << 250;
        QTest::newRow("signed") << "+1.5" << 150;
        QTest::newRow("nothing") << "0" << 0;
        QTest::newRow("minus nothing") << "-0.00" << 0;
        QTest::newRow("all") << "100.00" << 10000;
        for (const char* bad : {"100.01", "-0.01", "0.001", "0.290", "1e1", "1.", ".5", "", " 1",
                                "1 ", "1,5", "0x1", "inf", "nan", "1_0", "99999999999999999999"}) {
            QTest::newRow(bad) << QString::fromLatin1(bad) << -1;
        }
    }
    void readsPercentagesExactly()
    {
        QFETCH(QString, text);
        QFETCH(int, basisPoints);
        const Field& field = *findField("mining", "pool_fee_percent");
        Settings settings;
        const bool isGood = field.binding.store(field, settings, 0, text.toStdString()).hasValue();
        QCOMPARE(isGood ? settings.mining.poolFee.value() : -1, basisPoints);
    }

    void scalesDecimalsBothWays()
    {
        constexpr std::int64_t LEAST = std::numeric_limits<std::int64_t>::min();
        constexpr std::int64_t MOST = std::numeric_limits<std::int64_t>::max();
        for (const std::int64_t value : {std::int64_t(0), std::int64_t(7), std::int64_t(-7),
                                         std::int64_t(1200), MOST, LEAST + 1}) {
            for (const int places : {0, 2, 3, 9}) {
                const std::string text = scaledDecimalText(value, places);
                const ScaledDecimal parsed = parseScaledDecimal(text, places);
                QVERIFY2(!parsed.fault, text.c_str());
                QCOMPARE(parsed.value, value);
            }
        }
        QCOMPARE(scaledDecimalText(150, 2), std::string("1.5"));
        QCOMPARE(scaledDecimalText(-5, 2), std::string("-0.05"));
        QCOMPARE(scaledDecimalText(LEAST, 0), std::string("-9223372036854775808"));
        QCOMPARE(parseScaledDecimal("9223372036854775808", 0).fault, DecimalFault::TooLarge);
        QCOMPARE(parseScaledDecimal("92233720368547758.08", 2).fault, DecimalFault::TooLarge);
        QCOMPARE(parseScaledDecimal("1.123", 2).fault, DecimalFault::TooManyPlaces);
        QCOMPARE(parseScaledDecimal("1.-1", 2).fault, DecimalFault::NotANumber);
    }

    void readsEveryKindOfValue_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        int row = 0;
        const auto add = [&row](const char* path, const char* text, const char* expected) {
            QTest::newRow(
                qPrintable(QStringLiteral("%1 %2").arg(++row).arg(QString::fromLatin1(path))))
                << QString::fromLatin1(path) << QString::fromUtf8(text)
                << QString::fromUtf8(expected);
        };
        add("vardiff.min_diff", "0.00000000023", "0.00000000023");
        add("vardiff.min_diff", "1e-10", "0.0000000001");
        add("vardiff.min_diff", "+2", "2");
        add("vardiff.min_diff", "0", "<out_of_range>");
        add("vardiff.min_diff", "-1", "<out_of_range>");
        add("vardiff.min_diff", "1e19", "<out_of_range>");
        add("vardiff.min_diff", "nan", "<bad_value>");
        add("vardiff.min_diff", "--1", "<out_of_range>");
        add("vardiff.max_diff", "0", "0");
        add("vardiff.target_seconds_per_share", "0.125", "0.125");
        add("vardiff.target_seconds_per_share", "30.000", "30");
        add("vardiff.target_seconds_per_share", "0.1", "0.1");
        add("vardiff.target_seconds_per_share", "0.099", "<out_of_range>");
        add("vardiff.target_seconds_per_share", "0.0001", "<bad_value>");
        add("server.job_refresh_secs", "10", "10");
        add("server.job_refresh_secs", "10.5", "<bad_value>");
        add("server.max_connections", "1000000", "1000000");
        add("server.lan_access", "1", "true");
        add("server.lan_access", "yes", "<bad_value>");
        add("node.rpc_url", "https://[::1]:8332/wallet/a", "https://[::1]:8332/wallet/a");
        add("node.rpc_url", "ftp://h", "<bad_value>");
        add("node.rpc_url", "http://h:0", "<bad_value>");
        add("node.rpc_url", "http://h:65536", "<bad_value>");
        add("node.rpc_url", "http://h:", "<bad_value>");
        add("node.rpc_url", "http://", "<bad_value>");
        add("node.rpc_url", "http://a b", "<bad_value>");
        add("node.rpc_url", "http://[::1", "<bad_value>");
        add("node.rpc_url", "http://[::1]x", "<bad_value>");
        add("node.rpc_url", "http://user@h", "<secret_not_allowed>");
        add("node.zmq_hashblock_addr", "tcp://127.0.0.1:28332", "tcp://127.0.0.1:28332");
        add("node.zmq_hashblock_addr", "tcp://127.0.0.1", "<bad_value>");
        add("node.zmq_hashblock_addr", "127.0.0.1:28332", "<bad_value>");
        add("node.zmq_hashblock_addr", "ipc://", "<bad_value>");
        add("node.zmq_hashblock_addr", "", "");
        add("database.url", "", "");
        add("database.url", "postgresql://db/pool", "postgresql://db/pool");
        add("database.url", "postgresql://warp@[::1]:5432/pool",
            "postgresql://warp@[::1]:5432/pool");
        add("database.url", "postgresql://warp@db:70000/pool", "<bad_value>");
        add("database.url", "postgresql://warp@db", "<bad_value>");
        add("database.url", "postgresql://warp@/pool", "<bad_value>");
        add("database.url", "postgresql://db/pool?sslmode=disable", "<bad_value>");
        add("database.url", "mysql://db/pool", "<bad_value>");
        add("database.url", "postgresql://warp:x@db/pool", "<secret_not_allowed>");
        add("database.url", "postgresql://warp:x/y@z@db/pool", "<secret_not_allowed>");
        add("mining.pooltag_prefix", "", "");
        add("mining.pooltag_prefix", "/My Pool ~/", "/My Pool ~/");
        add("mining.pooltag_prefix", "P\u00f6\u00f6l", "<bad_value>");
        add("mining.pooltag_prefix", "a\tb", "<bad_value>");
        add("server.data_dir", "/srv/\u00fc", "/srv/\u00fc");
        add("listener.proxy_from", "10.0.0.0/8,::1", "10.0.0.0/8,::1");
        add("listener.proxy_from", "", "");
        add("listener.proxy_from", "host", "<bad_value>");
        add("node.rpc_pass", "x y", "<secret>");
    }
    void readsEveryKindOfValue()
    {
        QFETCH(QString, path);
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const std::string name = path.toStdString();
        const std::size_t dot = name.find('.');
        QCOMPARE(stored(name.substr(0, dot), name.substr(dot + 1), text.toStdString()),
                 expected.toStdString());
    }

    void refusesTextsWithAZeroByte()
    {
        using namespace std::string_view_literals;
        QCOMPARE(stored("server", "data_dir", "/srv\0/x"sv), std::string("<bad_value>"));
        QCOMPARE(stored("node", "rpc_pass", "a\0b"sv), std::string("<bad_value>"));
    }

    void findsTheNearestName()
    {
        QCOMPARE(editDistance("", "abc"), std::size_t(3));
        QCOMPARE(editDistance("abc", "abc"), std::size_t(0));
        QCOMPARE(editDistance("ab", "ba"), std::size_t(1));
        QCOMPARE(editDistance("payout_adress", "payout_address"), std::size_t(1));
        constexpr std::array<std::string_view, 3> NAMES{"rpc_url", "rpc_user", "chain"};
        QCOMPARE(nearestName("rpc_usr", NAMES).value_or(""), std::string_view("rpc_user"));
        QCOMPARE(nearestName("cain", NAMES).value_or(""), std::string_view("chain"));
        QVERIFY(!nearestName("wallet", NAMES));
        QVERIFY(!nearestName(std::string(100000, 'x'), NAMES));
    }
};

WARP_TEST_CLASS(ValuesTest);

} // namespace

#include "values_test.moc"
