#include "core/net/http_session.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace warp::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using Stream = beast::basic_stream<Tcp, asio::io_context::executor_type>;
using Request = http::request<http::string_body>;
using RequestParser = http::request_parser<http::string_body>;
using Response = http::response<http::string_body>;

constexpr std::size_t READ_BYTES = 4096;
constexpr std::size_t BODY_CHUNK_BYTES = 64 * 1024;

// How long the last answer may take to arrive before the rest of the request is given up.
constexpr util::Duration LINGER = std::chrono::seconds(2);

bool hasLineBreak(std::string_view text)
{
    return text.find_first_of("\r\n") != std::string_view::npos;
}

class BeastSession final : public HttpSession, public std::enable_shared_from_this<BeastSession>
{
public:
    BeastSession(std::shared_ptr<HttpSessionHost> host, TcpSocket socket, Endpoint peer)
        : m_host(std::move(host))
        , m_options(m_host->options())
        , m_stream(std::move(socket))
        , m_peer(std::move(peer))
        , m_buffer(m_options.maxHeaderBytes + BODY_CHUNK_BYTES)
    {}

    void start() override { awaitRequest(); }
    void abandon() override
    {
        m_host.reset();
        close();
    }
    /// Answers request `number`, where it still waits.
    void respond(std::uint64_t number, HttpServerResponse response);

private:
    enum class State : std::uint8_t { Reading, Answering, Writing, Lingering, Closed };

    void awaitRequest();
    void readRequest();
    void onRequestRead(const ErrorCode& error);
    void handle(Request message);
    void watchPeer();
    void onPeerReadable();
    void refuse(http::status status);
    void write(HttpServerResponse response);
    void onWritten(const ErrorCode& error);
    void linger();
    void close();

    std::shared_ptr<HttpSessionHost> m_host; // empty once closed
    HttpServerOptions m_options;
    Stream m_stream;
    Endpoint m_peer;
    beast::flat_buffer m_buffer;
    std::optional<RequestParser> m_parser;
    Response m_response;
    std::uint64_t m_number = 0; // of the request that is served
    State m_state = State::Reading;
    bool m_isKeptAlive = true;
    bool m_isHead = false;
};

/// What stands behind a handler's reply: the first answer counts, none at all is an error of ours.
class Ticket final
{
public:
    Ticket(std::weak_ptr<BeastSession> session, std::uint64_t number)
        : m_session(std::move(session))
        , m_number(number)
    {}
    ~Ticket() { answer({.status = 500, .contentType = "text/plain", .headers = {}, .body = {}}); }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

    void answer(HttpServerResponse response)
    {
        if (const auto session = std::exchange(m_session, {}).lock()) {
            session->respond(m_number, std::move(response));
        }
    }

private:
    std::weak_ptr<BeastSession> m_session;
    std::uint64_t m_number;
};

void BeastSession::awaitRequest()
{
    m_state = State::Reading;
    m_parser.emplace();
    m_parser->header_limit(static_cast<std::uint32_t>(m_options.maxHeaderBytes));
    m_parser->body_limit(m_options.maxBodyBytes);
    if (m_buffer.size() > 0) {
        readRequest();
        return;
    }
    m_buffer.shrink_to_fit();
    m_stream.expires_after(m_options.idleDeadline);
    m_stream.async_read_some(
        m_buffer.prepare(READ_BYTES),
        [self = shared_from_this()](const ErrorCode& error, std::size_t count) {
            if (error) {
                self->close();
                return;
            }
            self->m_buffer.commit(count);
            self->readRequest();
        });
}

void BeastSession::readRequest()
{
    // Set once: bytes that trickle in do not move it.
    m_stream.expires_after(m_options.requestDeadline);
    http::async_read(m_stream, m_buffer, *m_parser,
                     [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                         self->onRequestRead(error);
                     });
}

void BeastSession::onRequestRead(const ErrorCode& error)
{
    if (m_state != State::Reading) {
        return;
    }
    if (!error) {
        handle(m_parser->release());
    } else if (error == http::error::body_limit) {
        refuse(http::status::payload_too_large);
    } else if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        refuse(http::status::request_header_fields_too_large);
    } else if (error == http::error::end_of_stream || error == http::error::partial_message ||
               error.category() != http::make_error_code(http::error::bad_method).category()) {
        close();
    } else {
        refuse(http::status::bad_request);
    }
}

