#include "core/net/http_head.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <optional>
#include <string>

namespace {

using warp::net::HttpHeadLimits;
using warp::net::judgeHead;
using warp::net::scanHead;

constexpr int GOOD = 0;

class HttpHeadTest final : public QObject
{
    Q_OBJECT

private slots:
    void judgesHeads_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<int>("status");
        const auto get = [](const char* name, const QByteArray& fields, int status) {
            QTest::newRow(name) << "GET / HTTP/1.1\r\n" + fields + "\r\n" << status;
        };
        const auto line = [](const char* name, const QByteArray& text, int status) {
            QTest::newRow(name) << text + "\r\n\r\n" << status;
        };
        get("plain", "Host: a\r\nAccept: */*\r\n", GOOD);
        get("without a header", "", GOOD);
        get("empty value", "X:\r\n", GOOD);
        get("tab and UTF-8 in a value", "X: a\tb\xC3\xA4\r\n", GOOD);
        get("length", "Content-Length: 12\r\n", GOOD);
        get("chunked", "Transfer-Encoding: chunked\r\n", GOOD);
        get("expectation", "Expect: 100-Continue\r\n", GOOD);
        line("HTTP/1.0", "GET / HTTP/1.0", GOOD);

        // Request smuggling: what two programs may read in two ways.
        get("length and encoding", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400);
        get("encoding and length", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", 400);
        get("two lengths", "Content-Length: 1\r\nContent-Length: 2\r\n", 400);
        get("the same length twice", "Content-Length: 1\r\ncontent-length: 1\r\n", 400);
        get("list of lengths", "Content-Length: 1, 1\r\n", 400);
        get("signed length", "Content-Length: +1\r\n", 400);
        get("hexadecimal length", "Content-Length: 0x1\r\n", 400);
        get("empty length", "Content-Length: \r\n", 400);
        get("length beyond 64 bits", "Content-Length: 99999999999999999999\r\n", 400);
        get("two encodings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400);
        get("other encoding", "Transfer-Encoding: gzip\r\n", 501);
        get("hidden encoding", "Transfer-Encoding: xchunked\r\n", 501);
        get("list of encodings", "Transfer-Encoding: gzip, chunked\r\n", 501);
        get("blank before the colon", "Transfer-Encoding : chunked\r\n", 400);
        get("folded line", "X: a\r\n b\r\n", 400);
        get("folded line with a tab", "X: a\r\n\tb\r\n", 400);
        get("first line folded", " X: a\r\n", 400);
        get("two hosts", "Host: a\r\nHost: b\r\n", 400);
        get("null byte", QByteArray("X: a\0b\r\n", 8), 400);
        get("control character", "X: a\x1B[31m\r\n", 400);
        get("lone carriage return", "X: a\rb\r\n", 400);
        get("no colon", "abc\r\n", 400);
        get("no name", ": a\r\n", 400);
        get("other expectation", "Expect: coffee\r\n", 417);
        line("encoding in HTTP/1.0", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked", 400);

        line("no version", "GET /", 400);
        line("other version", "GET / HTTP/2.0", 505);
        line("small version", "GET / http/1.1", 400);
        line("other protocol", "GET / RTSP/1.0", 400);
        line("two blanks", "GET  / HTTP/1.1", 400);
        line("blank in the target", "GET /a b HTTP/1.1", 400);
        line("tab", "GET\t/\tHTTP/1.1", 400);
        line("raw bytes in the target", "GET /\xC3\xA4 HTTP/1.1", 400);
        line("bad method", "G(T / HTTP/1.1", 400);
        line("long method", QByteArray(33, 'A') + " / HTTP/1.1", 400);
        line("long target", "GET /" + QByteArray(200, 'a') + " HTTP/1.1", 414);
        get("many headers", QByteArray("X: y\r\n").repeated(9), 431);
        get("as many as allowed", QByteArray("X: y\r\n").repeated(8), GOOD);
        get("long header", "X: " + QByteArray(600, 'y') + "\r\n", 431);
    }
    void judgesHeads()
    {
        QFETCH(const QByteArray, head);
        QFETCH(const int, status);
        const HttpHeadLimits limits{.maxBytes = 500, .maxTargetBytes = 100, .maxHeaders = 8};
        QCOMPARE(judgeHead(head.toStdString(), limits).value_or(GOOD), status);
    }

    void findsTheEndHoweverItIsCut()
    {
        const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        for (std::size_t cut = 1; cut < head.size(); ++cut) {
            const auto first = scanHead(std::string_view(head).substr(0, cut), 0, {});
            QCOMPARE(first.size, std::size_t{0});
            QVERIFY(!first.refusal);
            const auto second = scanHead(head + "GET", cut, {});
            QCOMPARE(second.size, head.size());
        }
    }

    void refusesALineFeedAloneAtOnce()
    {
        QCOMPARE(scanHead("GET / HTTP/1.1\n", 0, {}).refusal, std::optional(400));
        QCOMPARE(scanHead("\n", 0, {}).refusal, std::optional(400));
        // A body may hold anything.
        const std::string whole = "POST / HTTP/1.1\r\nHost: a\r\n\r\n";
        QCOMPARE(scanHead(whole + "{\n}", 0, {}).size, whole.size());
        QVERIFY(!scanHead(whole + "{\n}", 0, {}).refusal);
        // Cut between the two.
        QVERIFY(!scanHead("a\r\n", 2, {}).refusal);
    }

    void refusesWhatGrowsBeyondItsLimit()
    {
        const HttpHeadLimits limits{.maxBytes = 50};
        QCOMPARE(scanHead(std::string(51, 'a'), 0, limits).refusal, std::optional(414));
        QCOMPARE(scanHead("GET / HTTP/1.1\r\nX: " + std::string(50, 'a'), 0, limits).refusal,
                 std::optional(431));
        QVERIFY(!scanHead(std::string(50, 'a'), 0, limits).refusal);
    }
};

WARP_TEST_CLASS(HttpHeadTest);

} // namespace

#include "http_head_test.moc"
