// The service's values as JSON: there and back without loss, and what hostile text can do.
#include "core/interfaces/json.h"

#include "core/util/random.h"
#include "tests/core/interfaces/filler.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <limits>

namespace {

using namespace warp;
using interfaces::fromJson;
using interfaces::toJson;

/// Whether a value comes back as it was.
template <class T>
bool survives(const T& value)
{
    const auto read = fromJson<T>(toJson(value));
    return read && read->value == value && read->format == interfaces::JSON_FORMAT;
}

bool isSame(const interfaces::QueryReply& left, const interfaces::QueryReply& right)
{
    return left.hasValue() == right.hasValue() &&
           (left ? left.value() == right.value() : left.error() == right.error());
}

bool isSame(const interfaces::CommandReply& left, const interfaces::CommandReply& right)
{
    return left.hasValue() == right.hasValue() &&
           (left ? left.value() == right.value() : left.error() == right.error());
}

template <class Reply>
bool replySurvives(const Reply& reply)
{
    const auto read = fromJson<Reply>(toJson(reply));
    return read && isSame(read->value, reply);
}

interfaces::PoolSnapshot filledSnapshot()
{
    interfaces::PoolSnapshot snapshot;
    test::Filler filler;
    filler.fill(snapshot);
    return snapshot;
}

/// `text` as the whole of a snapshot.
std::string snapshotOf(const std::string& fields)
{
    return R"({"format":1,"value":{)" + fields + "}}";
}

class JsonTest final : public QObject
{
    Q_OBJECT

private slots:
    // B38: every field of a snapshot and an event goes there and back.
    void everyFieldOfASnapshotSurvives()
    {
        interfaces::PoolSnapshot snapshot;
        test::Filler filler;
        filler.fill(snapshot);
        QVERIFY(!filler.isDefaultLeft());
        QVERIFY(survives(snapshot));
        QVERIFY(survives(interfaces::PoolSnapshot{}));
    }

    void everyFieldOfAnEventSurvives()
    {
        interfaces::PoolEvent event;
        test::Filler filler;
        filler.fill(event);
        QVERIFY(!filler.isDefaultLeft());
        QVERIFY(survives(event));
    }

    // B38: every query and command with its reply.
    void everyQuestionAndAnswerSurvives()
    {
        for (std::size_t i = 0; i < std::variant_size_v<interfaces::Query>; ++i) {
            const auto query = test::filledAlternative<interfaces::Query>(i);
            QCOMPARE(query.index(), i);
            QVERIFY(survives(query));
            QVERIFY(replySurvives<interfaces::QueryReply>(
                test::filledAlternative<interfaces::QueryAnswer>(i)));
        }
        for (std::size_t i = 0; i < std::variant_size_v<interfaces::Command>; ++i) {
            QVERIFY(survives(test::filledAlternative<interfaces::Command>(i)));
        }
        for (std::size_t i = 0; i < std::variant_size_v<interfaces::CommandAnswer>; ++i) {
            QVERIFY(replySurvives<interfaces::CommandReply>(
                test::filledAlternative<interfaces::CommandAnswer>(i)));
        }
        interfaces::RequestError error;
        test::Filler filler;
        filler.fill(error);
        QVERIFY(replySurvives<interfaces::QueryReply>(util::Unexpected(error)));
        QVERIFY(replySurvives<interfaces::CommandReply>(util::Unexpected(error)));
    }

    // Text that miners and nodes choose, and numbers, come back bit by bit.
    void textAndNumbersComeBackBitByBit()
    {
        util::SeededRandom random(7);
        for (int round = 0; round < 2000; ++round) {
            interfaces::RenameWorker command;
            command.worker.resize(random.below(12));
            for (char& letter : command.worker) {
                letter = static_cast<char>(random.below(256));
            }
            command.label = "\xC3\xBC \xF0\x9F\x9A\x80 \" \\ \n \x01";
            QVERIFY(survives<interfaces::Command>(command));

            interfaces::PoolEvent event;
            event.kind = interfaces::EventKind::BlockFound;
            event.block.payments.emplace_back().value =
                util::Satoshi(static_cast<std::int64_t>(random.uint64()));
            QVERIFY(survives(event));

            interfaces::PoolSnapshot snapshot;
            snapshot.luck.networkDifficulty = util::Difficulty(
                std::ldexp(random.unit() - 0.5, static_cast<int>(random.below(2000)) - 1000));
            snapshot.version = random.uint64();
            QVERIFY(survives(snapshot));
        }
        interfaces::PoolSnapshot snapshot;
        snapshot.luck.perDay = std::numeric_limits<double>::infinity();
        snapshot.luck.perYear = std::numeric_limits<double>::quiet_NaN();
        const auto read = fromJson<interfaces::PoolSnapshot>(toJson(snapshot));
        QCOMPARE(read->value.luck.perDay, std::numeric_limits<double>::max());
        QCOMPARE(read->value.luck.perYear, 0.0);
    }

