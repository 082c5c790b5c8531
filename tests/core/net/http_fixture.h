// An HttpServer on a loop thread of its own and a client that waits for its answers.
#pragma once

#include "core/net/asio_network.h"
#include "core/net/http_server.h"
#include "tests/core/net/loop_thread.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warp::test {

/// Without a handler it answers "METHOD target" to each request. Records what it was asked.
class WebServer final
{
public:
    using Reply = util::Reply<net::HttpServerResponse>;
    using Handler = std::function<void(const net::HttpServerRequest&, Reply)>;

    explicit WebServer(const net::HttpServerOptions& options = {}, Handler handler = {},
                       std::uint16_t port = 0, net::FailureFn onFailure = {})
        : m_loop(std::move(onFailure))
        , m_handler(std::move(handler))
    {
        m_loop.call([&] {
            auto server = net::HttpServer::create(
                m_loop.executor(), {.host = "127.0.0.1", .port = port}, options,
                [this](net::HttpServerRequest request, Reply reply) {
                    onRequest(std::move(request), std::move(reply));
                });
            m_server = std::move(server).value();
        });
        m_port = m_server->local().port;
    }
    ~WebServer()
    {
        stop();
        m_loop.call([this] { m_replies.clear(); });
        m_loop.stop();
    }
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;

    [[nodiscard]] LoopThread& loop() { return m_loop; }
    [[nodiscard]] std::uint16_t port() const { return m_port; }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(m_port); }
    void stop()
    {
        m_loop.call([this] { m_server.reset(); });
    }

    [[nodiscard]] std::size_t connectionCount()
    {
        return m_loop.call([this] { return m_server->connectionCount(); });
    }
    [[nodiscard]] std::vector<net::HttpServerRequest> requests()
    {
        return m_loop.call([this] { return m_requests; });
    }
    [[nodiscard]] std::size_t requestCount()
    {
        return m_loop.call([this] { return m_requests.size(); });
    }
    /// For handlers that answer later; on the executor.
    void keep(Reply reply) { m_replies.push_back(std::move(reply)); }
    /// Answers the oldest kept reply.
    void answer(net::HttpServerResponse response)
    {
        m_loop.call([&] {
            const Reply reply = std::move(m_replies.front());
            m_replies.erase(m_replies.begin());
            reply(std::move(response));
        });
    }
    void dropReplies()
    {
        m_loop.call([this] { m_replies.clear(); });
    }

private:
    void onRequest(net::HttpServerRequest request, Reply reply)
    {
        m_requests.push_back(request);
        if (m_handler) {
            m_handler(request, std::move(reply));
        } else {
            reply({.status = 200,
                   .contentType = "text/plain",
                   .headers = {},
                   .body = request.method + " " + request.target});
        }
    }

    LoopThread m_loop;
    Handler m_handler;
    std::vector<net::HttpServerRequest> m_requests;
    std::vector<Reply> m_replies;
    std::unique_ptr<net::HttpServer> m_server;
    std::uint16_t m_port = 0;
};

/// A transport on a loop of its own.
class WebClient final
{
public:
    using Answer = util::Result<net::HttpResponse, net::HttpError>;

    explicit WebClient(net::HttpOptions options)
    {
        m_loop.call([&] {
            m_transport = m_network.createHttpTransport(m_loop.executor(), std::move(options));
        });
    }
    ~WebClient()
    {
        m_loop.call([this] {
            m_transport.reset();
            m_handles.clear(); // may go after their transport
        });
        m_loop.stop();
    }
    WebClient(const WebClient&) = delete;
    WebClient& operator=(const WebClient&) = delete;

    [[nodiscard]] LoopThread& loop() { return m_loop; }
    [[nodiscard]] net::HttpTransport& transport() { return *m_transport; }
    void destroyTransport() { m_transport.reset(); }

    /// Begins a request; its number counts from 0.
    std::size_t begin(net::HttpRequest request, util::Duration timeout = std::chrono::seconds(20))
    {
        return m_loop.call([&] {
            const std::size_t number = m_answers.size();
            m_answers.emplace_back();
            m_order.reserve(100);
            m_handles.push_back(
                m_transport->request(std::move(request), timeout, [this, number](Answer answer) {
                    m_answers[number] = std::move(answer);
                    m_order.push_back(number);
                }));
            return number;
        });
    }
    void abandon(std::size_t number)
    {
        m_loop.call([&] { m_handles[number].reset(); });
    }
    [[nodiscard]] std::optional<Answer> answer(std::size_t number)
    {
        return m_loop.call([&] { return m_answers[number]; });
    }
    [[nodiscard]] bool isAnswered(std::size_t number) { return answer(number).has_value(); }
    [[nodiscard]] std::vector<std::size_t> order()
    {
        return m_loop.call([this] { return m_order; });
    }

private:
    net::AsioNetwork m_network;
    LoopThread m_loop;
    std::unique_ptr<net::HttpTransport> m_transport;
    std::vector<util::RequestHandle> m_handles;
    std::vector<std::optional<Answer>> m_answers;
    std::vector<std::size_t> m_order;
};

} // namespace warp::test
