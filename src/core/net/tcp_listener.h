// A listening TCP port whose connections go to several executors in turn. Lives on the first.
#pragma once

#include "core/net/network.h"
#include "core/net/tcp_limits.h"

#include <memory>
#include <vector>

namespace warp::net {

class AcceptLoop;
class AsioExecutor;

class TcpListener final : public Listener
{
public:
    [[nodiscard]] static util::Result<std::unique_ptr<Listener>, NetError>
    create(const Endpoint& endpoint, std::vector<AsioExecutor*> targets, ListenTerms terms,
           const TcpLimits& limits);

    ~TcpListener() override;
    TcpListener(const TcpListener&) = delete;
    TcpListener& operator=(const TcpListener&) = delete;

    [[nodiscard]] const Endpoint& local() const override { return m_local; }

private:
    TcpListener(std::shared_ptr<AcceptLoop> loop, Endpoint local);

    std::shared_ptr<AcceptLoop> m_loop;
    Endpoint m_local;
};

} // namespace warp::net
