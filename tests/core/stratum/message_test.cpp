#include "core/stratum/v1/message.h"

#include "core/stratum/v1/submit.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp::stratum::v1;

Submission submission(const std::string& line)
{
    static std::string buffer;
    return parseSubmission(parseMessage(line).value_or(Message{}), buffer);
}

class MessageTest final : public QObject
{
    Q_OBJECT

private slots:
    void takesAMessageApart()
    {
        const auto message = parseMessage(
            R"( { "params" : [ "u" , 5, {"a":[1]} ], "extra":{"x":[]}, "method":"m", "id": 7e0 } )");
        QVERIFY(message.has_value());
        QCOMPARE(message->id, std::string_view("7e0"));
        QCOMPARE(message->method, std::string_view("\"m\""));
        QCOMPARE(message->parameterCount, std::size_t{3});
        QCOMPARE(message->parameters[0], std::string_view("\"u\""));
        QCOMPARE(message->parameters[2], std::string_view(R"({"a":[1]})"));
        QCOMPARE(message->parameters[3], std::string_view());
    }

    void readsRepliesAndMissingFields()
    {
        const auto reply = parseMessage(R"({"result":[1],"error":null,"id":"x"})");
        QCOMPARE(reply->result, std::string_view("[1]"));
        QCOMPARE(reply->error, std::string_view("null"));
        QVERIFY(reply->hasId());
        QVERIFY(!parseMessage("{}")->hasId());
        QCOMPARE(parseMessage("{}")->replyId(), std::string_view("null"));
        QVERIFY(!parseMessage(R"({"id":null})")->hasId());
        QCOMPARE(parseMessage(R"({"params":{"a":1}})")->parameterCount, std::size_t{0});
        QCOMPARE(parseMessage(R"({"params":[1,2],"params":[3]})")->parameters[1],
                 std::string_view());
    }

    void countsParametersBeyondThoseKept()
    {
        std::string line = R"({"params":[0)";
        for (int i = 1; i < 100; ++i) {
            line += "," + std::to_string(i);
        }
        line += "]}";
        const auto message = parseMessage(line);
        QCOMPARE(message->parameterCount, std::size_t{100});
        QCOMPARE(message->parameters[MAX_KEPT_PARAMETERS - 1], std::string_view("11"));
    }

    void refusesWhatIsNoObject()
    {
        for (const char* line : {"[]", "5", "\"x\"", "{", "{}x", R"({"id":1}{"id":2})", R"({"id"})",
                                 R"({"params":[1)", R"({"params":[1,]})", R"([{"id":1}])"}) {
            QVERIFY2(!parseMessage(line), line);
        }
    }

    void readsSubmissions()
    {
        const Submission padded =
            submission(R"({"params":["a\/b","0000002a","00112233445566FF","5F5E1000","1f"]})");
        QVERIFY(padded.fault == SubmitFault::None);
        QCOMPARE(padded.worker, std::string_view("a/b"));
        QCOMPARE(padded.share.job->value(), 0x2aU);
        QCOMPARE(padded.share.extranonce2[7], std::byte{0xff});
        QCOMPARE(padded.share.time, 0x5f5e1000U);
        QCOMPARE(padded.share.nonce, 0x1fU);
        QVERIFY(!padded.share.versionBits);
        const Submission rolled =
            submission(R"({"params":["a","x","0011223344556677","1","2","1fffe000"]})");
        QVERIFY(rolled.fault == SubmitFault::None);
        QVERIFY(!rolled.share.job);
        QCOMPARE(*rolled.share.versionBits, 0x1fffe000U);
        QVERIFY(submission(R"({"params":["a","1","0011223344556677","1","2",null]})").fault ==
                SubmitFault::None);
    }

    void namesTheFaultOfASubmission_data()
    {
        QTest::addColumn<QByteArray>("parameters");
        QTest::addColumn<int>("fault");
        QTest::addColumn<bool>("isHashable");
        const auto row = [](const char* parameters, SubmitFault fault, bool isHashable) {
            QTest::newRow(parameters)
                << QByteArray(parameters) << static_cast<int>(fault) << isHashable;
        };
        row("", SubmitFault::ParameterCount, false);
        row(R"("a","1","0011223344556677","1")", SubmitFault::ParameterCount, false);
        row(R"("a","1","0011223344556677","1","2","3","4")", SubmitFault::ParameterCount, true);
        row(R"(5,"1","0011223344556677","1","2")", SubmitFault::Worker, true);
        row(R"("a","1","00112233445566","1","2")", SubmitFault::Extranonce2, false);
        row(R"("a","1","001122334455667788","1","2")", SubmitFault::Extranonce2, false);
        row(R"("a","1","00112233445566zz","1","2")", SubmitFault::Extranonce2, false);
        row(R"("a","1","0011223344556677","","2")", SubmitFault::Time, false);
        row(R"("a","1","0011223344556677","123456789","2")", SubmitFault::Time, false);
        row(R"("a","1","0011223344556677","1",2)", SubmitFault::Nonce, false);
        row(R"("a","1","0011223344556677","1","0x2")", SubmitFault::Nonce, false);
        row(R"("a","1","0011223344556677","1","2","")", SubmitFault::Version, true);
        row(R"("a","1","0011223344556677","1","2",[])", SubmitFault::Version, true);
    }

    void namesTheFaultOfASubmission()
    {
        QFETCH(QByteArray, parameters);
        QFETCH(int, fault);
        QFETCH(bool, isHashable);
        const Submission parsed = submission("{\"params\":[" + parameters.toStdString() + "]}");
        QCOMPARE(static_cast<int>(parsed.fault), fault);
        QCOMPARE(parsed.isHashable, isHashable);
    }
};

WARP_TEST_CLASS(MessageTest);

} // namespace

#include "message_test.moc"
