// A blocking TCP client on plain system calls: the peer that the tests are free to misuse.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace warp::test {

enum class ReceiveBuffer { Default, Small };

class RawClient final
{
public:
    explicit RawClient(ReceiveBuffer buffer = ReceiveBuffer::Default)
        : m_socket(::socket(AF_INET, SOCK_STREAM, 0))
    {
        // A test that waits in vain ends with a failure, not for ever.
        const timeval limit{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        if (buffer == ReceiveBuffer::Small) {
            const int size = 4096;
            ::setsockopt(m_socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
        }
    }
    ~RawClient() { close(); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// Its own address, of 127.0.0.0/8; before connect().
    [[nodiscard]] bool bind(const char* host)
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        return ::inet_pton(AF_INET, host, &address.sin_addr) == 1 &&
               ::bind(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    }
    [[nodiscard]] bool connect(std::uint16_t port)
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return ::connect(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
               0;
    }

    [[nodiscard]] bool send(std::string_view text)
    {
        return ::send(m_socket, text.data(), text.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size());
    }

    /// Up to `limit` bytes; fewer at the end of the stream, after a reset or after 20 seconds.
    [[nodiscard]] std::string receive(std::size_t limit)
    {
        std::string out(limit, '\0');
        std::size_t count = 0;
        while (count < limit) {
            const ssize_t got = ::recv(m_socket, out.data() + count, limit - count, 0);
            m_hasEnded = got == 0;
            if (got <= 0) {
                break;
            }
            count += static_cast<std::size_t>(got);
        }
        out.resize(count);
        return out;
    }
    /// Whether the last receive() met the orderly end of the stream.
    [[nodiscard]] bool hasEnded() const { return m_hasEnded; }

    void endSending() { ::shutdown(m_socket, SHUT_WR); }

    void reset()
    {
        const linger abortive{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &abortive, sizeof(abortive));
        close();
    }

    void close()
    {
        if (m_socket >= 0) {
            ::close(m_socket);
            m_socket = -1;
        }
    }

    [[nodiscard]] int descriptor() const { return m_socket; }

private:
    int m_socket;
    bool m_hasEnded = false;
};

} // namespace warp::test
