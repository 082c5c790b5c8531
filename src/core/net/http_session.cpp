#include "core/net/http_session.h"

#include "core/net/http_answer.h"
#include "core/net/http_target.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace warp::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using Stream = beast::basic_stream<Tcp, asio::io_context::executor_type>;
using RequestParser = http::request_parser<http::string_body>;

constexpr std::size_t READ_BYTES = 4096;
constexpr std::size_t BODY_CHUNK_BYTES = 64 * 1024;
constexpr std::string_view CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view LINE_END = "\r\n";
constexpr std::string_view LAST_CHUNK = "0\r\n\r\n";
constexpr int BAD_REQUEST = 400;
constexpr int BODY_TOO_LARGE = 413;
constexpr int WRONG_HOST = 421;
constexpr int HEADERS_TOO_LARGE = 431;

// How long the last answer may take to arrive before the rest of the request is given up.
constexpr util::Duration LINGER = std::chrono::seconds(2);

asio::const_buffer bufferOf(std::string_view text)
{
    return {text.data(), text.size()};
}

class BeastSession final : public HttpSession,
                           public HttpStreamSink,
                           public std::enable_shared_from_this<BeastSession>
{
public:
    BeastSession(std::shared_ptr<HttpSessionHost> host, TcpSocket socket, Endpoint peer)
        : m_host(std::move(host))
        , m_options(m_host->options())
        , m_stream(std::move(socket))
        , m_peer(std::move(peer))
        , m_buffer(m_options.head.maxBytes + BODY_CHUNK_BYTES)
    {}

    void start() override { awaitRequest(); }
    [[nodiscard]] const Endpoint& peer() const override { return m_peer; }
    void abandon() override
    {
        m_host.reset();
        close();
    }
    void onStreamReady() override { writePart(); }
    void onStreamOverflow() override { close(); }
    /// Answers request `number`, where it still waits.
    void respond(std::uint64_t number, HttpServerResponse response);

private:
    enum class State : std::uint8_t { Reading, Answering, Writing, Streaming, Lingering, Closed };

    void awaitRequest();
    void readSome(void (BeastSession::*then)());
    void readHead();
    void onHead(std::size_t size);
    /// Status of a request whose host is not ours.
    [[nodiscard]] std::optional<int> judgeHost() const;
    void awaitBody();
    void readBody();
    void onBodyRead(const ErrorCode& error);
    void refuseFor(const ErrorCode& error);
    void handle();
    void watchPeer();
    void onPeerReadable();
    void refuse(int status);
    void write(HttpServerResponse response);
    void writeBytes(util::Duration deadline, void (BeastSession::*then)());
    void onWritten();
    void beginStream();
    void writePart();
    void onPartWritten();
    void finish();
    void linger();
    void close();
    [[nodiscard]] util::Duration writeDeadline() const;

    std::shared_ptr<HttpSessionHost> m_host; // empty once closed
    const HttpServerOptions& m_options;      // the host's; not used without it
    Stream m_stream;
    Endpoint m_peer;
    beast::flat_buffer m_buffer;
    std::size_t m_seen = 0; // of m_buffer, in search of the head's end
    std::optional<RequestParser> m_parser;
    HttpServerRequest m_request;
    HttpServerResponse m_response;
    std::string m_head;      // of the answer, or of a part
    HttpStream::Part m_part; // that is being written
    std::array<asio::const_buffer, 3> m_output;
    std::uint64_t m_number = 0; // of the request that is served
    State m_state = State::Reading;
    bool m_isKeptAlive = true;
    bool m_isHead = false;
    bool m_isVersion10 = false;
    bool m_isWriting = false; // a part of a stream
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
        } else if (response.stream) {
            response.stream->noteClosed();
        }
    }

private:
    std::weak_ptr<BeastSession> m_session;
    std::uint64_t m_number;
};

void BeastSession::readSome(void (BeastSession::*then)())
{
    m_stream.async_read_some(
        m_buffer.prepare(READ_BYTES),
        [self = shared_from_this(), then](const ErrorCode& error, std::size_t count) {
            if (self->m_state != State::Reading) {
                return;
            }
            if (error) {
                self->close();
                return;
            }
            self->m_buffer.commit(count);
            ((*self).*then)();
        });
}

void BeastSession::awaitRequest()
{
    m_state = State::Reading;
    m_request = {};
    m_parser.emplace();
    m_parser->header_limit(static_cast<std::uint32_t>(m_options.head.maxBytes));
    m_parser->body_limit(m_options.maxBodyBytes);
    m_seen = 0;
    const auto begin = [](BeastSession& self) {
        // Set once: bytes that trickle in do not move it.
        self.m_stream.expires_after(self.m_options.headDeadline);
        self.readHead();
    };
    if (m_buffer.size() > 0) {
        begin(*this);
        return;
    }
    m_buffer.shrink_to_fit();
    m_stream.expires_after(m_options.idleDeadline);
    m_stream.async_read_some(
        m_buffer.prepare(READ_BYTES),
        [self = shared_from_this(), begin](const ErrorCode& error, std::size_t count) {
            if (error || self->m_state != State::Reading) {
                self->close();
                return;
            }
            self->m_buffer.commit(count);
            begin(*self);
        });
}

