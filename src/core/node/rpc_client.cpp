#include "core/node/rpc_client.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace warp::node {

namespace {

NodeError transportError(net::HttpError error)
{
    return {.code = error == net::HttpError::TimedOut ? NodeErrorCode::Abandoned
                                                      : NodeErrorCode::Transport,
            .message = std::string(net::describe(error))};
}

/// Whether the node may have ended or restarted since the cookie was read.
bool endsCookie(net::HttpError error)
{
    return error != net::HttpError::TimedOut && error != net::HttpError::TooLarge;
}

} // namespace

net::HttpBody toBody(std::string text)
{
    return {std::make_shared<const std::string>(std::move(text))};
}

class RpcClient::Call final : public util::Handle
{
public:
    Call(RpcClient& client, const RpcRequest& request, util::Duration timeout,
         util::Reply<RpcReply> reply)
        : m_client(client)
        , m_kind(client.m_metering.kind.value_or(kindOf(request.method)))
        , m_begin(client.m_clock.boot())
        , m_deadline(m_begin + timeout)
        , m_reply(std::move(reply))
    {
        // Every node answers version 1.0; 2.0 differs only in how Core 28 and later report errors.
        m_body = toBody(fmt::format(R"({{"jsonrpc":"1.0","id":{},"method":"{}","params":)",
                                    ++client.m_lastId, request.method));
        m_body.insert(m_body.end(), request.params.begin(), request.params.end());
        m_body.push_back(std::make_shared<const std::string>("}"));
        send();
    }

private:
    void send()
    {
        auto authorization = m_client.m_credentials.authorization();
        if (!authorization) {
            m_failure = m_client.m_executor.after(util::Duration::zero(),
                                                  [this, error = std::move(authorization).error()] {
                                                      finish(util::Unexpected(error));
                                                  });
            return;
        }
        m_authorization = *std::move(authorization);
        net::HttpRequest request{.method = "POST", .target = "/", .headers = {}, .body = m_body};
        request.headers.emplace_back("Content-Type", "application/json");
        if (!m_authorization.empty()) {
            request.headers.emplace_back("Authorization", m_authorization);
        }
        const util::Duration left =
            std::max(m_deadline - m_client.m_clock.boot(), util::Duration(1));
        // Each attempt has a handle of its own: the first one's answer starts the second.
        m_attempts[m_attempt] = m_client.m_transport->request(
            std::move(request), left,
            [this](util::Result<net::HttpResponse, net::HttpError> response) {
                onResponse(std::move(response));
            });
    }

    void onResponse(util::Result<net::HttpResponse, net::HttpError> response)
    {
        if (!response) {
            if (endsCookie(response.error())) {
                m_client.m_credentials.forget();
            }
            finish(util::Unexpected(transportError(response.error())));
            return;
        }
        auto parsed = parseRpcReply(response->status, std::move(response->body));
        if (!parsed && parsed.error().code == NodeErrorCode::Unauthorized && hasNewLogin()) {
            m_attempt = 1;
            send();
            return;
        }
        if (const auto& meter = m_client.m_metering.meter) {
            meter->add(m_kind, m_client.m_clock.boot() - m_begin);
        }
        finish(std::move(parsed));
    }

    /// Reads the cookie again, once a call.
    [[nodiscard]] bool hasNewLogin()
    {
        m_client.m_credentials.forget();
        if (m_attempt != 0) {
            return false;
        }
        const auto authorization = m_client.m_credentials.authorization();
        return authorization && *authorization != m_authorization;
    }

    void finish(RpcReply result)
    {
        // The reply may destroy this call.
        const auto reply = std::exchange(m_reply, nullptr);
        reply(std::move(result));
    }

    RpcClient& m_client;
    RpcKind m_kind;
    util::BootTime m_begin;
    util::BootTime m_deadline;
    util::Reply<RpcReply> m_reply;
    net::HttpBody m_body;
    std::string m_authorization; ///< as sent
    std::size_t m_attempt = 0;
    std::array<util::RequestHandle, 2> m_attempts;
    util::TimerHandle m_failure;
};

RpcClient::RpcClient(util::Executor& executor, util::Clock& clock, RpcCredentials& credentials,
                     std::unique_ptr<net::HttpTransport> transport, RpcMetering metering)
    : m_executor(executor)
    , m_clock(clock)
    , m_credentials(credentials)
    , m_transport(std::move(transport))
    , m_metering(std::move(metering))
{}

util::RequestHandle RpcClient::call(const RpcRequest& request, util::Duration timeout,
                                    util::Reply<RpcReply> reply)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    return std::make_unique<Call>(*this, request, timeout, std::move(reply));
}

} // namespace warp::node
