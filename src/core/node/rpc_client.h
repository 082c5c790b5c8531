// JSON-RPC calls over one HTTP connection to one node. Lives on the executor of its transport;
// calls of one client go one after another.
#pragma once

#include "core/net/http.h"
#include "core/node/rpc_credentials.h"
#include "core/node/rpc_meter.h"
#include "core/node/rpc_reply.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <cstdint>
#include <memory>
#include <string>

namespace warp::node {

struct RpcRequest
{
    std::string method;
    /// The parameters as one JSON array, in parts: "[]" for none. Long parts are never copied.
    net::HttpBody params;
};

/// `text` as the only part of a body.
[[nodiscard]] net::HttpBody toBody(std::string text);

class RpcClient final
{
public:
    /// All but the transport must outlive the client.
    RpcClient(util::Executor& executor, util::Clock& clock, RpcCredentials& credentials,
              std::unique_ptr<net::HttpTransport> transport, RpcMetering metering = {});

    /// Answers once within `timeout`, never inside this call. A cookie that turned out to be old is
    /// read again and the call repeated once. Errors: all but WrongChain and UnsupportedChain. The
    /// handle must go before the client.
    [[nodiscard]] util::RequestHandle call(const RpcRequest& request, util::Duration timeout,
                                           util::Reply<RpcReply> reply);

private:
    class Call;

    util::Executor& m_executor;
    util::Clock& m_clock;
    RpcCredentials& m_credentials;
    std::unique_ptr<net::HttpTransport> m_transport;
    RpcMetering m_metering;
    std::uint64_t m_lastId = 0;
};

} // namespace warp::node