    void refusesWhatItCannotRead_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("path");
        const auto add = [](const char* name, const std::string& text, const char* path) {
            QTest::addRow("%s", name) << QByteArray::fromStdString(text) << QByteArray(path);
        };
        add("empty", "", "");
        add("no JSON", "snapshot", "");
        add("cut", R"({"format":1,"value":{"version":)", "");
        add("more behind", snapshotOf("") + "{}", "");
        add("no envelope", R"({"version":3})", "");
        add("no format", R"({"value":{}})", "");
        add("a list", "[]", "");
        add("format text", R"({"format":"1","value":{}})", "format");
        add("format negative", R"({"format":-1,"value":{}})", "format");
        add("value text", R"({"format":1,"value":"x"})", "value");
        add("number text", snapshotOf(R"("version":"x")"), "value.version");
        add("number negative", snapshotOf(R"("version":-1)"), "value.version");
        add("number too large", snapshotOf(R"("miners":4294967296)"), "value.miners");
        add("number with fraction", snapshotOf(R"("miners":1.5)"), "value.miners");
        add("null", snapshotOf(R"("miners":null)"), "value.miners");
        add("unknown name", snapshotOf(R"("state":"asleep")"), "value.state");
        add("hash cut", snapshotOf(R"("tip_hash":"00")"), "value.tip_hash");
        add("list of others", snapshotOf(R"("blocks":[{},{"hash":7}])"), "value.blocks[1].hash");
        add("no list", snapshotOf(R"("workers":{"0":{}})"), "value.workers");
        add("infinite", snapshotOf(R"("luck":{"per_day":"inf"})"), "value.luck.per_day");
        add("huge", snapshotOf(R"("luck":{"per_day":1e999})"), "value.luck.per_day");
        add("bad hex", snapshotOf(R"("listening":[{"hex":"0"}])"), "value.listening[0]");
        add("not UTF-8", snapshotOf("\"listening\":[\"\xFF\"]"), "");
        add("deep", snapshotOf(R"("x":)" + std::string(100, '[') + std::string(100, ']')), "");
        add("long", std::string(interfaces::MAX_JSON_BYTES + 1, ' '), "");
    }
    void refusesWhatItCannotRead()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const QByteArray, path);
        const auto read = fromJson<interfaces::PoolSnapshot>(text.toStdString());
        QVERIFY(!read);
        QCOMPARE(read.error().path, path.toStdString());
        QVERIFY(!read.error().reason.empty());
    }

    void refusesKindsThatAreNotKnown()
    {
        const auto query = fromJson<interfaces::Query>(R"({"format":1,"value":{"kind":"x"}})");
        QCOMPARE(query.error().path, std::string("value.kind"));
        QVERIFY(!fromJson<interfaces::Query>(R"({"format":1,"value":{}})"));
        QVERIFY(!fromJson<interfaces::QueryReply>(R"({"format":1,"value":{}})"));
        // A command is no query.
        QVERIFY(!fromJson<interfaces::Query>(toJson(interfaces::Command(interfaces::StopPool{}))));
    }

    // Any change of one byte is read or refused, and nothing else.
    void survivesDamage()
    {
        const std::string whole = toJson(filledSnapshot());
        util::SeededRandom random(11);
        for (int round = 0; round < 300; ++round) {
            std::string damaged = whole;
            damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
            const auto read = fromJson<interfaces::PoolSnapshot>(damaged);
            QVERIFY(read || !read.error().reason.empty());
            damaged.resize(random.below(damaged.size()));
            QVERIFY(!fromJson<interfaces::PoolSnapshot>(damaged));
        }
    }
};

WARP_TEST_CLASS(JsonTest);

} // namespace

#include "json_test.moc"
