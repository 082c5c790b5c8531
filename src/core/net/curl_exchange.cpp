#include "core/net/curl_exchange.h"

#include "core/net/tcp_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace warp::net {

namespace {

// The answers we read have a handful of headers; libcurl itself keeps each one it is sent.
constexpr std::size_t MAX_HEADER_BYTES = 64 * 1024;

// A template has some megabytes: fewer, larger reads.
constexpr long RECEIVE_BUFFER_BYTES = 128L * 1024;
constexpr std::uint64_t MIN_SEND_BUFFER_BYTES = 16 * 1024; // libcurl's own limits
constexpr std::uint64_t MAX_SEND_BUFFER_BYTES = 1024 * 1024;

constexpr long KEEPALIVE_IDLE_SECONDS = 60;
constexpr long KEEPALIVE_INTERVAL_SECONDS = 20;

bool isHeaderName(std::string_view text)
{
    // RFC 9110 section 5.6.2, token.
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char character) {
        return character > ' ' && character < '\x7F' &&
               std::strchr("\"(),/:;<=>?@[\\]{}", character) == nullptr;
    });
}

bool hasLineBreak(std::string_view text)
{
    using namespace std::string_view_literals;
    return text.find_first_of("\r\n\0"sv) != std::string_view::npos;
}

bool equalsIgnoringCase(std::string_view left, std::string_view right)
{
    return left.size() == right.size() &&
           std::equal(left.begin(), left.end(), right.begin(), [](char one, char other) {
               const auto lower = [](char character) {
                   return character >= 'A' && character <= 'Z'
                              ? static_cast<char>(character - 'A' + 'a')
                              : character;
               };
               return lower(one) == lower(other);
           });
}

HttpError fromConnectErrno(long code)
{
    switch (code) {
    case ECONNREFUSED:
        return HttpError::Refused;
    case ETIMEDOUT:
        return HttpError::TimedOut;
    case ECONNRESET:
        return HttpError::Closed;
    default:
        return HttpError::Unreachable;
    }
}

HttpError fromCurl(CURLcode code, CURL* easy)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return HttpError::NameNotFound;
    case CURLE_COULDNT_CONNECT: {
        long number = 0;
        curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
        return fromConnectErrno(number);
    }
    case CURLE_OPERATION_TIMEDOUT:
        return HttpError::TimedOut;
    case CURLE_FILESIZE_EXCEEDED:
        return HttpError::TooLarge;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
    case CURLE_BAD_FUNCTION_ARGUMENT:
        return HttpError::Malformed;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return HttpError::Tls;
    default:
        return HttpError::Closed;
    }
}

} // namespace

CurlExchange::CurlExchange(std::uint64_t id, HttpRequest request, HttpReply reply)
    : m_id(id)
    , m_request(std::move(request))
    , m_reply(std::move(reply))
{
    for (const auto& part : m_request.body) {
        m_bodySize += part->size();
    }
}

CurlExchange::~CurlExchange() = default;

bool CurlExchange::prepare(const HttpOptions& options)
{
    m_maxResponseBytes = options.maxResponseBytes;
    m_easy.reset(curl_easy_init());
    WARP_ASSERT(m_easy != nullptr); // out of memory
    if (!isHeaderName(m_request.method) || !setTarget(options.baseUrl) || !setHeaders()) {
        return false;
    }
    setConnectionOptions();
    setMethod();
    setCallbacks();
    return true;
}

bool CurlExchange::setTarget(const std::string& baseUrl)
{
    std::string url = baseUrl;
    while (url.ends_with('/') && m_request.target.starts_with('/')) {
        url.pop_back();
    }
    url += m_request.target;
    return !hasLineBreak(url) &&
           curl_easy_setopt(m_easy.get(), CURLOPT_URL, url.c_str()) == CURLE_OK;
}

bool CurlExchange::setHeaders()
{
    const auto add = [this](const std::string& line) {
        curl_slist* const shorter = m_headers.release();
        curl_slist* const longer = curl_slist_append(shorter, line.c_str());
        m_headers.reset(longer != nullptr ? longer : shorter);
    };
    // libcurl leaves out a header of its own that is given without a value.
    add("Expect:");
    bool hasContentType = false;
    for (const auto& [name, value] : m_request.headers) {
        if (!isHeaderName(name) || hasLineBreak(value)) {
            return false;
        }
        hasContentType = hasContentType || equalsIgnoringCase(name, "content-type");
        std::string line = name;
        line += value.empty() ? ";" : ": ";
        line += value;
        add(line);
    }
    if (!hasContentType) {
        add("Content-Type:");
    }
    return curl_easy_setopt(m_easy.get(), CURLOPT_HTTPHEADER, m_headers.get()) == CURLE_OK;
}

