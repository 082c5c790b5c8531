#include "tools/sim/pool_process.h"

#include <csignal>
#include <sys/types.h>
#include <unistd.h>
#include <utility>

#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace warp::tools {

namespace {

constexpr int KILL_WAIT_MILLISECONDS = 5'000;

/// Runs in the child before the program starts. A group of its own keeps the terminal's Ctrl-C
/// away: the pool ends by stop(), after the miners. It must not outlive us either.
void prepareChild()
{
    ::setpgid(0, 0);
#ifdef __linux__
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
}

} // namespace

PoolProcess::PoolProcess(QString program, std::function<void(const std::string&)> onLine,
                         std::function<void(int)> onEnded)
    : m_program(std::move(program))
    , m_onLine(std::move(onLine))
    , m_onEnded(std::move(onEnded))
{
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setChildProcessModifier(prepareChild);
    QObject::connect(&m_process, &QProcess::readyRead, &m_process, [this] { readLines(); });
    QObject::connect(&m_process, &QProcess::finished, &m_process,
                     [this](int exitCode, QProcess::ExitStatus status) {
                         readLines();
                         onFinished(status == QProcess::NormalExit ? exitCode : -1);
                     });
    QObject::connect(&m_process, &QProcess::errorOccurred, &m_process,
                     [this](QProcess::ProcessError error) {
                         if (error == QProcess::FailedToStart) {
                             m_tail.push_back(m_program.toStdString() + ": " +
                                              m_process.errorString().toStdString());
                             onFinished(-1);
                         }
                     });
}

PoolProcess::~PoolProcess()
{
    m_process.disconnect();
    if (isRunning()) {
        m_process.kill();
        m_process.waitForFinished(KILL_WAIT_MILLISECONDS);
    }
}

void PoolProcess::start(const QString& configFile)
{
    m_process.start(m_program,
                    {QStringLiteral("--no-gui"), QStringLiteral("--config"), configFile});
}

void PoolProcess::stop()
{
    if (isRunning()) {
        ::kill(static_cast<pid_t>(m_process.processId()), SIGTERM);
    }
}

void PoolProcess::readLines()
{
    while (m_process.canReadLine()) {
        std::string line = m_process.readLine().toStdString();
        while (line.ends_with('\n') || line.ends_with('\r')) {
            line.pop_back();
        }
        if (m_onLine) {
            m_onLine(line);
        }
        m_tail.push_back(std::move(line));
        if (m_tail.size() > TAIL_LINES) {
            m_tail.pop_front();
        }
    }
}

void PoolProcess::onFinished(int exitCode)
{
    if (const auto ended = std::exchange(m_onEnded, nullptr)) {
        ended(exitCode);
    }
}

} // namespace warp::tools
