#include "core/net/tcp_socket.h"

#include <boost/asio/ip/v6_only.hpp>

#if !defined(_WIN32)
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#endif

namespace warp::net {

namespace {

namespace asio = boost::asio;

// Enough for a farm that comes back after a power cut; the system cuts it to its own limit.
constexpr int LISTEN_BACKLOG = 4096;

constexpr int KEEPALIVE_IDLE_SECONDS = 60;
constexpr int KEEPALIVE_INTERVAL_SECONDS = 20;
constexpr int KEEPALIVE_PROBES = 5;

#if !defined(_WIN32)
template <int Name>
void setTcpOption(TcpSocket& socket, int value)
{
    ErrorCode ignored;
    socket.set_option(asio::detail::socket_option::integer<IPPROTO_TCP, Name>(value), ignored);
}
#endif

void setKeepalive(TcpSocket& socket)
{
    ErrorCode ignored;
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
#if defined(TCP_KEEPIDLE)
    setTcpOption<TCP_KEEPIDLE>(socket, KEEPALIVE_IDLE_SECONDS);
#elif defined(TCP_KEEPALIVE)
    setTcpOption<TCP_KEEPALIVE>(socket, KEEPALIVE_IDLE_SECONDS);
#endif
#if defined(TCP_KEEPINTVL)
    setTcpOption<TCP_KEEPINTVL>(socket, KEEPALIVE_INTERVAL_SECONDS);
#endif
#if defined(TCP_KEEPCNT)
    setTcpOption<TCP_KEEPCNT>(socket, KEEPALIVE_PROBES);
#endif
}

util::Result<TcpAcceptor, ErrorCode> tryListen(asio::io_context& context,
                                               const Tcp::endpoint& local)
{
    ErrorCode error;
    TcpAcceptor acceptor(context);
    acceptor.open(local.protocol(), error);
    if (!error) {
        closeOnExec(acceptor.native_handle());
        acceptor.set_option(asio::socket_base::reuse_address(true), error);
    }
    if (!error && local.protocol() == Tcp::v6()) {
        // "::" takes IPv4 too, as Linux does by default and other systems do not.
        acceptor.set_option(asio::ip::v6_only(!local.address().is_unspecified()), error);
    }
    if (!error) {
        acceptor.bind(local, error);
    }
    if (!error) {
        acceptor.listen(LISTEN_BACKLOG, error);
    }
    if (!error) {
        acceptor.non_blocking(true, error);
    }
    if (error) {
        return util::Unexpected(error);
    }
    return acceptor;
}

/// Whether IPv6 is missing on this machine, rather than the port taken.
bool isFamilyMissing(const ErrorCode& error)
{
    return error == asio::error::address_family_not_supported ||
           error == boost::system::errc::address_not_available ||
           error == boost::system::errc::protocol_not_supported ||
           error == asio::error::no_protocol_option;
}

} // namespace

NetError toNetError(const ErrorCode& error)
{
    namespace errc = boost::system::errc;
    if (error == errc::address_in_use) {
        return NetError::AddressInUse;
    }
    if (error == errc::address_not_available || error == errc::address_family_not_supported) {
        return NetError::AddressNotAvailable;
    }
    if (error == errc::permission_denied || error == errc::operation_not_permitted) {
        return NetError::NoPermission;
    }
    if (error == asio::error::host_not_found || error == asio::error::host_not_found_try_again ||
        error == asio::error::no_data || error == asio::error::service_not_found) {
        return NetError::NameNotFound;
    }
    if (error == errc::connection_refused) {
        return NetError::Refused;
    }
    if (error == errc::network_unreachable || error == errc::host_unreachable ||
        error == errc::network_down) {
        return NetError::Unreachable;
    }
    if (error == errc::timed_out) {
        return NetError::TimedOut;
    }
    if (error == errc::too_many_files_open || error == errc::too_many_files_open_in_system) {
        return NetError::TooManyOpenFiles;
    }
    return NetError::Other;
}

Endpoint toEndpoint(const Tcp::endpoint& endpoint)
{
    asio::ip::address address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    return {.host = address.to_string(), .port = endpoint.port()};
}

bool isWouldBlock(const ErrorCode& error)
{
    return error == asio::error::would_block || error == asio::error::try_again ||
           error == asio::error::interrupted;
}

void closeOnExec([[maybe_unused]] int descriptor)
{
#if !defined(_WIN32)
    static_cast<void>(::fcntl(descriptor, F_SETFD, FD_CLOEXEC));
#endif
}

void configureStream(TcpSocket& socket)
{
    ErrorCode ignored;
    closeOnExec(socket.native_handle());
    socket.non_blocking(true, ignored);
    socket.set_option(Tcp::no_delay(true), ignored);
    setKeepalive(socket);
}

void setAbortive(TcpSocket& socket)
{
    ErrorCode ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
}

util::Result<TcpAcceptor, NetError> openListener(asio::io_context& context,
                                                 const Endpoint& endpoint)
{
    if (endpoint.host.empty()) {
        auto both = tryListen(context, {asio::ip::address_v6::any(), endpoint.port});
        if (!both && isFamilyMissing(both.error())) {
            both = tryListen(context, {asio::ip::address_v4::any(), endpoint.port});
        }
        if (!both) {
            return util::Unexpected(toNetError(both.error()));
        }
        return std::move(both).value();
    }
    ErrorCode error;
    const std::string host = endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host;
    const asio::ip::address address = asio::ip::make_address(host, error);
    if (error) {
        return util::Unexpected(NetError::NameNotFound);
    }
    auto one = tryListen(context, {address, endpoint.port});
    if (!one) {
        return util::Unexpected(toNetError(one.error()));
    }
    return std::move(one).value();
}

std::uint16_t localPort(const TcpAcceptor& acceptor)
{
    ErrorCode error;
    const Tcp::endpoint bound = acceptor.local_endpoint(error);
    WARP_ASSERT(!error); // an open socket has an address
    return bound.port();
}

} // namespace warp::net
