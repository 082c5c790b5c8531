#include "tools/cli/listen_check.h"

#include "core/net/asio_network.h"
#include "tools/cli/event_wait.h"

#include <array>
#include <memory>
#include <utility>

namespace warp::cli {

std::optional<std::string> listenFault(const config::ListenAddress& address)
{
    using Verdict = std::optional<std::string>;
    struct Attempt
    {
        net::AsioNetwork network;
        std::unique_ptr<net::Listener> listener{};
    };
    const auto verdict =
        waitFor<Verdict>([&](net::AsioExecutor& loop, const util::Reply<Verdict>& reply) {
            auto attempt = std::make_shared<Attempt>();
            const std::array<util::Executor*, 1> targets{&loop};
            auto opened =
                attempt->network.listen({.host = address.host, .port = address.port}, targets,
                                        [](std::size_t, std::unique_ptr<net::Connection>) {});
            if (opened) {
                attempt->listener = *std::move(opened);
                reply(std::nullopt);
            } else {
                reply(std::string(net::describe(opened.error())));
            }
            return attempt;
        });
    return verdict.value_or(std::nullopt);
}

config::ListenAddress nextFree(config::ListenAddress address)
{
    constexpr int ATTEMPTS = 50;
    constexpr std::uint16_t LAST_PORT = 65'535;
    config::ListenAddress wanted = address;
    for (int i = 0; i < ATTEMPTS && address.port < LAST_PORT; ++i) {
        ++address.port;
        if (!listenFault(address)) {
            return address;
        }
    }
    return wanted;
}

} // namespace warp::cli
