// What other versions of the program wrote is read, and what newer ones add does not matter.
#include "core/interfaces/json.h"

#include "tests/core/interfaces/filler.h"
#include "tests/support/test_registry.h"

#include <QFile>
#include <QTest>

#include <boost/json.hpp>

namespace {

using namespace warp;
namespace json = boost::json;

/// Texts of format 1, written by version 0.1.0 from the values of Filler. They stay as they are.
std::string stored(const QString& name)
{
    QFile file(QStringLiteral(WARP_TEST_DATA "/interfaces/format_1/") + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

/// Whether all that stands in `part` stands in `whole`, too.
bool contains(const json::value& whole, const json::value& part)
{
    if (const json::object* const object = part.if_object()) {
        return std::all_of(object->begin(), object->end(), [&](const auto& field) {
            const json::object* const other = whole.if_object();
            const json::value* const found = other ? other->if_contains(field.key()) : nullptr;
            return found != nullptr && contains(*found, field.value());
        });
    }
    if (const json::array* const array = part.if_array()) {
        const json::array* const other = whole.if_array();
        return other != nullptr && other->size() == array->size() &&
               std::equal(other->begin(), other->end(), array->begin(), contains);
    }
    return whole == part;
}

template <class T>
bool isReadWhole(const std::string& text)
{
    const auto read = interfaces::fromJson<T>(text);
    if (!read || read->format != 1) {
        return false;
    }
    const json::value now = json::parse(interfaces::toJson(read->value));
    return contains(now.at("value"), json::parse(text).at("value"));
}

class JsonOldFormatsTest final : public QObject
{
    Q_OBJECT

private slots:
    // B38: values of format 1 are read whole, each of their fields.
    void readsFormatOne_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addRow("snapshot") << QStringLiteral("snapshot.json");
        QTest::addRow("event") << QStringLiteral("event.json");
        QTest::addRow("query") << QStringLiteral("query.json");
        QTest::addRow("query reply") << QStringLiteral("query_reply.json");
        QTest::addRow("command") << QStringLiteral("command.json");
        QTest::addRow("command reply") << QStringLiteral("command_reply.json");
    }
    void readsFormatOne()
    {
        QFETCH(const QString, name);
        const std::string text = stored(name);
        QVERIFY(!text.empty());
        const bool isRead =
            name == QLatin1String("snapshot.json") ? isReadWhole<interfaces::PoolSnapshot>(text)
            : name == QLatin1String("event.json")  ? isReadWhole<interfaces::PoolEvent>(text)
            : name == QLatin1String("query.json")  ? isReadWhole<interfaces::Query>(text)
            : name == QLatin1String("query_reply.json") ? isReadWhole<interfaces::QueryReply>(text)
            : name == QLatin1String("command.json")     ? isReadWhole<interfaces::Command>(text)
                                                    : isReadWhole<interfaces::CommandReply>(text);
        QVERIFY(isRead);
    }

    // B38: fields of a newer version are passed over, missing ones have their defaults.
    void readsNewerAndOlderOnes()
    {
        const auto newer = interfaces::fromJson<interfaces::PoolSnapshot>(
            R"({"format":7,"signed":true,"value":{"version":3,"moon":{"phase":[1,2]},"miners":4,)"
            R"("workers":[{"name":"rig","mood":"good"}]}})");
        QVERIFY(newer);
        QCOMPARE(newer->format, 7U);
        QCOMPARE(newer->value.version, std::uint64_t{3});
        QCOMPARE(newer->value.miners, 4U);
        QCOMPARE(newer->value.workers[0].name, std::string("rig"));
        QCOMPARE(newer->value.tipHeight, std::int64_t{-1});
        const auto empty =
            interfaces::fromJson<interfaces::PoolSnapshot>(R"({"format":0,"value":{}})");
        QVERIFY(empty && empty->value == interfaces::PoolSnapshot{});
        const auto command = interfaces::fromJson<interfaces::Command>(
            R"({"format":2,"value":{"kind":"hide_worker"}})");
        QVERIFY(command && command->value == interfaces::Command(interfaces::HideWorker{}));
    }
};

WARP_TEST_CLASS(JsonOldFormatsTest);

} // namespace

#include "json_old_formats_test.moc"