void BeastSession::handle(Request message)
{
    m_stream.expires_never();
    m_state = State::Answering;
    m_isKeptAlive = message.keep_alive();
    m_isHead = message.method() == http::verb::head;
    ++m_number;
    HttpServerRequest request{.method = std::string(message.method_string()),
                              .target = std::string(message.target()),
                              .headers = {},
                              .body = std::move(message.body()),
                              .peer = m_peer};
    for (const auto& field : message) {
        request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    watchPeer();
    const auto ticket = std::make_shared<Ticket>(weak_from_this(), m_number);
    // The server may be destroyed by its handler.
    const auto host = m_host;
    host->onRequest(std::move(request),
                    [ticket](HttpServerResponse response) { ticket->answer(std::move(response)); });
}

void BeastSession::watchPeer()
{
    m_stream.socket().async_wait(TcpSocket::wait_read, [self = shared_from_this(),
                                                        number = m_number](const ErrorCode& error) {
        if (!error && self->m_state == State::Answering && self->m_number == number) {
            self->onPeerReadable();
        }
    });
}

void BeastSession::onPeerReadable()
{
    // Either the next request, which can wait, or the end of a client that gave up.
    char first = 0;
    ErrorCode error;
    static_cast<void>(
        m_stream.socket().receive(asio::buffer(&first, 1), asio::socket_base::message_peek, error));
    if (error && !isWouldBlock(error)) {
        close();
    }
}

void BeastSession::respond(std::uint64_t number, HttpServerResponse response)
{
    if (m_state == State::Answering && m_number == number) {
        write(std::move(response));
    }
}

void BeastSession::refuse(http::status status)
{
    m_isKeptAlive = false;
    m_isHead = false;
    write({.status = static_cast<int>(status),
           .contentType = "text/plain; charset=utf-8",
           .headers = {},
           .body = std::string(http::obsolete_reason(status)) + "\n"});
}

void BeastSession::write(HttpServerResponse response)
{
    m_state = State::Writing;
    m_response = {};
    m_response.version(11);
    m_response.result(static_cast<unsigned>(response.status));
    for (const auto& [name, value] : response.headers) {
        if (!hasLineBreak(name) && !hasLineBreak(value)) {
            m_response.insert(name, value);
        }
    }
    if (!response.contentType.empty() && !hasLineBreak(response.contentType)) {
        m_response.set(http::field::content_type, response.contentType);
    }
    m_response.keep_alive(m_isKeptAlive);
    m_response.content_length(response.body.size());
    if (!m_isHead) {
        m_response.body() = std::move(response.body);
    }
    m_stream.expires_after(m_options.requestDeadline);
    http::async_write(m_stream, m_response,
                      [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                          self->onWritten(error);
                      });
}

void BeastSession::onWritten(const ErrorCode& error)
{
    m_response = {}; // an idle connection keeps no answer
    if (m_state != State::Writing) {
        return;
    }
    if (error) {
        close();
    } else if (m_isKeptAlive) {
        awaitRequest();
    } else {
        // Closing with unread input would reset the connection and take the answer along.
        ErrorCode ignored;
        m_stream.socket().shutdown(TcpSocket::shutdown_send, ignored);
        m_state = State::Lingering;
        m_stream.expires_after(std::min(LINGER, m_options.requestDeadline));
        linger();
    }
}

void BeastSession::linger()
{
    m_buffer.clear();
    m_stream.async_read_some(m_buffer.prepare(BODY_CHUNK_BYTES),
                             [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                                 if (error || self->m_state != State::Lingering) {
                                     self->close();
                                 } else {
                                     self->linger();
                                 }
                             });
}

void BeastSession::close()
{
    if (std::exchange(m_state, State::Closed) != State::Closed) {
        m_stream.close();
    }
    if (const auto host = std::exchange(m_host, nullptr)) {
        host->onClosed(*this);
    }
}

} // namespace

std::shared_ptr<HttpSession> createHttpSession(std::shared_ptr<HttpSessionHost> host,
                                               TcpSocket socket, Endpoint peer)
{
    return std::make_shared<BeastSession>(std::move(host), std::move(socket), std::move(peer));
}

} // namespace warp::net
