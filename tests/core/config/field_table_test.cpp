#include "core/config/field_table.h"

#include "core/config/profiles.h"
#include "tests/core/config/field_samples.h"
#include "tests/core/config/loading.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <string>

namespace {

using namespace warp::config;
using namespace warp::config::test;

bool isListed(const Field& field)
{
    return findSection(field.section)->kind == SectionKind::List;
}

/// A file with what every configuration needs, and one more value.
std::string fileWith(const Field& field, const std::string& text)
{
    std::map<std::string, std::map<std::string, std::string>> sections;
    for (const char* const address : {"payout_address", "pool_fee_address", "donation_address"}) {
        sections["[mining]"][address] = std::string("\"") + REGTEST_ADDRESS + "\"";
    }
    sections["[tls]"] = {{"cert_file", "\"/c.pem\""}, {"key_file", "\"/k.pem\""}};
    if (isListed(field)) {
        sections["[[listener]]"]["listen"] = "\":4000\"";
    }
    const std::string section(field.section);
    sections[isListed(field) ? "[[" + section + "]]" : "[" + section + "]"]
            [std::string(field.key)] = spelled(field, text);
    std::string file;
    for (const auto& [header, entries] : sections) {
        file += header + "\n";
        for (const auto& [key, value] : entries) {
            file += key + " = " + value + "\n";
        }
    }
    return file;
}

std::string shown(const Field& field, const Settings& settings, std::size_t entry = 0)
{
    return field.binding.show(field, settings, entry);
}

void addFieldRows()
{
    QTest::addColumn<QString>("name");
    for (const Field& field : fieldTable()) {
        QTest::newRow(field.path().c_str()) << QString::fromStdString(field.path());
    }
}

const Field& fieldNamed(const QString& name)
{
    const std::string path = name.toStdString();
    const std::size_t dot = path.rfind('.');
    const Field* const field = findField(path.substr(0, dot), path.substr(dot + 1));
    if (field == nullptr) {
        qFatal("no such field");
    }
    return *field;
}

/// Whether `field` can be taken from this layer at all in this version.
bool isAccepted(const Field& field, Origin origin)
{
    const bool isOpen = origin == Origin::File || origin == Origin::CommandLine;
    return !(field.isSecret() && isOpen);
}

/// Whether a fault of this code names the setting.
bool isRefused(Loading& loading, FaultCode wanted, std::string_view keyEnd)
{
    const auto faults = loading.faults();
    return std::any_of(faults.begin(), faults.end(), [&](const ConfigFault& fault) {
        return fault.code == wanted && fault.key.ends_with(keyEnd);
    });
}

class FieldTableTest final : public QObject
{
    Q_OBJECT

private slots:
    void namesAreUniqueAndLowerCase()
    {
        std::set<std::string> paths;
        std::set<std::string> variables;
        for (const Field& field : fieldTable()) {
            const std::string path = field.path();
            QVERIFY2(paths.insert(path).second, path.c_str());
            QVERIFY2(variables.insert(field.environmentName()).second, path.c_str());
            QVERIFY2(path.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") ==
                         std::string::npos,
                     path.c_str());
            QVERIFY2(!field.help.empty() && field.help.ends_with('.'), path.c_str());
            QVERIFY2(findSection(field.section) != nullptr, path.c_str());
        }
    }

    void defaultsAreThoseOfTheStructs()
    {
        Settings settings;
        settings.listeners.resize(1);
        settings.nodeBackups.resize(1);
        for (const Field& field : fieldTable()) {
            const std::string expected(field.defaultText);
            QCOMPARE(shown(field, settings), expected);
            Settings stored;
            stored.listeners.resize(1);
            QVERIFY(field.binding.store(field, stored, 0, expected));
            QCOMPARE(shown(field, stored), expected);
        }
    }

    void takesEveryFieldFromTheFile_data() { addFieldRows(); }
    void takesEveryFieldFromTheFile()
    {
        QFETCH(QString, name);
        const Field& field = fieldNamed(name);
        for (const std::string& sample : samplesOf(field)) {
            Loading loading;
            loading.file(fileWith(field, sample));
            if (isAccepted(field, Origin::File)) {
                const LoadedSettings loaded = loading.loaded();
                QCOMPARE(shown(field, loaded.settings), sample);
                const std::string setting =
                    isListed(field) ? "listener[1]." + std::string(field.key) : field.path();
                QCOMPARE(loaded.originOf(setting), Origin::File);
                QVERIFY(loaded.placeOf(setting).line > 0);
            } else {
                QVERIFY(isRefused(loading, FaultCode::SecretNotAllowed, field.key));
            }
        }
    }

    void takesEveryFieldFromTheEnvironment_data() { addFieldRows(); }
    void takesEveryFieldFromTheEnvironment()
    {
        QFETCH(QString, name);
        const Field& field = fieldNamed(name);
        Loading loading;
        loading.file(fileWith(field, samplesOf(field)[0]));
        if (field.isSecret()) {
            loading.file(fileWith(*findField("node", "rpc_user"), "user"));
        }
        loading.variable(field.environmentName(), samplesOf(field)[1]);
        if (isListed(field)) {
            // A list has no place in the environment: the name is unknown and has no effect.
            QCOMPARE(shown(field, loading.loaded().settings), samplesOf(field)[0]);
        } else {
            const LoadedSettings loaded = loading.loaded();
            QCOMPARE(shown(field, loaded.settings),
                     field.isSecret() ? std::string("<secret>") : samplesOf(field)[1]);
            QCOMPARE(loaded.originOf(field.path()), Origin::Environment);
        }
    }

