// The real world for the engine: threads, clock, chance, files and network of this machine. Made
// by the composition root before the engine, destroyed after it.
#pragma once

#include "core/engine/engine_options.h"
#include "core/engine/qt_executor.h"
#include "core/host/notify_socket.h"
#include "core/net/asio_network.h"
#include "core/util/random.h"
#include "core/util/system_clock.h"
#include "core/util/system_files.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace warp::engine {

class QtPlatform final
{
public:
    /// @param onFailure an exception escaped a task: the program has to stop; called on its
    /// executor
    explicit QtPlatform(std::function<void(std::string_view)> onFailure);

    [[nodiscard]] Platform platform();
    [[nodiscard]] util::Clock& clock() { return m_clock; }
    [[nodiscard]] util::Files& files() { return m_files; }

    /// Looks for the service manager that started the program (sd_notify(3),
    /// sd_watchdog_enabled(3)) in the environment's NOTIFY_SOCKET and WATCHDOG_USEC.
    void connectService(const std::map<std::string, std::string, std::less<>>& environment);
    /// Lives no longer than this object.
    [[nodiscard]] ServiceLink serviceLink() const;
    /// Nothing where there is no manager. Any thread.
    void notifyService(std::string_view message) const;

    /// Raises the descriptor limit to the hard one and logs where `maxConnections` do not fit.
    /// @param maxOpenings  further ones that may be beginning at the same time
    static void prepareDescriptors(std::size_t maxConnections, std::size_t maxOpenings);
    /// SHA-256 against a known vector; a program must not start where it fails.
    [[nodiscard]] static bool isHashingRight();
    /// Processors that this process may use, at least 1.
    [[nodiscard]] static unsigned coreCount();

private:
    util::SystemClock m_clock;
    util::SystemRandom m_random;
    util::SystemFiles m_files;
    QtExecutorFactory m_executors;
    net::AsioNetwork m_network;
    std::unique_ptr<host::NotifySocket> m_service;
    util::Duration m_watchdog{};
};

} // namespace warp::engine