void BeastSession::readHead()
{
    const auto text = [this] {
        return std::string_view(static_cast<const char*>(m_buffer.data().data()), m_buffer.size());
    };
    // Empty lines before a request are left out (RFC 9112 section 2.2).
    while (m_seen == 0 && text().starts_with(LINE_END)) {
        m_buffer.consume(LINE_END.size());
    }
    if (text() == LINE_END.substr(0, 1)) {
        readSome(&BeastSession::readHead);
        return;
    }
    const HttpHeadProgress progress = scanHead(text(), m_seen, m_options.head);
    m_seen = m_buffer.size();
    if (progress.refusal) {
        refuse(*progress.refusal);
    } else if (progress.size == 0) {
        readSome(&BeastSession::readHead);
    } else if (const auto refusal = judgeHead(text().substr(0, progress.size), m_options.head)) {
        refuse(*refusal);
    } else {
        onHead(progress.size);
    }
}

void BeastSession::onHead(std::size_t size)
{
    ErrorCode error;
    m_parser->put(asio::buffer(m_buffer.data(), size), error);
    m_buffer.consume(size);
    if (error) {
        refuseFor(error);
        return;
    }
    const auto& message = m_parser->get();
    m_isVersion10 = message.version() < 11;
    m_isKeptAlive = message.keep_alive();
    m_isHead = message.method() == http::verb::head;
    m_request.method = std::string(message.method_string());
    m_request.target = std::string(message.target());
    m_request.peer = m_peer;
    m_request.boundHost = m_host->boundHost();
    // Taken here: what follows a chunked body must not pass for a header.
    for (const auto& field : message) {
        m_request.headers.emplace_back(std::string(field.name_string()),
                                       std::string(field.value()));
    }
    if (const auto refusal = judgeHost()) {
        refuse(*refusal);
        return;
    }
    awaitBody();
}

std::optional<int> BeastSession::judgeHost() const
{
    if (!m_options.hostNames) {
        return std::nullopt;
    }
    const std::string_view host = m_request.header("Host");
    if (host.empty()) {
        return BAD_REQUEST;
    }
    return isKnownHost(host, *m_options.hostNames) ? std::nullopt : std::optional(WRONG_HOST);
}

void BeastSession::awaitBody()
{
    if (m_parser->is_done()) {
        handle();
        return;
    }
    m_stream.expires_after(m_options.bodyDeadline);
    if (m_isVersion10 || m_request.header("Expect").empty() || m_buffer.size() > 0) {
        readBody();
        return;
    }
    asio::async_write(m_stream, bufferOf(CONTINUE),
                      [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                          if (error || self->m_state != State::Reading) {
                              self->close();
                          } else {
                              self->readBody();
                          }
                      });
}

void BeastSession::readBody()
{
    http::async_read(m_stream, m_buffer, *m_parser,
                     [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                         self->onBodyRead(error);
                     });
}

void BeastSession::onBodyRead(const ErrorCode& error)
{
    if (m_state != State::Reading) {
        return;
    }
    if (error) {
        refuseFor(error);
        return;
    }
    m_request.body = std::move(m_parser->get().body());
    handle();
}

void BeastSession::refuseFor(const ErrorCode& error)
{
    if (error == http::error::body_limit) {
        refuse(BODY_TOO_LARGE);
    } else if (error == http::error::header_limit) {
        refuse(HEADERS_TOO_LARGE);
    } else if (error == http::error::end_of_stream || error == http::error::partial_message ||
               error.category() != http::make_error_code(http::error::bad_method).category()) {
        close();
    } else {
        refuse(BAD_REQUEST);
    }
}

void BeastSession::handle()
{
    m_stream.expires_never();
    m_state = State::Answering;
    m_parser.reset();
    ++m_number;
    watchPeer();
    const auto ticket = std::make_shared<Ticket>(weak_from_this(), m_number);
    // The server may be destroyed by its handler.
    const auto host = m_host;
    host->onRequest(std::exchange(m_request, {}),
                    [ticket](HttpServerResponse response) { ticket->answer(std::move(response)); });
}

