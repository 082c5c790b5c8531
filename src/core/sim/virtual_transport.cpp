#include "core/sim/virtual_http.h"
#include "core/util/assert.h"

#include <charconv>
#include <deque>
#include <optional>
#include <string_view>

namespace warp::sim {

namespace {

struct BaseUrl
{
    net::Endpoint server;
    std::string path;
};

std::optional<BaseUrl> parseBaseUrl(std::string_view url)
{
    constexpr std::string_view SCHEME = "http://";
    if (!url.starts_with(SCHEME)) {
        return std::nullopt;
    }
    url.remove_prefix(SCHEME.size());
    const std::string_view authority = url.substr(0, url.find('/'));
    std::string path(url.substr(authority.size()));
    while (path.ends_with('/')) {
        path.pop_back();
    }
    const std::size_t colon = authority.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        return std::nullopt;
    }
    std::string_view host = authority.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    const std::string_view digits = authority.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port == 0) {
        return std::nullopt;
    }
    return BaseUrl{.server = {.host = std::string(host), .port = port}, .path = std::move(path)};
}

using Outcome = HttpExchange::Outcome;

struct WaitingRequest
{
    std::shared_ptr<const net::HttpRequest> request;
    util::Reply<Outcome> reply; ///< empty once answered or abandoned
    util::TimerHandle deadline;
    std::shared_ptr<HttpExchange> exchange; ///< while under way
};

class TransportState final : public std::enable_shared_from_this<TransportState>
{
public:
    TransportState(std::shared_ptr<VirtualHttp> http, std::string machine, ExecutorRef executor,
                   net::HttpOptions options)
        : m_http(std::move(http))
        , m_machine(std::move(machine))
        , m_executor(std::move(executor))
        , m_options(std::move(options))
        , m_url(parseBaseUrl(m_options.baseUrl))
    {}

    [[nodiscard]] const ExecutorRef& executor() const { return m_executor; }

    std::shared_ptr<WaitingRequest> add(net::HttpRequest request, util::Duration timeout,
                                        util::Reply<Outcome> reply)
    {
        if (m_url) {
            request.target = m_url->path + request.target;
        }
        auto waiting = std::make_shared<WaitingRequest>();
        waiting->request = std::make_shared<const net::HttpRequest>(std::move(request));
        waiting->reply = std::move(reply);
        waiting->deadline =
            m_executor.at(m_http->fabric().scheduler().boot() + timeout,
                          [weak = weak_from_this(), weakWaiting = std::weak_ptr(waiting)] {
                              const auto self = weak.lock();
                              const auto late = weakWaiting.lock();
                              if (self && late) {
                                  self->finish(late, util::Unexpected(net::HttpError::TimedOut));
                              }
                          });
        m_queue.push_back(waiting);
        startNext();
        return waiting;
    }

    /// Takes the request out of the row; whoever comes next sets out.
    void forget(const std::shared_ptr<WaitingRequest>& waiting)
    {
        waiting->reply = nullptr;
        waiting->deadline.reset();
        if (waiting->exchange) {
            waiting->exchange->abandon();
        }
        std::erase(m_queue, waiting);
        startNext();
    }

private:
    void startNext()
    {
        if (m_queue.empty() || m_queue.front()->exchange) {
            return;
        }
        const std::shared_ptr<WaitingRequest> waiting = m_queue.front();
        waiting->exchange = std::make_shared<HttpExchange>(
            m_executor,
            [weak = weak_from_this(), weakWaiting = std::weak_ptr(waiting)](Outcome outcome) {
                const auto self = weak.lock();
                const auto answered = weakWaiting.lock();
                if (self && answered) {
                    self->finish(answered, std::move(outcome));
                }
            });
        if (m_url) {
            m_http->send(m_machine, m_url->server, waiting->request, waiting->exchange);
        } else {
            waiting->exchange->finish(m_http->fabric().scheduler().boot(),
                                      util::Unexpected(net::HttpError::Malformed));
        }
    }

    void finish(const std::shared_ptr<WaitingRequest>& waiting, Outcome outcome)
    {
        const auto reply = std::exchange(waiting->reply, nullptr);
        forget(waiting);
        if (!reply) {
            return;
        }
        if (outcome && outcome->body.size() > m_options.maxResponseBytes) {
            reply(util::Unexpected(net::HttpError::TooLarge));
        } else {
            reply(std::move(outcome));
        }
    }

    std::shared_ptr<VirtualHttp> m_http;
    std::string m_machine;
    ExecutorRef m_executor;
    net::HttpOptions m_options;
    std::optional<BaseUrl> m_url;
    std::deque<std::shared_ptr<WaitingRequest>> m_queue; ///< the first one is under way
};

class VirtualRequest final : public util::Handle
{
public:
    VirtualRequest(std::weak_ptr<TransportState> transport, ExecutorRef executor,
                   std::shared_ptr<WaitingRequest> waiting)
        : m_transport(std::move(transport))
        , m_executor(std::move(executor))
        , m_waiting(std::move(waiting))
    {}
    ~VirtualRequest() override
    {
        WARP_ASSERT(m_executor.mayDestroyHere());
        m_waiting->reply = nullptr;
        if (const auto transport = m_transport.lock()) {
            transport->forget(m_waiting);
        }
    }
    VirtualRequest(const VirtualRequest&) = delete;
    VirtualRequest& operator=(const VirtualRequest&) = delete;

private:
    std::weak_ptr<TransportState> m_transport;
    ExecutorRef m_executor;
    std::shared_ptr<WaitingRequest> m_waiting;
};

class VirtualTransport final : public net::HttpTransport
{
public:
    explicit VirtualTransport(std::shared_ptr<TransportState> state)
        : m_state(std::move(state))
    {}
    ~VirtualTransport() override { WARP_ASSERT(m_state->executor().mayDestroyHere()); }
    VirtualTransport(const VirtualTransport&) = delete;
    VirtualTransport& operator=(const VirtualTransport&) = delete;

    util::RequestHandle request(net::HttpRequest request, util::Duration timeout,
                                util::Reply<Outcome> reply) override
    {
        WARP_ASSERT(m_state->executor().isCurrent());
        auto waiting = m_state->add(std::move(request), timeout, std::move(reply));
        return std::make_unique<VirtualRequest>(m_state, m_state->executor(), std::move(waiting));
    }

private:
    std::shared_ptr<TransportState> m_state;
};

} // namespace

std::unique_ptr<net::HttpTransport> createVirtualTransport(std::shared_ptr<VirtualHttp> http,
                                                           std::string machine,
                                                           util::Executor& executor,
                                                           net::HttpOptions options)
{
    return std::make_unique<VirtualTransport>(std::make_shared<TransportState>(
        std::move(http), std::move(machine), ExecutorRef(executor), std::move(options)));
}

} // namespace warp::sim
