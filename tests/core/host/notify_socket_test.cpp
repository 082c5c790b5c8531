#include "core/host/notify_socket.h"

#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

using warp::host::NotifySocket;

/// The service manager's end.
class Receiver
{
public:
    explicit Receiver(const std::string& place)
        : m_descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, place.data(), place.size());
        std::size_t length = offsetof(sockaddr_un, sun_path) + place.size();
        if (place.front() == '@') {
            address.sun_path[0] = '\0';
        } else {
            ++length;
        }
        isBound = ::bind(m_descriptor, reinterpret_cast<const sockaddr*>(&address),
                         static_cast<socklen_t>(length)) == 0;
    }
    ~Receiver() { ::close(m_descriptor); }
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    [[nodiscard]] std::string next() const
    {
        std::array<char, 4096> buffer{};
        const ssize_t size = ::recv(m_descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
        return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size))
                        : std::string();
    }

    bool isBound = false;

private:
    int m_descriptor;
};

class NotifySocketTest final : public QObject
{
    Q_OBJECT

private slots:
    void sendsToAPathAndToAnAbstractName()
    {
        const QTemporaryDir folder;
        const std::string abstract = "@warp-notify-test-" + std::to_string(::getpid());
        for (const std::string& place :
             {folder.filePath(QStringLiteral("notify")).toStdString(), abstract}) {
            const Receiver receiver(place);
            QVERIFY2(receiver.isBound, place.c_str());
            const NotifySocket socket(place);
            QVERIFY2(socket.isConnected(), place.c_str());
            QVERIFY(socket.send("READY=1\nSTATUS=good"));
            QCOMPARE(receiver.next(), std::string("READY=1\nSTATUS=good"));
            QCOMPARE(receiver.next(), std::string());
        }
    }

    void nobodyThereIsNoHarm()
    {
        const std::string tooLong = "/" + std::string(sizeof(sockaddr_un::sun_path), 'x');
        for (const std::string& place : {std::string(), std::string("@"), std::string("relative"),
                                         std::string("/nowhere/notify"), tooLong}) {
            const NotifySocket socket(place);
            QVERIFY2(!socket.isConnected(), place.c_str());
            QVERIFY(!socket.send("READY=1"));
        }
    }

    void aManagerThatDoesNotReadHoldsUpNothing()
    {
        const std::string place = "@warp-notify-full-" + std::to_string(::getpid());
        const Receiver receiver(place);
        const NotifySocket socket(place);
        int sent = 0;
        while (sent < 100'000 && socket.send("WATCHDOG=1")) {
            ++sent;
        }
        QVERIFY(sent > 0 && sent < 100'000);
    }
};

WARP_TEST_CLASS(NotifySocketTest);

} // namespace

#include "notify_socket_test.moc"
