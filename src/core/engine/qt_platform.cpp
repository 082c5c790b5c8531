#include "core/engine/qt_platform.h"

#include "core/bitcoin/sha256d.h"
#include "core/net/descriptor_limit.h"
#include "core/util/log.h"

#include <QThread>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>

namespace warp::engine {

QtPlatform::QtPlatform(std::function<void(std::string_view)> onFailure)
    : m_executors(std::move(onFailure))
{}

Platform QtPlatform::platform()
{
    return {.executors = m_executors,
            .clock = m_clock,
            .random = m_random,
            .files = m_files,
            .network = m_network};
}

void QtPlatform::connectService(const std::map<std::string, std::string, std::less<>>& environment)
{
    const auto place = environment.find("NOTIFY_SOCKET");
    if (place == environment.end()) {
        return;
    }
    m_service = std::make_unique<host::NotifySocket>(place->second);
    const auto patience = environment.find("WATCHDOG_USEC");
    std::int64_t microseconds = 0;
    if (patience != environment.end()) {
        const std::string& text = patience->second;
        std::from_chars(text.data(), text.data() + text.size(), microseconds);
    }
    m_watchdog = std::chrono::microseconds(std::max<std::int64_t>(microseconds, 0));
}

ServiceLink QtPlatform::serviceLink() const
{
    if (!m_service || !m_service->isConnected()) {
        return {};
    }
    return {.send = [service = m_service.get()](
                        const std::string& message) { return service->send(message); },
            .watchdog = m_watchdog};
}

void QtPlatform::notifyService(std::string_view message) const
{
    if (m_service) {
        static_cast<void>(m_service->send(message));
    }
}

void QtPlatform::prepareDescriptors(std::size_t maxConnections, std::size_t maxOpenings)
{
    const net::DescriptorLimit limit = net::raiseDescriptorLimit();
    if (!net::connectionCapFits(limit, maxConnections + maxOpenings)) {
        LOG_WARNING(Net,
                    "max_connections = {}, with {} more that may be beginning, does not fit into "
                    "the limit of {} open files; raise it (LimitNOFILE, ulimit -n) or lower the "
                    "setting",
                    maxConnections, maxOpenings, limit.soft);
    }
}

bool QtPlatform::isHashingRight()
{
    return bitcoin::selfTest();
}

unsigned QtPlatform::coreCount()
{
    return static_cast<unsigned>(std::max(QThread::idealThreadCount(), 1));
}

} // namespace warp::engine
