// PROXY headers as a load balancer would send them. Test code.
#pragma once

#include <string>

namespace warp::test {

/// @param command  0x20 LOCAL, 0x21 PROXY
/// @param family   0x00 unknown, 0x11 TCP over IPv4, 0x21 over IPv6
inline std::string proxyHeader(unsigned command, unsigned family, const std::string& body)
{
    std::string header("\r\n\r\n\0\r\nQUIT\n", 12);
    header += static_cast<char>(command);
    header += static_cast<char>(family);
    header += static_cast<char>(body.size() / 256);
    header += static_cast<char>(body.size() % 256);
    return header + body;
}

/// From 192.0.2.7, port 54321.
inline std::string usualProxyHeader()
{
    return proxyHeader(0x21, 0x11,
                       std::string("\xC0\x00\x02\x07\x0A\x00\x00\x01\xD4\x31\x0D\x05", 12));
}

} // namespace warp::test