void BeastSession::watchPeer()
{
    m_stream.socket().async_wait(TcpSocket::wait_read, [self = shared_from_this(),
                                                        number = m_number](const ErrorCode& error) {
        const bool isWaiting =
            self->m_state == State::Answering || self->m_state == State::Streaming;
        if (!error && isWaiting && self->m_number == number) {
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
    } else if (response.stream) {
        response.stream->noteClosed();
    }
}

void BeastSession::refuse(int status)
{
    m_isKeptAlive = false;
    m_isHead = false;
    if (m_options.refusal) {
        write(m_options.refusal(status));
        return;
    }
    const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
    write({.status = status,
           .contentType = "text/plain; charset=utf-8",
           .headers = {},
           .body = std::string(reason) + "\n"});
}

util::Duration BeastSession::writeDeadline() const
{
    const std::size_t milliseconds =
        asio::buffer_size(m_output) * 1000 / std::max<std::size_t>(m_options.minWriteRate, 1);
    return m_options.writeDeadline + std::chrono::milliseconds(milliseconds);
}

void BeastSession::write(HttpServerResponse response)
{
    m_state = State::Writing;
    m_response = std::move(response);
    BodyFraming framing = BodyFraming::Length;
    if (m_response.stream) {
        framing = m_isVersion10 ? BodyFraming::Close : BodyFraming::Chunked;
        m_isKeptAlive = m_isKeptAlive && !m_isVersion10;
    }
    const AfterAnswer staying = m_isVersion10 ? AfterAnswer::StaysFor10 : AfterAnswer::Stays;
    m_head = headOf(m_response, m_options.headers, framing,
                    m_isKeptAlive ? staying : AfterAnswer::Closes);
    m_output = {bufferOf(m_head), bufferOf(m_isHead ? std::string_view() : m_response.body), {}};
    if (m_response.stream && !m_isHead) {
        m_output[1] = {};
        writeBytes(writeDeadline(), &BeastSession::beginStream);
        return;
    }
    if (m_response.stream) {
        m_response.stream->noteClosed();
    }
    writeBytes(writeDeadline(), &BeastSession::onWritten);
}

void BeastSession::writeBytes(util::Duration deadline, void (BeastSession::*then)())
{
    m_stream.expires_after(deadline);
    asio::async_write(m_stream, m_output,
                      [self = shared_from_this(), then](const ErrorCode& error, std::size_t) {
                          if (error || self->m_state == State::Closed) {
                              self->close();
                          } else {
                              ((*self).*then)();
                          }
                      });
}

void BeastSession::onWritten()
{
    m_response = {}; // an idle connection keeps no answer
    m_head.clear();
    finish();
}

void BeastSession::beginStream()
{
    if (m_response.stream->isClosed()) {
        close(); // it had more to say than its bound
        return;
    }
    m_state = State::Streaming;
    m_stream.expires_never();
    watchPeer();
    m_response.stream->attach(weak_from_this());
    writePart();
}

void BeastSession::writePart()
{
    if (m_state != State::Streaming || m_isWriting) {
        return;
    }
    HttpStream& stream = *m_response.stream;
    m_part = stream.take();
    if (m_part == nullptr && !stream.isFinished()) {
        return;
    }
    if (m_part != nullptr) {
        m_head = m_isVersion10 ? std::string() : fmt::format("{:x}\r\n", m_part->size());
        m_output = {bufferOf(m_head), bufferOf(*m_part),
                    bufferOf(m_isVersion10 ? std::string_view() : LINE_END)};
    } else {
        m_output = {bufferOf(m_isVersion10 ? std::string_view() : LAST_CHUNK), {}, {}};
    }
    m_isWriting = true;
    writeBytes(stream.options().stallDeadline, &BeastSession::onPartWritten);
}

void BeastSession::onPartWritten()
{
    m_isWriting = false;
    m_stream.expires_never();
    const auto stream = m_response.stream;
    if (m_part != nullptr) {
        stream->noteTaken(std::exchange(m_part, nullptr)->size());
        writePart();
        return;
    }
    m_response = {};
    finish();
    stream->noteClosed();
}

void BeastSession::finish()
{
    if (m_isKeptAlive) {
        awaitRequest();
        return;
    }
    // Closing with unread input would reset the connection and take the answer along.
    ErrorCode ignored;
    m_stream.socket().shutdown(TcpSocket::shutdown_send, ignored);
    m_state = State::Lingering;
    m_stream.expires_after(LINGER);
    linger();
}

void BeastSession::linger()
{
    m_buffer.clear();
    m_stream.async_read_some(m_buffer.prepare(READ_BYTES),
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
    const auto stream = std::exchange(m_response.stream, nullptr);
    if (const auto host = std::exchange(m_host, nullptr)) {
        host->onClosed(*this);
    }
    if (stream) {
        stream->noteClosed();
    }
}

} // namespace

std::shared_ptr<HttpSession> createHttpSession(std::shared_ptr<HttpSessionHost> host,
                                               TcpSocket socket, Endpoint peer)
{
    return std::make_shared<BeastSession>(std::move(host), std::move(socket), std::move(peer));
}

} // namespace warp::net
