#include "core/net/zmq_subscriber.h"

#include "core/util/bytes.h"
#include "tests/core/net/tcp_fixture.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <zmq.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace warp;
using net::SubscriberLink;
using Message = std::vector<std::string>;

/// What a node has: a socket that publishes. Lives in the test's thread.
class Publisher
{
public:
    explicit Publisher(const std::string& endpoint = "tcp://127.0.0.1:*")
    {
        const int linger = 0;
        zmq_setsockopt(m_socket, ZMQ_LINGER, &linger, sizeof(linger));
        const int unbounded = 0;
        zmq_setsockopt(m_socket, ZMQ_SNDHWM, &unbounded, sizeof(unbounded));
        isBound = zmq_bind(m_socket, endpoint.c_str()) == 0;
        std::array<char, 100> text{};
        std::size_t size = text.size();
        zmq_getsockopt(m_socket, ZMQ_LAST_ENDPOINT, text.data(), &size);
        address = text.data();
    }
    ~Publisher()
    {
        zmq_close(m_socket);
        zmq_ctx_term(m_context);
    }
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    void send(const Message& parts)
    {
        for (std::size_t i = 0; i < parts.size(); ++i) {
            zmq_send(m_socket, parts[i].data(), parts[i].size(),
                     i + 1 < parts.size() ? ZMQ_SNDMORE : 0);
        }
    }

    bool isBound = false;
    std::string address;

private:
    void* m_context = zmq_ctx_new();
    void* m_socket = zmq_socket(m_context, ZMQ_PUB);
};

/// A subscriber on a loop of its own.
class Listening
{
public:
    explicit Listening(const std::string& endpoint, std::size_t maxPartBytes = 1'000'000)
    {
        m_loop.call([&] {
            auto made = m_network.createSubscriber(
                m_loop.executor(),
                {.endpoint = endpoint,
                 .topics = {"hash"},
                 .maxPartBytes = maxPartBytes,
                 .heartbeat = 500ms,
                 .renewal = 300ms},
                {.onMessage = [this](std::span<const util::ByteView> parts) { onMessage(parts); },
                 .onLink =
                     [this](SubscriberLink link) {
                         const std::lock_guard lock(m_mutex);
                         m_links.push_back(link);
                     }});
            isMade = made.hasValue();
            if (isMade) {
                m_subscriber = *std::move(made);
            }
        });
    }
    ~Listening()
    {
        m_loop.call([this] { m_subscriber.reset(); });
        m_loop.stop();
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;

    [[nodiscard]] std::vector<Message> messages()
    {
        const std::lock_guard lock(m_mutex);
        return m_messages;
    }
    [[nodiscard]] std::vector<SubscriberLink> links()
    {
        const std::lock_guard lock(m_mutex);
        return m_links;
    }
    [[nodiscard]] bool isConnected()
    {
        const auto all = links();
        return !all.empty() && all.back() == SubscriberLink::Connected;
    }
    /// Publishes until the subscription, which travels after the connection is there, works.
    [[nodiscard]] bool hears(Publisher& publisher)
    {
        for (int i = 0; i < 200; ++i) {
            publisher.send({"hash", "probe"});
            if (QTest::qWaitFor([&] { return !messages().empty(); }, 50)) {
                return QTest::qWaitFor([&] { return m_loop.call([] { return true; }); }, 100);
            }
        }
        return false;
    }
    void clear()
    {
        const std::lock_guard lock(m_mutex);
        m_messages.clear();
    }
    void endAtNextMessage()
    {
        m_loop.call([this] { m_isLast = true; });
    }
    [[nodiscard]] test::LoopThread& loop() { return m_loop; }

    bool isMade = false;

private:
    void onMessage(std::span<const util::ByteView> parts)
    {
        Message message;
        for (const util::ByteView part : parts) {
            message.emplace_back(util::asText(part));
        }
        if (m_isLast) {
            m_subscriber.reset();
        }
        const std::lock_guard lock(m_mutex);
        m_messages.push_back(std::move(message));
    }

    test::LoopThread m_loop;
    net::AsioNetwork m_network;
    std::unique_ptr<net::Subscriber> m_subscriber;
    bool m_isLast = false;
    std::mutex m_mutex;
    std::vector<Message> m_messages;
    std::vector<SubscriberLink> m_links;
};

class ZmqSubscriberTest final : public QObject
{
    Q_OBJECT

private slots:
    // R004
    void hearsItsTopics()
    {
        Publisher publisher;
        QVERIFY(publisher.isBound);
        Listening listening(publisher.address);
        QVERIFY(listening.hears(publisher));
        QVERIFY(listening.isConnected());
        listening.clear();
        publisher.send({"other", "x"});
        publisher.send({"hashblock", std::string(32, 'h'), "1234"});
        QTRY_VERIFY(!listening.messages().empty());
        QTRY_COMPARE(listening.messages().back(),
                     (Message{"hashblock", std::string(32, 'h'), "1234"}));
        for (const Message& message : listening.messages()) {
            QVERIFY(message.front() != "other");
        }
    }

