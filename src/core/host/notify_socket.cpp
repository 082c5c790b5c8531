#include "core/host/notify_socket.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

namespace warp::host {

NotifySocket::NotifySocket(std::string_view place)
{
    sockaddr_un address{};
    // One byte less, so that a path keeps its closing zero.
    if (place.size() < 2 || (place.front() != '/' && place.front() != '@') ||
        place.size() >= sizeof(address.sun_path)) {
        return;
    }
    address.sun_family = AF_UNIX;
    std::ranges::copy(place, std::begin(address.sun_path));
    std::size_t length = offsetof(sockaddr_un, sun_path) + place.size();
    if (place.front() == '@') {
        // The name of an abstract socket begins with a zero and ends with its length.
        address.sun_path[0] = '\0';
    } else {
        ++length;
    }
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        return;
    }
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address),
                  static_cast<socklen_t>(length)) != 0) {
        ::close(descriptor);
        return;
    }
    m_descriptor = descriptor;
}

NotifySocket::~NotifySocket()
{
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
    }
}

bool NotifySocket::send(std::string_view message) const
{
    return m_descriptor >= 0 &&
           ::send(m_descriptor, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
               static_cast<ssize_t>(message.size());
}

} // namespace warp::host
