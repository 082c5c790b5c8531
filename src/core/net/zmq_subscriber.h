// ZmqSubscriber: a Subscriber over libzmq, whose readiness descriptors are served by the executor's
// own loop. Lives on its executor.
#pragma once

#include "core/net/network.h"
#include "core/net/subscriber.h"
#include "core/net/zmq_context.h"
#include "core/util/result.h"

#include <memory>

namespace warp::net {

class AsioExecutor;

class ZmqSubscriber final : public Subscriber
{
public:
    /// Errors: an endpoint that libzmq does not understand (Other), no descriptor left.
    [[nodiscard]] static util::Result<std::unique_ptr<Subscriber>, NetError>
    create(std::shared_ptr<const ZmqContext> context, AsioExecutor& executor,
           SubscriberOptions options, SubscriberEvents events);

    ~ZmqSubscriber() override;
    ZmqSubscriber(const ZmqSubscriber&) = delete;
    ZmqSubscriber& operator=(const ZmqSubscriber&) = delete;

private:
    class Impl;

    explicit ZmqSubscriber(std::shared_ptr<Impl> impl);

    std::shared_ptr<Impl> m_impl;
};

} // namespace warp::net
