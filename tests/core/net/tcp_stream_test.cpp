#include "core/net/connection.h"

#include "tests/core/net/raw_client.h"
#include "tests/core/net/sanitizer.h"
#include "tests/core/net/tcp_fixture.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <string>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

using namespace std::chrono_literals;
using warp::net::CloseReason;
using warp::net::Connection;
using warp::test::RawClient;
using warp::test::ReceiveBuffer;
using warp::test::Recorder;
using warp::test::Start;
using warp::test::TcpServer;
using warp::util::asBytes;

void echo(Recorder& recorder)
{
    recorder.bytesHook = [&recorder] {
        recorder.connection->send(asBytes(recorder.received));
        recorder.received.clear();
    };
}

class TcpStreamTest final : public QObject
{
    Q_OBJECT

private slots:
    void echoesBytes()
    {
        TcpServer server;
        server.setSetUp(echo);
        RawClient client;
        QVERIFY(client.connect(server.port()));
        for (int i = 0; i < 50; ++i) {
            const std::string text(static_cast<std::size_t>(1 + i * 700),
                                   static_cast<char>('a' + i % 26));
            QVERIFY(client.send(text));
            QCOMPARE(client.receive(text.size()), text);
        }
    }

    void reportsThePeersEnd()
    {
        TcpServer server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("last words"));
        client.close();
        QTRY_VERIFY(server.acceptedCount() == 1 && server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::PeerClosed);
        QCOMPARE(server.received(0), std::string("last words"));
    }

    void answersAPeerThatHasEndedItsSide()
    {
        TcpServer server;
        server.setSetUp(echo);
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("question"));
        client.endSending();
        QCOMPARE(client.receive(100), std::string("question"));
        QVERIFY(client.hasEnded());
    }

    void sendsItsQueueToAPeerThatHasEndedItsSide()
    {
        TcpServer server;
        RawClient client(ReceiveBuffer::Small);
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        const std::size_t sent = server.fillUp(0);
        client.endSending();
        QCOMPARE(client.receive(sent + 1).size(), sent);
        QVERIFY(client.hasEnded());
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::PeerClosed);
    }

    void reportsAReset()
    {
        TcpServer server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        client.reset();
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::Failed);
        server.send(0, "too late"); // ignored
        server.loop().call([] {});
        QCOMPARE(server.at(0, [](Recorder& recorder) { return recorder.closedCount; }), 1);
    }

    void readsWhatArrivedBeforeAFailedWrite()
    {
        // A share can be the last thing that a peer sends before it goes.
        TcpServer server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        server.at(0, [&](Recorder& recorder) {
            QVERIFY(client.send("winning share"));
            client.reset();
            recorder.connection->send(asBytes("one")); // meets the reset
            recorder.connection->send(asBytes("two"));
            QVERIFY(!recorder.closed); // never inside send()
        });
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::Failed);
        QCOMPARE(server.received(0), std::string("winning share"));
    }

    void slowReaderMeetsTheBoundWhileOthersGoOn()
    {
        TcpServer server;
        RawClient slow(ReceiveBuffer::Small);
        RawClient good;
        QVERIFY(slow.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        QVERIFY(good.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{2});
        std::size_t highest = 0;
        const std::string notify(1200, 'n');
        for (int i = 0; i < 20000 && !server.closed(0); ++i) {
            server.at(0, [&](Recorder& recorder) {
                recorder.connection->send(asBytes(notify));
                highest = std::max(highest, recorder.connection->pendingBytes());
            });
            server.send(1, notify);
            QCOMPARE(good.receive(notify.size()), notify);
        }
        QVERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::WriteBufferFull);
        QVERIFY(highest > Connection::MAX_PENDING_BYTES - notify.size());
        QVERIFY(highest <= Connection::MAX_PENDING_BYTES);
        QVERIFY(!server.closed(1));
    }

    // One connection can need the work of many miners at once.
    void holdsMoreWhereItMay()
    {
        constexpr std::size_t LIMIT = 20 * Connection::MAX_PENDING_BYTES;
        TcpServer server;
        RawClient client(ReceiveBuffer::Small);
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        std::size_t total = server.fillUp(0);
        const std::string block(2 * Connection::MAX_PENDING_BYTES, 'y');
        server.at(0, [&](Recorder& recorder) {
            recorder.connection->setPendingLimit(LIMIT);
            while (recorder.connection->pendingBytes() + block.size() <= LIMIT) {
                recorder.connection->send(asBytes(block));
                total += block.size();
                QVERIFY(recorder.connection->pendingBytes() > Connection::MAX_PENDING_BYTES);
            }
        });
        QCOMPARE(client.receive(total).size(), total);
        QVERIFY(!server.closed(0));
        static_cast<void>(server.fillUp(0));
        server.at(0, [&](Recorder& recorder) {
            recorder.connection->setPendingLimit(Connection::MAX_PENDING_BYTES);
            recorder.connection->send(asBytes(block));
        });
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::WriteBufferFull);
    }

    void dropsWhatDoesNotFitAndSaysSo()
    {
        TcpServer server;
        RawClient client(ReceiveBuffer::Small);
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        static_cast<void>(server.fillUp(0));
        server.at(0, [](Recorder& recorder) {
            // More than any buffer of the system.
            recorder.connection->send(asBytes(std::string(64 * 1024 * 1024, 'x')));
            QVERIFY(!recorder.closed);
            QCOMPARE(recorder.connection->pendingBytes(), std::size_t{0});
        });
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::WriteBufferFull);
    }

    void queueDrainsInOrder()
    {
        TcpServer server;
        RawClient client(ReceiveBuffer::Small);
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        std::size_t expected = server.fillUp(0);
        const std::string tail = server.at(0, [](Recorder& recorder) {
            std::string all;
            for (int i = 0; i < 2000; ++i) {
                const std::string line = std::to_string(i) + "\n";
                recorder.connection->send(asBytes(line));
                all += line;
            }
            return all;
        });
        expected += tail.size();
        QCOMPARE(server.at(0, [](Recorder& one) { return one.drainedCount; }), 0);
        const std::string received = client.receive(expected);
        QCOMPARE(received.size(), expected);
        QVERIFY(received.ends_with(tail));
        QTRY_COMPARE(server.at(0, [](Recorder& one) { return one.connection->pendingBytes(); }),
                     std::size_t{0});
        QTRY_COMPARE(server.at(0, [](Recorder& one) { return one.drainedCount; }), 1);
    }

    void closesAPeerThatTakesNothing()
    {
        TcpServer server({.writeStall = 60ms, .flush = 5s});
        RawClient client(ReceiveBuffer::Small);
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        static_cast<void>(server.fillUp(0));
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::Stalled);
    }

    void mayBeDestroyedInItsCallbacks()
    {
        TcpServer server;
        int closedCount = 0;
        server.setSetUp([&](Recorder& recorder) {
            recorder.bytesHook = [&recorder] {
                if (recorder.received == "bytes") {
                    recorder.connection->send(asBytes("answer"));
                    recorder.connection.reset();
                }
            };
            recorder.closedHook = [&] {
                ++closedCount;
                recorder.connection.reset();
            };
        });
        RawClient first;
        QVERIFY(first.connect(server.port()));
        QVERIFY(first.send("bytes"));
        QCOMPARE(first.receive(100), std::string("answer"));
        QVERIFY(first.hasEnded());
        QCOMPARE(server.loop().call([&] { return closedCount; }), 0);
        RawClient second;
        QVERIFY(second.connect(server.port()));
        second.close();
        QTRY_COMPARE(server.loop().call([&] { return closedCount; }), 1);
        QVERIFY(server.at(1, [](Recorder& recorder) { return recorder.connection == nullptr; }));
    }

    void destroyedConnectionCallsNobody()
    {
        TcpServer server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        server.at(0, [&](Recorder& recorder) {
            QVERIFY(client.send("unread"));
            client.close();
            recorder.connection->send(asBytes("x"));
            recorder.connection->send(asBytes("y"));
            recorder.connection.reset();
        });
        RawClient other; // a later event of the same loop
        QVERIFY(other.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{2});
        QVERIFY(!server.closed(0));
        QCOMPARE(server.received(0), std::string());
    }

    void flushesBeforeItCloses()
    {
        TcpServer server;
        RawClient client(ReceiveBuffer::Small);
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("a request that nobody reads any further"));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        const std::size_t sent = server.fillUp(0);
        server.at(0, [](Recorder& recorder) {
            recorder.connection->closeAfterFlush();
            recorder.connection->send(asBytes("ignored"));
            QVERIFY(!recorder.closed);
        });
        QVERIFY(client.send("more input must not turn the end into a reset"));
        QCOMPARE(client.receive(sent + 100).size(), sent);
        QVERIFY(client.hasEnded());
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::Local);
    }

    void flushesAtOnceWhereNothingWaits()
    {
        TcpServer server;
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        server.at(0, [](Recorder& recorder) {
            recorder.connection->send(asBytes("bye"));
            recorder.connection->closeAfterFlush();
            QVERIFY(!recorder.closed);
        });
        QCOMPARE(client.receive(100), std::string("bye"));
        QVERIFY(client.hasEnded());
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::Local);
    }

    void flushHasALimit()
    {
        TcpServer server({.writeStall = 30s, .flush = 60ms});
        RawClient client(ReceiveBuffer::Small);
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        static_cast<void>(server.fillUp(0));
        server.at(0, [](Recorder& recorder) { recorder.connection->closeAfterFlush(); });
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::Local);
    }

    void startReportsAnEarlierFailure()
    {
        TcpServer server({}, Start::Later);
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        server.at(0, [&](Recorder& recorder) {
            client.reset();
            recorder.connection->send(asBytes("one"));
            recorder.connection->send(asBytes("two"));
        });
        server.at(0, [](Recorder& recorder) {
            recorder.connection->start(recorder);
            QVERIFY(!recorder.closed);
        });
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::Failed);
    }

    void idleConnectionIsSmall()
    {
#if defined(__GLIBC__)
        if constexpr (warp::test::WITH_SANITIZER) {
            QSKIP("a sanitizer has an allocator of its own");
        }
        constexpr std::size_t COUNT = 1000;
        TcpServer server;
        RawClient first; // allocates what all share
        QVERIFY(first.connect(server.port()));
        QVERIFY(first.send("x"));
        QTRY_VERIFY(server.acceptedCount() == 1 && server.received(0) == "x");
        std::vector<std::unique_ptr<RawClient>> clients;
        for (std::size_t i = 0; i < COUNT; ++i) {
            clients.push_back(std::make_unique<RawClient>());
        }
        const std::size_t before = ::mallinfo2().uordblks;
        for (auto& client : clients) {
            QVERIFY(client->connect(server.port()));
        }
        QTRY_COMPARE(server.acceptedCount(), COUNT + 1);
        const std::size_t each = (::mallinfo2().uordblks - before) / COUNT;
        // The recorder of this test is part of it.
        QVERIFY2(each <= 1024 + sizeof(Recorder), std::to_string(each).c_str());
#else
        QSKIP("this system's allocator gives no figures");
#endif
    }
};

WARP_TEST_CLASS(TcpStreamTest);

} // namespace

#include "tcp_stream_test.moc"
