#include "core/store/schema.h"

#include "tests/core/store/store_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <array>

namespace {

using namespace warp;
using namespace warp::test;
using store::Database;
using store::StoreFault;

/// The whole of schema 1, as the first program made it, with a year's start in it.
constexpr std::array<const char*, 18> SCHEMA_1{
    "CREATE TABLE schema_version (version INTEGER)",
    "INSERT INTO schema_version VALUES (1)",
    "CREATE TABLE workers (id {id}, name TEXT NOT NULL UNIQUE, label TEXT NOT NULL DEFAULT '', "
    "hidden INTEGER NOT NULL DEFAULT 0, first_seen BIGINT NOT NULL, last_share BIGINT NOT NULL, "
    "best DOUBLE PRECISION NOT NULL DEFAULT 0)",
    "CREATE TABLE pool_minutes (start_ms BIGINT NOT NULL, boot BIGINT NOT NULL, "
    "covered BIGINT NOT NULL, work DOUBLE PRECISION NOT NULL, accepted BIGINT NOT NULL, "
    "refused BIGINT NOT NULL, stale BIGINT NOT NULL, best DOUBLE PRECISION NOT NULL, "
    "miners BIGINT NOT NULL, PRIMARY KEY (start_ms, boot)) {clustered}",
    "CREATE TABLE pool_quarters (start_ms BIGINT NOT NULL, boot BIGINT NOT NULL, "
    "covered BIGINT NOT NULL, work DOUBLE PRECISION NOT NULL, accepted BIGINT NOT NULL, "
    "refused BIGINT NOT NULL, stale BIGINT NOT NULL, best DOUBLE PRECISION NOT NULL, "
    "miners BIGINT NOT NULL, PRIMARY KEY (start_ms, boot)) {clustered}",
    "CREATE TABLE worker_minutes (start_ms BIGINT NOT NULL, worker BIGINT NOT NULL "
    "REFERENCES workers (id) ON DELETE CASCADE, boot BIGINT NOT NULL, covered BIGINT NOT NULL, "
    "work DOUBLE PRECISION NOT NULL, accepted BIGINT NOT NULL, refused BIGINT NOT NULL, "
    "stale BIGINT NOT NULL, best DOUBLE PRECISION NOT NULL, miners BIGINT NOT NULL, "
    "PRIMARY KEY (start_ms, worker, boot)) {clustered}",
    "CREATE TABLE worker_quarters (worker BIGINT NOT NULL REFERENCES workers (id) "
    "ON DELETE CASCADE, start_ms BIGINT NOT NULL, boot BIGINT NOT NULL, covered BIGINT NOT NULL, "
    "work DOUBLE PRECISION NOT NULL, accepted BIGINT NOT NULL, refused BIGINT NOT NULL, "
    "stale BIGINT NOT NULL, best DOUBLE PRECISION NOT NULL, miners BIGINT NOT NULL, "
    "PRIMARY KEY (worker, start_ms, boot)) {clustered}",
    "CREATE TABLE worker_days (worker BIGINT NOT NULL REFERENCES workers (id) "
    "ON DELETE CASCADE, start_ms BIGINT NOT NULL, boot BIGINT NOT NULL, covered BIGINT NOT NULL, "
    "work DOUBLE PRECISION NOT NULL, accepted BIGINT NOT NULL, refused BIGINT NOT NULL, "
    "stale BIGINT NOT NULL, best DOUBLE PRECISION NOT NULL, miners BIGINT NOT NULL, "
    "PRIMARY KEY (worker, start_ms, boot)) {clustered}",
    "CREATE TABLE best_shares (hash {blob} PRIMARY KEY, worker TEXT NOT NULL, "
    "found_at BIGINT NOT NULL, height BIGINT NOT NULL, difficulty DOUBLE PRECISION NOT NULL, "
    "network_difficulty DOUBLE PRECISION NOT NULL, header {blob} NOT NULL, "
    "coinbase {blob} NOT NULL, branch {blob} NOT NULL)",
    "CREATE INDEX best_shares_by_difficulty ON best_shares (difficulty)",
    "CREATE INDEX best_shares_by_worker ON best_shares (worker, difficulty)",
    "CREATE TABLE blocks (hash {blob} PRIMARY KEY, height BIGINT NOT NULL, state TEXT NOT NULL, "
    "reason TEXT NOT NULL, worker TEXT NOT NULL, confirmations BIGINT NOT NULL, "
    "audit TEXT NOT NULL, found_at BIGINT NOT NULL)",
    "CREATE INDEX blocks_by_time ON blocks (found_at)",
    "CREATE TABLE block_payments (block {blob} NOT NULL REFERENCES blocks (hash) "
    "ON DELETE CASCADE, position BIGINT NOT NULL, address TEXT NOT NULL, value BIGINT NOT NULL, "
    "PRIMARY KEY (block, position)) {clustered}",
    "CREATE TABLE records (name TEXT PRIMARY KEY, value DOUBLE PRECISION NOT NULL) {clustered}",
    "CREATE INDEX workers_by_time ON workers (last_share)",
    "INSERT INTO records VALUES ('best', 4096.5)",
    "INSERT INTO workers (name, label, first_seen, last_share, best) VALUES "
    "('old rig', 'Cellar', 1767225600000, 1767225660000, 17)"};

class SchemaTest final : public QObject
{
    Q_OBJECT

private slots:
    // R254: a database of the first schema opens, with all that is in it.
    void opensAnOldDatabase_data() { addPlaces(); }
    void opensAnOldDatabase()
    {
        QFETCH(QString, kind);
        if (kind == QStringLiteral("memory")) {
            QSKIP("memory has no old databases");
        }
        const Place place(kind);
        {
            const auto old = expectValue(Database::open(place.text()));
            for (const char* sql : SCHEMA_1) {
                expectDone(old->execute(sql));
            }
        }
        const auto archive = openArchive(place.options());
        QCOMPARE(expectValue(archive->best()), util::Difficulty(4096.5));
        const auto workers = expectValue(archive->workers().list({})).workers;
        QCOMPARE(workers.size(), std::size_t{1});
        QCOMPARE(workers[0].label, std::string("Cellar"));
        store::HistoryBatch batch;
        batch.difficulties.emplace(std::pair("old rig", "cpu"),
                                   store::WorkerDifficulty{.worker = "old rig",
                                                           .minerClass = "cpu",
                                                           .difficulty = util::Difficulty(1)});
        expectDone(archive->commit(batch, EPOCH_2026));
        const auto directory = expectValue(archive->workers().directory());
        QVERIFY(directory.find("old rig", "cpu") != nullptr);
    }

