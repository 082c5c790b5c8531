#include "core/store/dialect.h"

#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp::store;

class DialectTest final : public QObject
{
    Q_OBJECT

private slots:
    void knowsADatabaseByItsPlace()
    {
        QVERIFY(dialectOf("/data/pool.db") == Dialect::Sqlite);
        QVERIFY(dialectOf(":memory:") == Dialect::Sqlite);
        QVERIFY(dialectOf("postgresql://user@host/pool") == Dialect::Postgres);
        QVERIFY(dialectOf("postgres://host/pool") == Dialect::Postgres);
    }

    void translatesEveryWord()
    {
        const auto text = "{greatest}(a, {least}(b, {greatest}(c, d))) {blob}";
        QCOMPARE(translate(text, Dialect::Sqlite), std::string("max(a, min(b, max(c, d))) BLOB"));
        QCOMPARE(translate(text, Dialect::Postgres),
                 std::string("GREATEST(a, LEAST(b, GREATEST(c, d))) BYTEA"));
    }

    void tellsFaultsApart_data()
    {
        QTest::addColumn<bool>("isSqlite");
        QTest::addColumn<QString>("native");
        QTest::addColumn<QString>("wanted");
        QTest::newRow("busy") << true << "5" << "store_locked";
        QTest::newRow("busy snapshot") << true << "517" << "store_locked";
        QTest::newRow("full") << true << "13" << "store_full";
        QTest::newRow("corrupt") << true << "11" << "store_corrupt";
        QTest::newRow("not a database") << true << "26" << "store_corrupt";
        QTest::newRow("read only") << true << "8" << "store_unwritable";
        QTest::newRow("cannot open") << true << "14" << "store_unwritable";
        QTest::newRow("I/O") << true << "10" << "store_failed";
        QTest::newRow("constraint") << true << "1299" << "store_refused";
        QTest::newRow("nothing") << true << "" << "store_failed";
        QTest::newRow("server lock") << false << "55P03" << "store_locked";
        QTest::newRow("server full") << false << "53100" << "store_full";
        QTest::newRow("server gone") << false << "57P01" << "store_unreachable";
        QTest::newRow("no connection") << false << "" << "store_unreachable";
        QTest::newRow("server read only") << false << "25006" << "store_unwritable";
        QTest::newRow("server constraint") << false << "23502" << "store_refused";
        QTest::newRow("syntax") << false << "42601" << "store_failed";
    }
    void tellsFaultsApart()
    {
        QFETCH(bool, isSqlite);
        QFETCH(QString, native);
        QFETCH(QString, wanted);
        const Dialect dialect = isSqlite ? Dialect::Sqlite : Dialect::Postgres;
        QCOMPARE(QString::fromStdString(std::string(code(faultOf(dialect, native.toStdString())))),
                 wanted);
    }
};

WARP_TEST_CLASS(DialectTest);

} // namespace

#include "dialect_test.moc"
