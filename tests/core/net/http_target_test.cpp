#include "core/net/http_target.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using warp::net::isKnownHost;
using warp::net::parseQuery;
using warp::net::parseTarget;

class HttpTargetTest final : public QObject
{
    Q_OBJECT

private slots:
    void takesQueriesApart_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("parameters"); // "!": refused
        const auto add = [](const QString& query, const char* parameters) {
            QTest::newRow(qPrintable(query.left(40))) << query << QString::fromLatin1(parameters);
        };
        add(QStringLiteral(""), "");
        add(QStringLiteral("a=1&b=two"), "a=1;b=two;");
        add(QStringLiteral("a=%2F%26%3d+x"), "a=/&= x;");
        add(QStringLiteral("a=b=c"), "a=b=c;");
        add(QStringLiteral("flag"), "flag=;");
        add(QStringLiteral("a="), "a=;");
        add(QStringLiteral("a=1&a=2"), "!");
        add(QStringLiteral("a=1&%61=2"), "!");
        add(QStringLiteral("=1"), "!");
        add(QStringLiteral("a=1&&b=2"), "!");
        add(QStringLiteral("a=%"), "!");
        add(QStringLiteral("a=%4"), "!");
        add(QStringLiteral("a=%zz"), "!");
        add(QStringLiteral("a=%00"), "!");
        add(QStringLiteral("a=%7f"), "!");
        add(QStringLiteral("a=1\n2"), "!");
        add(QStringLiteral("\x7f=1"), "!");
        add(QStringLiteral("a=%2B+"), "a=+ ;");
        QString many;
        for (int i = 0; i < 17; ++i) {
            many += QStringLiteral("k%1=1&").arg(i);
        }
        add(many.chopped(1), "!");
    }
    void takesQueriesApart()
    {
        QFETCH(const QString, query);
        QFETCH(const QString, parameters);
        const auto parsed = parseQuery(query.toStdString());
        std::string text = parsed ? "" : "!";
        for (const auto& [key, value] : parsed.value_or(warp::net::HttpParameters())) {
            text += key + "=" + value + ";";
        }
        QCOMPARE(QString::fromStdString(text), parameters);
    }

    void bringsTargetsToOneForm_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("path"); // empty: refused
        QTest::addColumn<QString>("query");
        const auto add = [](const char* target, const char* path, const char* query = "") {
            QTest::newRow(target) << QString::fromLatin1(target) << QString::fromLatin1(path)
                                  << QString::fromLatin1(query);
        };
        add("/", "/");
        add("/api/overview", "/api/overview");
        add("/api/overview?a=b&c=%20", "/api/overview", "a=b&c=%20");
        add("/?", "/");
        add("/%61pi", "/api");
        add("/a%20b", "/a b");
        add("/a/./b", "/a/b");
        add("/a/../b", "/b");
        add("/../../b", "/b");
        add("/a/%2e%2E/b", "/b");
        add("/a/..", "/");
        add("/a/", "/a/");
        add("//a", "//a");
        add("http://pool.example/metrics", "/metrics");
        add("HTTP://pool.example", "/");
        add("/a%2fb", "");
        add("/a%5Cb", "");
        add("/a\\b", "");
        add("/a%00b", "");
        add("/a%0d%0aSet-Cookie", "");
        add("/%", "");
        add("/%4", "");
        add("/%zz", "");
        add("/a#b", "");
        add("*", "");
        add("pool.example:443", "");
        add("https://pool.example/", "");
    }
    void bringsTargetsToOneForm()
    {
        QFETCH(const QString, target);
        QFETCH(const QString, path);
        QFETCH(const QString, query);
        const auto parsed = parseTarget(target.toStdString());
        QCOMPARE(parsed.has_value(), !path.isEmpty());
        if (parsed) {
            QCOMPARE(parsed->path, path.toStdString());
            QCOMPARE(parsed->query, query.toStdString());
        }
    }

    void knowsItsOwnNames_data()
    {
        QTest::addColumn<QString>("host");
        QTest::addColumn<bool>("isKnown");
        const auto add = [](const char* host, bool isKnown) {
            QTest::newRow(host) << QString::fromLatin1(host) << isKnown;
        };
        add("localhost", true);
        add("LocalHost:18334", true);
        add("127.0.0.1:18334", true);
        add("192.168.1.5", true);
        add("[::1]:18334", true);
        add("[fd00::5]", true);
        add("pool.local", true);
        add("POOL.local.:1", true);
        add("attacker.example", false);
        add("attacker.example:18334", false);
        add("localhost.attacker.example", false);
        add("127.0.0.1.attacker.example", false);
        add("localhost:", true); // an empty port is the usual one (RFC 3986 section 3.2.3)
        add("localhost:80a", false);
        add("[::1", false);
        add("[::1]a", false);
        add("[pool.local]", false);
        add("user@localhost", false);
        add(" localhost", false);
        add(".", false);
    }
    void knowsItsOwnNames()
    {
        QFETCH(const QString, host);
        QFETCH(const bool, isKnown);
        QCOMPARE(isKnownHost(host.toStdString(), {"pool", "pool.local"}), isKnown);
    }
};

WARP_TEST_CLASS(HttpTargetTest);

} // namespace

#include "http_target_test.moc"
