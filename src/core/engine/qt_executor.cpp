#include "core/engine/qt_executor.h"

#include <QString>
#include <QThread>

#include <utility>

namespace warp::engine {

QtExecutor::QtExecutor(const std::string& name, net::FailureFn onFailure)
    : m_asio(std::move(onFailure))
    , m_thread(QThread::create([this] { m_asio.run(); }))
{
    m_thread->setObjectName(QString::fromStdString(name));
    m_thread->start();
}

QtExecutor::~QtExecutor()
{
    WARP_ASSERT(!m_asio.isCurrent());
    m_asio.stop();
    m_thread->wait();
}

void QtExecutor::post(util::Task task)
{
    m_asio.post(std::move(task));
}

util::TimerHandle QtExecutor::after(util::Duration delay, util::Task task)
{
    return m_asio.after(delay, std::move(task));
}

bool QtExecutor::isCurrent() const
{
    return m_asio.isCurrent();
}

QtExecutorFactory::QtExecutorFactory(net::FailureFn onFailure)
    : m_onFailure(std::move(onFailure))
{}

std::unique_ptr<util::Executor> QtExecutorFactory::createExecutor(std::string name)
{
    return std::make_unique<QtExecutor>(name, m_onFailure);
}

} // namespace warp::engine
