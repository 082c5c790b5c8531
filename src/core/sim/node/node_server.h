// NodeServer: the simulated node on real sockets: HTTP for RPC and ZMQ for its tips. When the node
// is down its ports are closed.
// Owned by warppool-sim or a test; every call is on its executor, its destruction too.
#pragma once

#include "core/net/endpoint.h"
#include "core/net/http_server.h"
#include "core/net/network.h"
#include "core/sim/node/simulated_node.h"
#include "core/sim/node/zmq_publisher.h"

#include <memory>
#include <string>

namespace warp::sim {

struct NodeServerOptions
{
    SimulatedNodeOptions node;
    net::Endpoint rpc{.host = "127.0.0.1", .port = 0};
    std::string zmqHashBlock; ///< "tcp://127.0.0.1:28332"; empty for none
    std::string zmqRawBlock;  ///< may be the same address
};

struct NodeServerError
{
    std::string address; ///< that cannot be listened on
    std::string reason;  ///< for logs
};

class NodeServer final
{
public:
    /// Clock, executor (a net::AsioExecutor) and random must outlive the server.
    [[nodiscard]] static util::Result<std::unique_ptr<NodeServer>, NodeServerError>
    create(util::Clock& clock, util::Executor& executor, util::Random& random,
           NodeServerOptions options);
    ~NodeServer();
    NodeServer(const NodeServer&) = delete;
    NodeServer& operator=(const NodeServer&) = delete;

    [[nodiscard]] SimulatedNode& node() { return m_node; }
    /// With the port that was chosen for port 0.
    [[nodiscard]] const net::Endpoint& rpcEndpoint() const { return m_options.rpc; }
    /// Likewise; empty without.
    [[nodiscard]] const std::string& zmqHashBlock() const { return m_options.zmqHashBlock; }
    [[nodiscard]] const std::string& zmqRawBlock() const { return m_options.zmqRawBlock; }

private:
    NodeServer(util::Clock& clock, util::Executor& executor, util::Random& random,
               NodeServerOptions options);
    [[nodiscard]] util::Result<void, NodeServerError> open();
    [[nodiscard]] util::Result<void, NodeServerError> openZmq();
    void close();
    void follow();
    void publish(const TipChanged& tip);
    void serve(net::HttpServerRequest request, util::Reply<net::HttpServerResponse> reply);

    util::Executor& m_executor;
    NodeServerOptions m_options;
    SimulatedNode m_node;
    std::unique_ptr<net::HttpServer> m_http;
    std::unique_ptr<ZmqPublisher> m_zmq;
    std::unique_ptr<util::Subscription> m_tips;
    std::unique_ptr<util::Subscription> m_behaviours;
    /// Posted tasks hold it weakly: none of them outlives the server.
    std::shared_ptr<NodeServer*> m_self = std::make_shared<NodeServer*>(this);
};

} // namespace warp::sim
