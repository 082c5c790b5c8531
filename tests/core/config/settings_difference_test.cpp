// What a change of settings is reported as.

#include "core/config/settings_difference.h"

#include "core/config/config_writer.h"
#include "core/config/field_table.h"
#include "core/config/validation.h"
#include "tests/core/config/field_samples.h"
#include "tests/core/config/loading.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>

namespace {

using namespace warp::config;
using namespace warp::config::test;

class SettingsDifferenceTest final : public QObject
{
    Q_OBJECT

private slots:
    void isEmptyBetweenEquals()
    {
        Settings settings;
        settings.nodeBackups.resize(2);
        settings.listeners.resize(1);
        QVERIFY(changedSettings(settings, settings).empty());
    }

    // B22: no key of the table is ignored: whatever is changed is reported, with when it counts.
    void reportsEveryKeyOfTheTable_data()
    {
        QTest::addColumn<int>("row");
        for (std::size_t i = 0; i < fieldTable().size(); ++i) {
            QTest::newRow(fieldTable()[i].path().c_str()) << static_cast<int>(i);
        }
    }
    void reportsEveryKeyOfTheTable()
    {
        QFETCH(const int, row);
        const Field& field = fieldTable()[static_cast<std::size_t>(row)];
        Settings before;
        before.nodeBackups.resize(1);
        before.listeners.resize(1);
        for (const std::string& sample : samplesOf(field)) {
            Settings after = before;
            QVERIFY(field.binding.store(field, after, 0, sample));
            if (after == before) {
                continue; // of a choice with two values one is the default
            }
            QCOMPARE(changedSettings(before, after),
                     (std::vector{ChangedSetting{.name = settingName(field, 0),
                                                 .takesEffect = field.takesEffect}}));
        }
        if (field.section == "node") {
            Settings after = before;
            QVERIFY(field.binding.store(field, after, 1, samplesOf(field)[0]));
            QCOMPARE(changedSettings(before, after).at(0).name,
                     "node.backup[1]." + std::string(field.key));
        }
    }

    void reportsEntriesThatComeAndGo()
    {
        Settings before;
        Settings after;
        after.listeners.resize(1);
        after.listeners[0].listen = ListenAddress{.host = "", .port = 4444};
        after.listeners[0].maxConnections = 3;
        const std::vector<ChangedSetting> expected{
            {.name = "listener[1].listen", .takesEffect = TakesEffect::AtOnce},
            {.name = "listener[1].max_connections", .takesEffect = TakesEffect::AtOnce}};
        QCOMPARE(changedSettings(before, after), expected);
        QCOMPARE(changedSettings(after, before), expected);
    }

    // R259: a password that changes is seen, and nothing shows it.
    void seesAPasswordWithoutShowingIt()
    {
        Settings before;
        Settings after;
        after.node.rpcPassword = Secret("hunter2");
        const auto changed = changedSettings(before, after);
        QCOMPARE(changed.size(), std::size_t{1});
        QCOMPARE(changed[0].name, std::string("node.rpc_pass"));
    }
};

WARP_TEST_CLASS(SettingsDifferenceTest);

} // namespace

#include "settings_difference_test.moc"
