#include "core/engine/qt_platform.h"

#include "core/bitcoin/sha256d.h"
#include "core/net/descriptor_limit.h"
#include "core/util/log.h"

#include <QThread>

#include <algorithm>

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

void QtPlatform::prepareDescriptors(std::size_t maxConnections)
{
    const net::DescriptorLimit limit = net::raiseDescriptorLimit();
    if (!net::connectionCapFits(limit, maxConnections)) {
        LOG_WARNING(Net,
                    "max_connections = {} does not fit into the limit of {} open files; raise it "
                    "(LimitNOFILE, ulimit -n) or lower the setting",
                    maxConnections, limit.soft);
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