    // P01: the publisher ends and comes back at the same address.
    void connectsAgainByItself()
    {
        auto publisher = std::make_unique<Publisher>();
        const std::string address = publisher->address;
        Listening listening(address);
        QVERIFY(listening.hears(*publisher));
        for (int round = 0; round < 2; ++round) {
            publisher.reset();
            QTRY_VERIFY(!listening.isConnected());
            publisher = std::make_unique<Publisher>(address);
            QVERIFY(publisher->isBound);
            listening.clear();
            QVERIFY(listening.hears(*publisher));
            QVERIFY(listening.isConnected());
        }
    }

    // A publisher that starts later than the pool is found.
    void waitsForItsPublisher()
    {
        std::string address;
        {
            const Publisher first;
            address = first.address;
        }
        Listening listening(address);
        QVERIFY(!listening.isConnected());
        Publisher publisher(address);
        QVERIFY(publisher.isBound);
        QVERIFY(listening.hears(publisher));
    }

    // B42: a flood loses nothing that fits and leaves the loop to others.
    void takesAFloodInTurns()
    {
        constexpr std::size_t COUNT = 3'000;
        Publisher publisher;
        Listening listening(publisher.address);
        QVERIFY(listening.hears(publisher));
        listening.clear();
        for (std::size_t i = 0; i < COUNT; ++i) {
            publisher.send({"hash", std::to_string(i), "x"});
        }
        QVERIFY(listening.loop().call([] { return true; }));
        const auto hasLast = [&] {
            const auto heard = listening.messages();
            return !heard.empty() && heard.back().at(1) == std::to_string(COUNT - 1);
        };
        QTRY_VERIFY_WITH_TIMEOUT(hasLast(), 20'000);
    }

    // B42
    void boundsPartsAndSizes()
    {
        Publisher publisher;
        Listening listening(publisher.address, 1'000);
        QVERIFY(listening.hears(publisher));
        listening.clear();
        Message many(50, "hash");
        publisher.send(many);
        publisher.send({"hash"});
        publisher.send({"hash", ""});
        QTRY_VERIFY(listening.messages().size() >= 3 &&
                    listening.messages().back() == (Message{"hash", ""}));
        const auto heard = listening.messages();
        QCOMPARE(heard[heard.size() - 3].size(), std::size_t{8});
        // A part that is too long ends the connection, and the next one works again.
        publisher.send({"hash", std::string(1'001, 'x')});
        QTRY_VERIFY(std::ranges::count(listening.links(), SubscriberLink::Lost) > 0);
        listening.clear();
        QVERIFY(listening.hears(publisher));
        for (const Message& message : listening.messages()) {
            QVERIFY(message.size() < 2 || message[1].size() <= 1'000);
        }
    }

    // B42: a server that is no publisher.
    void survivesGarbage()
    {
        test::TcpServer server;
        server.setSetUp([](test::Recorder& recorder) {
            recorder.connection->send(util::asBytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
        });
        Listening listening("tcp://127.0.0.1:" + std::to_string(server.port()));
        QTRY_VERIFY(server.acceptedCount() >= 2); // it is tried again
        QVERIFY(listening.messages().empty());
        QVERIFY(!listening.isConnected());
    }

    void refusesWhatIsNoEndpoint()
    {
        for (const char* const endpoint : {"", "localhost", "tcp://", "tcp://a:x", "bogus://a:1"}) {
            QVERIFY(!Listening(endpoint).isMade);
        }
    }

    void mayEndInItsOwnCallback()
    {
        Publisher publisher;
        Listening listening(publisher.address);
        QVERIFY(listening.hears(publisher));
        listening.endAtNextMessage();
        listening.clear();
        publisher.send({"hash", "1"});
        publisher.send({"hash", "2"});
        QTRY_VERIFY(!listening.messages().empty());
        QVERIFY(listening.loop().call([] { return true; }));
        QCOMPARE(listening.messages().size(), std::size_t{1});
    }
};

WARP_TEST_CLASS(ZmqSubscriberTest);

} // namespace

#include "zmq_subscriber_test.moc"