void CurlExchange::setConnectionOptions()
{
    CURL* const easy = m_easy.get();
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); // also none from the environment
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L); // each reconnect looks the name up
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); // a lookup that hangs does not delay our end
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER_BYTES);
    curl_easy_setopt(
        easy, CURLOPT_UPLOAD_BUFFERSIZE,
        static_cast<long>(std::clamp(m_bodySize, MIN_SEND_BUFFER_BYTES, MAX_SEND_BUFFER_BYTES)));
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(m_maxResponseBytes));
}

void CurlExchange::setMethod()
{
    CURL* const easy = m_easy.get();
    const bool hasBody = m_bodySize > 0 || m_request.method == "POST";
    if (hasBody) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(m_bodySize));
    } else if (m_request.method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, m_request.method.c_str());
}

void CurlExchange::setCallbacks()
{
    using ReadFn = std::size_t (*)(char*, std::size_t, std::size_t, CurlExchange*);
    CURL* const easy = m_easy.get();
    const ReadFn read = [](char* out, std::size_t size, std::size_t count,
                           CurlExchange* self) noexcept {
        return self->readBody({out, size * count});
    };
    const ReadFn write = [](char* bytes, std::size_t size, std::size_t count,
                            CurlExchange* self) noexcept {
        return self->onBody({bytes, size * count});
    };
    const ReadFn header = [](char* bytes, std::size_t size, std::size_t count,
                             CurlExchange* self) noexcept {
        return self->onHeader({bytes, size * count});
    };
    using SeekFn = int (*)(CurlExchange*, curl_off_t, int);
    const SeekFn seek = [](CurlExchange* self, curl_off_t offset, int origin) noexcept {
        const bool isDone =
            origin == SEEK_SET && offset >= 0 && self->seekBody(static_cast<std::uint64_t>(offset));
        return isDone ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
    };
    using SocketFn = int (*)(void*, curl_socket_t, curlsocktype);
    const SocketFn configure = [](void*, curl_socket_t descriptor, curlsocktype) {
        closeOnExec(descriptor);
        return static_cast<int>(CURL_SOCKOPT_OK);
    };
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, read);
    curl_easy_setopt(easy, CURLOPT_READDATA, this);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, configure);
}

std::size_t CurlExchange::readBody(std::span<char> out)
{
    std::size_t written = 0;
    while (written < out.size() && m_bodyPart < m_request.body.size()) {
        const std::string& part = *m_request.body[m_bodyPart];
        const std::size_t count = std::min(part.size() - m_bodyOffset, out.size() - written);
        std::memcpy(out.data() + written, part.data() + m_bodyOffset, count);
        written += count;
        m_bodyOffset += count;
        if (m_bodyOffset == part.size()) {
            ++m_bodyPart;
            m_bodyOffset = 0;
        }
    }
    return written;
}

bool CurlExchange::seekBody(std::uint64_t offset)
{
    if (offset > m_bodySize) {
        return false;
    }
    m_bodyPart = 0;
    while (m_bodyPart < m_request.body.size() && offset >= m_request.body[m_bodyPart]->size()) {
        offset -= m_request.body[m_bodyPart]->size();
        ++m_bodyPart;
    }
    m_bodyOffset = static_cast<std::size_t>(offset);
    return true;
}

std::size_t CurlExchange::onHeader(std::string_view line)
{
    m_headerBytes += line.size();
    m_isTooLarge = m_isTooLarge || m_headerBytes > MAX_HEADER_BYTES;
    // libcurl takes a stream that ends within the header for a whole answer.
    if (line.starts_with("HTTP/")) {
        m_isHeaderComplete = false;
    } else if (line == "\r\n" || line == "\n") {
        m_isHeaderComplete = true;
    }
    return m_isTooLarge ? 0 : line.size(); // less than was offered ends the transfer
}

std::size_t CurlExchange::onBody(std::span<const char> bytes)
{
    if (bytes.size() > m_maxResponseBytes - m_received.size()) {
        m_isTooLarge = true;
        return 0;
    }
    if (m_received.empty()) {
        curl_off_t announced = -1;
        curl_easy_getinfo(m_easy.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
        if (announced > 0) {
            m_received.reserve(std::min(static_cast<std::size_t>(announced), m_maxResponseBytes));
        }
    }
    m_received.append(bytes.data(), bytes.size());
    return bytes.size();
}

util::Result<HttpResponse, HttpError> CurlExchange::result(CURLcode code)
{
    if (m_isTooLarge) {
        return util::Unexpected(HttpError::TooLarge);
    }
    if (code != CURLE_OK) {
        return util::Unexpected(fromCurl(code, m_easy.get()));
    }
    if (!m_isHeaderComplete) {
        return util::Unexpected(HttpError::Closed);
    }
    long status = 0;
    const char* contentType = nullptr;
    curl_easy_getinfo(m_easy.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(m_easy.get(), CURLINFO_CONTENT_TYPE, &contentType);
    return HttpResponse{.status = static_cast<int>(status),
                        .body = std::move(m_received),
                        .contentType = contentType != nullptr ? contentType : ""};
}

} // namespace warp::net