    void takesEveryFieldFromTheCommandLine_data() { addFieldRows(); }
    void takesEveryFieldFromTheCommandLine()
    {
        QFETCH(QString, name);
        const Field& field = fieldNamed(name);
        const Samples samples = samplesOf(field);
        Loading loading;
        loading.file(fileWith(*findField("mining", "payout_address"), REGTEST_ADDRESS));
        if (!isListed(field)) {
            loading.variable(field.environmentName(), samples[1]);
        }
        loading.set(field.path() + "=" + samples[0]);
        if (isListed(field)) {
            QCOMPARE(loading.faults().at(0).code, FaultCode::BadValue);
        } else if (isAccepted(field, Origin::CommandLine)) {
            const LoadedSettings loaded = loading.loaded();
            QCOMPARE(shown(field, loaded.settings), samples[0]);
            QCOMPARE(loaded.originOf(field.path()), Origin::CommandLine);
        } else {
            QVERIFY(isRefused(loading, FaultCode::SecretNotAllowed, field.key));
        }
    }

    void takesEveryNodeFieldForABackup()
    {
        for (const Field& field : fieldTable()) {
            if (field.section != "node" || field.isSecret()) {
                continue;
            }
            const std::string sample = samplesOf(field)[0];
            std::string file = fileWith(*findField("mining", "payout_mode"), "single");
            file += "[[node.backup]]\nrpc_url = \"http://first:1\"\n[[node.backup]]\n";
            file += field.key == "rpc_url" ? "" : "rpc_url = \"http://second:1\"\n";
            file += std::string(field.key) + " = " + spelled(field, sample) + "\n";
            const LoadedSettings loaded = Loading().file(file).loaded();
            const Settings& settings = loaded.settings;
            const auto count = std::count_if(
                loaded.warnings.begin(), loaded.warnings.end(),
                [](const ConfigWarning& one) { return one.key == "[[node.backup]] 2"; });
            QCOMPARE(count, findSection("node.backup")->availability == Availability::Later);
            QCOMPARE(settings.nodeBackups.size(), std::size_t(2));
            QCOMPARE(shown(field, settings, 2), sample);
            QCOMPARE(shown(field, settings, 0), std::string(field.defaultText));
        }
    }

    void warnsOnceForEveryFieldWhosePartDoesNotExistYet_data() { addFieldRows(); }
    void warnsOnceForEveryFieldWhosePartDoesNotExistYet()
    {
        QFETCH(QString, name);
        const Field& field = fieldNamed(name);
        if (!isAccepted(field, Origin::File)) {
            return;
        }
        const std::string file = fileWith(field, samplesOf(field)[0]);
        const auto warnings = Loading().file(file).loaded().warnings;
        const std::string section(field.section);
        const std::string key =
            (isListed(field) ? "[[" + section + "]] 1 " : "[" + section + "] ") +
            std::string(field.key);
        const auto count =
            std::count_if(warnings.begin(), warnings.end(), [&key](const ConfigWarning& one) {
                return one.code == WarningCode::NotAvailableYet && one.key == key;
            });
        QCOMPARE(count, field.availability == Availability::Later ? 1 : 0);
    }

    void givesTheProfilesValueUnlessSomethingElseDoes()
    {
        // P28
        const Field& kindField = *findField("profile", "kind");
        for (const ProfileParameter& parameter : profileTable()) {
            const Field& field = *findField(parameter.section, parameter.key);
            for (const ProfileKind kind : PROFILE_KINDS) {
                const std::string name(kindField.choices[static_cast<std::size_t>(kind)]);
                const std::string own = samplesOf(field)[0];
                Loading loading;
                loading.file(fileWith(field, own)).set("profile.kind=" + name);
                QCOMPARE(shown(field, loading.loaded().settings), own);
                loading.file(fileWith(kindField, "auto"));
                QCOMPARE(shown(field, loading.loaded().settings),
                         std::string(parameter.valueOf(kind)));
                QCOMPARE(loading.loaded().originOf(field.path()), Origin::Profile);
                // Nobody asked for its keys.
                for (const ConfigWarning& warning : loading.loaded().warnings) {
                    QVERIFY2(warning.file != "profile", warning.describe().c_str());
                }
            }
        }
    }

    void riseFromSmallToEnterpriseWithAReasonEach()
    {
        // P27 R174
        std::vector<std::string> paths;
        for (const ProfileParameter& parameter : profileTable()) {
            const std::string path = findField(parameter.section, parameter.key)->path();
            paths.push_back(path);
            QVERIFY2(parameter.reason.size() > 40, path.c_str());
            for (std::size_t i = 1; i < PROFILE_KINDS.size(); ++i) {
                const int smaller = std::stoi(std::string(parameter.values[i - 1]));
                const int larger = std::stoi(std::string(parameter.values[i]));
                QVERIFY2(parameter.trend == ProfileTrend::Rises ? smaller < larger
                                                                : smaller > larger,
                         path.c_str());
            }
            QVERIFY(parameter.valueOf(ProfileKind::Auto).empty());
        }
        // R174: these at least. R175: the largest has 4,096 connections.
        for (const char* const path :
             {"server.max_connections", "server.io_threads", "server.node_check_secs",
              "history.minute_days", "history.worker_days", "history.commit_secs"}) {
            QVERIFY2(std::find(paths.begin(), paths.end(), path) != paths.end(), path);
        }
        QCOMPARE(profileTable()[0].valueOf(ProfileKind::Enterprise), std::string_view("4096"));
        const std::string page = renderProfiles(profileTable());
        for (const ProfileParameter& parameter : profileTable()) {
            QVERIFY(page.find(parameter.reason) != std::string::npos);
            QVERIFY(page.find(fmt::format("{}", fmt::join(parameter.values, " | "))) !=
                    std::string::npos);
        }
    }
};

WARP_TEST_CLASS(FieldTableTest);

} // namespace

#include "field_table_test.moc"