    // Where a worker's minutes go with it, they are found without a look at all of them.
    void findsTheMinutesOfAWorkerWhereTheyGoWithIt_data() { addPlaces(); }
    void findsTheMinutesOfAWorkerWhereTheyGoWithIt()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto database = expectValue(Database::open(place.text()));
        expectDone(store::migrate(*database));
        const bool isServer = database->dialect() == store::Dialect::Postgres;
        const auto count = expectValue(database->integer(
            std::string("SELECT count(*) FROM ") +
            (isServer ? "pg_indexes WHERE indexname" : "sqlite_master WHERE name") +
            " = 'worker_minutes_by_worker'"));
        QCOMPARE(count, isServer ? 1 : 0);
    }

    // R254: each step is taken once.
    void opensItsOwnDatabaseAgain_data() { addPlaces(); }
    void opensItsOwnDatabaseAgain()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        for (int i = 0; i < 3; ++i) {
            QVERIFY(store::Archive::open(place.options(), EPOCH_2026).hasValue());
        }
        const auto database = expectValue(Database::open(place.text()));
        expectDone(store::migrate(*database));
        QCOMPARE(expectValue(database->integer("SELECT count(*) FROM schema_version")),
                 std::int64_t{1});
        QCOMPARE(expectValue(database->integer("SELECT version FROM schema_version")),
                 std::int64_t{store::SCHEMA_VERSION});
    }

    // One of a later program is left alone: neither changed nor put aside.
    void refusesALaterSchema_data() { addPlaces(); }
    void refusesALaterSchema()
    {
        QFETCH(QString, kind);
        if (kind == QStringLiteral("memory")) {
            QSKIP("memory has no later databases");
        }
        const Place place(kind);
        openArchive(place.options()).reset();
        {
            const auto database = expectValue(Database::open(place.text()));
            expectDone(database->execute("UPDATE schema_version SET version = 99"));
        }
        const auto refused = store::Archive::open(place.options(), EPOCH_2026);
        QVERIFY(!refused);
        QVERIFY(refused.error().fault == StoreFault::NewerSchema);
        const auto database = expectValue(Database::open(place.text()));
        QCOMPARE(expectValue(database->integer("SELECT version FROM schema_version")),
                 std::int64_t{99});
    }

    // A step that fails leaves the version before.
    void undoesAStepThatFails_data() { addPlaces(); }
    void undoesAStepThatFails()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto database = expectValue(Database::open(place.text()));
        // Something in the way of the second step.
        expectDone(database->execute("CREATE TABLE worker_difficulties (id INTEGER)"));
        QVERIFY(!store::migrate(*database));
        QCOMPARE(expectValue(database->integer("SELECT max(version) FROM schema_version")),
                 std::int64_t{1});
        expectDone(database->execute("DROP TABLE worker_difficulties"));
        expectDone(store::migrate(*database));
    }
};

WARP_TEST_CLASS(SchemaTest);

} // namespace

#include "schema_test.moc"
