#include "core/node/rpc_reply.h"

#include "tests/core/node/quoted.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp::node;
using warp::test::quoted;

class RpcReplyTest final : public QObject
{
    Q_OBJECT

private slots:
    void takesTheResultAsTheNodeWroteIt_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("result");
        const auto row = [](const std::string& body, const std::string& result) {
            QTest::addRow("%s", QByteArray::fromStdString(body).simplified().constData())
                << QByteArray::fromStdString(body) << QByteArray::fromStdString(result);
        };
        row(quoted("{'result':null,'error':null,'id':1}"), "null");
        row(quoted("{'result':'abc','error':null,'id':1}"), quoted("'abc'"));
        row(quoted("{'jsonrpc':'2.0','result':{'a':[1,{'b':2}]},'id':1}"),
            quoted("{'a':[1,{'b':2}]}"));
        row(quoted("{'id':1, 'error': null, 'result' : [ 1, 2 ] }"), "[ 1, 2 ]");
        row("{\"result\":\n 42 \n}", "42");
        row(quoted("{'result':{}}"), "{}");
        // Of two results the last one holds, as in most readers of JSON.
        row(quoted("{'result':1,'result':2}"), "2");
    }
    void takesTheResultAsTheNodeWroteIt()
    {
        QFETCH(const QByteArray, body);
        QFETCH(const QByteArray, result);
        const auto reply = parseRpcReply(200, body.toStdString());
        QVERIFY(reply.hasValue());
        QCOMPARE(std::string(reply->json()), result.toStdString());
        QCOMPARE(reply->isNull(), result == "null");
    }

    void readsATextResult()
    {
        const auto reply = parseRpcReply(200, quoted("{'result':'a\\'\\u0041','error':null}"));
        QVERIFY(reply.hasValue());
        QCOMPARE(reply->string(), std::optional<std::string>("a\"A"));
        QCOMPARE(RpcResult::fromJson("17").string(), std::nullopt);
        QCOMPARE(RpcResult::fromJson("").string(), std::nullopt);
        QCOMPARE(RpcResult::fromJson("\"open").string(), std::nullopt);
    }

    void namesEachFailure_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("rpcCode");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](int status, const std::string& body, NodeErrorCode code, int rpcCode,
                            const std::string& message) {
            QTest::addRow("%d %s", status, body.c_str())
                << status << QByteArray::fromStdString(body) << static_cast<int>(code) << rpcCode
                << QByteArray::fromStdString(message);
        };
        row(401, "", NodeErrorCode::Unauthorized, 0, "HTTP 401");
        row(403, "<html>", NodeErrorCode::Unauthorized, 0, "HTTP 403");
        row(503, "Work queue depth exceeded", NodeErrorCode::Busy, 0,
            "HTTP 503: Work queue depth exceeded");
        // JSON-RPC 1.0 and 2.0 of Core, then btcd.
        row(500,
            quoted("{'result':null,'error':{'code':-28,'message':'Loading block index…'},'id':1}"),
            NodeErrorCode::WarmingUp, -28, "Loading block index…");
        row(200, quoted("{'jsonrpc':'2.0','error':{'code':-28,'message':'Verifying'},'id':1}"),
            NodeErrorCode::WarmingUp, -28, "Verifying");
        row(503, quoted("{'result':null,'error':{'code':-28,'message':'x'},'id':1}"),
            NodeErrorCode::WarmingUp, -28, "x");
        row(500, quoted("{'error':{'code':-10,'message':'syncing'}}"),
            NodeErrorCode::InitialDownload, -10, "syncing");
        row(500, quoted("{'error':{'message':'no peers','code':-9}}"), NodeErrorCode::NoPeers, -9,
            "no peers");
        row(404,
            quoted("{'result':null,'error':{'code':-32601,'message':'Method not found'},'id':1}"),
            NodeErrorCode::MethodMissing, -32601, "Method not found");
        row(200, quoted("{'jsonrpc':'1.0','result':null,'error':{'code':-22,'message':'decode'}}"),
            NodeErrorCode::Rpc, -22, "decode");
        // Errors in forms that no known node has.
        row(200, quoted("{'error':'words alone'}"), NodeErrorCode::Rpc, 0, "words alone");
        row(200, quoted("{'error':{'code':'x','message':7},'result':3}"), NodeErrorCode::Rpc, 0,
            "");
        row(200, quoted("{'error':17}"), NodeErrorCode::Rpc, 0, "an error without words");
        // Not JSON-RPC at all.
        row(200, "", NodeErrorCode::Malformed, 0, "HTTP 200: ");
        row(200, "<html>hello</html>", NodeErrorCode::Malformed, 0, "HTTP 200: <html>hello</html>");
        row(404, "Not Found", NodeErrorCode::Malformed, 0, "HTTP 404: Not Found");
        row(200, "{}", NodeErrorCode::Malformed, 0, "HTTP 200: {}");
        row(200, quoted("{'error':null}"), NodeErrorCode::Malformed, 0,
            quoted("HTTP 200: {'error':null}"));
        row(200, "[1]", NodeErrorCode::Malformed, 0, "HTTP 200: [1]");
        row(200, quoted("{'result':{'a':"), NodeErrorCode::Malformed, 0,
            quoted("HTTP 200: {'result':{'a':"));
        row(200, quoted("{'result':'a"), NodeErrorCode::Malformed, 0,
            quoted("HTTP 200: {'result':'a"));
    }
    void namesEachFailure()
    {
        QFETCH(const int, status);
        QFETCH(const QByteArray, body);
        QFETCH(const int, code);
        QFETCH(const int, rpcCode);
        QFETCH(const QByteArray, message);
        const auto reply = parseRpcReply(status, body.toStdString());
        QVERIFY(!reply.hasValue());
        QCOMPARE(static_cast<int>(reply.error().code), code);
        QCOMPARE(reply.error().rpcCode, rpcCode);
        QCOMPARE(reply.error().message, message.toStdString());
    }

    void survivesAnyDepth()
    {
        const std::string deep(1'000'000, '[');
        const std::string opening = quoted("{'result':");
        QVERIFY(!parseRpcReply(200, deep).hasValue());
        QVERIFY(!parseRpcReply(200, opening + deep).hasValue());
        const std::string closed = deep + std::string(1'000'000, ']');
        const auto reply = parseRpcReply(200, opening + closed + "}");
        QVERIFY(!reply.hasValue() || reply->json() == closed);
    }

    void boundsTheNodesWords()
    {
        const auto reply = parseRpcReply(500, quoted("{'error':{'code':-1,'message':'") +
                                                  std::string(100'000, 'x') + quoted("'}}"));
        QVERIFY(!reply.hasValue());
        QCOMPARE(reply.error().message.size(), std::size_t{500});
        const auto page = parseRpcReply(502, std::string(100'000, 'x'));
        QVERIFY(page.error().message.size() < 200);
    }
};

WARP_TEST_CLASS(RpcReplyTest);

} // namespace

#include "rpc_reply_test.moc"
