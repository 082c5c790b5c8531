// Accepts TCP connections on the first of its executors and hands them to all in turn.
#pragma once

#include "core/net/network.h"
#include "core/net/tcp_limits.h"

#include <memory>
#include <vector>

namespace warp::net {

class AsioExecutor;

class TcpListener final : public Listener
{
public:
    [[nodiscard]] static util::Result<std::unique_ptr<Listener>, NetError>
    create(const Endpoint& endpoint, std::vector<AsioExecutor*> targets, AcceptFn accept,
           const TcpLimits& limits);

    ~TcpListener() override;
    TcpListener(const TcpListener&) = delete;
    TcpListener& operator=(const TcpListener&) = delete;

    [[nodiscard]] const Endpoint& local() const override { return m_local; }

private:
    class Loop;

    TcpListener(std::shared_ptr<Loop> loop, Endpoint local);

    std::shared_ptr<Loop> m_loop;
    Endpoint m_local;
};

} // namespace warp::net
