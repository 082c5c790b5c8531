// The way to the service manager that started the program: one datagram a message, as systemd's
// sd_notify(3) sends it. Made by the composition root; any thread may send.
#pragma once

#include <string>
#include <string_view>

namespace warp::host {

class NotifySocket final
{
public:
    /// @param place  value of NOTIFY_SOCKET: an absolute path, or "@name" for an abstract socket;
    ///               anything else, and a place without a socket, leaves it unconnected.
    explicit NotifySocket(std::string_view place);
    ~NotifySocket();
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    [[nodiscard]] bool isConnected() const { return m_descriptor >= 0; }

    /// "READY=1", "STATUS=...", also several lines. Never waits; false where it did not go out.
    [[nodiscard]] bool send(std::string_view message) const;

private:
    int m_descriptor = -1;
};

} // namespace warp::host
