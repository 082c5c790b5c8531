#include "core/node/rpc_credentials.h"

#include "core/util/bytes.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace warp::node {

namespace {

// Core writes "__cookie__:" and 64 digits.
constexpr std::size_t MAX_COOKIE_BYTES = 4096;

/// RFC 4648, section 4.
std::string toBase64(std::string_view text)
{
    constexpr std::string_view ALPHABET =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    unsigned bitCount = 0;
    for (const std::byte byte : util::asBytes(text)) {
        bits = (bits << 8U) | std::to_integer<std::uint32_t>(byte);
        bitCount += 8;
        while (bitCount >= 6) {
            bitCount -= 6;
            out += ALPHABET[(bits >> bitCount) & 0x3FU];
        }
    }
    if (bitCount > 0) {
        out += ALPHABET[(bits << (6 - bitCount)) & 0x3FU];
    }
    while (out.size() % 4 != 0) {
        out += '=';
    }
    return out;
}

std::string basicHeader(std::string_view login)
{
    return "Basic " + toBase64(login);
}

NodeError cookieError(const std::filesystem::path& path, std::string_view cause)
{
    return {.code = NodeErrorCode::CookieMissing,
            .message = fmt::format("{}: {}", path.string(), cause)};
}

} // namespace

RpcCredentials::RpcCredentials(util::Files& files, const NodeOptions& options)
    : m_files(files)
{
    if (!options.user.empty()) {
        m_header = basicHeader(options.user + ':' + options.password);
    } else if (options.cookieFile.empty()) {
        m_header.emplace();
    } else {
        m_cookieFile = options.cookieFile;
    }
}

util::Result<std::string, NodeError> RpcCredentials::authorization()
{
    if (!m_header) {
        WARP_TRY(header, readCookie());
        m_header = std::move(header);
    }
    return *m_header;
}

void RpcCredentials::forget()
{
    if (!m_cookieFile.empty()) {
        m_header.reset();
    }
}

util::Result<std::string, NodeError> RpcCredentials::readCookie() const
{
    const auto content = m_files.read(m_cookieFile, MAX_COOKIE_BYTES);
    if (!content) {
        return util::Unexpected(cookieError(m_cookieFile, util::describe(content.error())));
    }
    std::string_view cookie = *content;
    cookie = cookie.substr(0, cookie.find_first_of("\r\n"));
    // A node that starts creates the file before it writes it.
    if (cookie.find(':') == std::string_view::npos) {
        return util::Unexpected(cookieError(m_cookieFile, "no cookie in it"));
    }
    return basicHeader(cookie);
}

} // namespace warp::node
