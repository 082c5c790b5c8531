// PoolProcess: the real warppool as a child process, with the tail of what it printed.
// Owned by a Stage; lives on the main thread.
#pragma once

#include <QProcess>
#include <QString>

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace warp::tools {

class PoolProcess final
{
public:
    static constexpr std::size_t TAIL_LINES = 40;

    /// @param program   path of the executable.
    /// @param onLine    called for each line that it prints; may be empty.
    /// @param onEnded   called once with its exit code, -1 where it could not start or crashed.
    PoolProcess(QString program, std::function<void(const std::string&)> onLine,
                std::function<void(int)> onEnded);
    /// Kills what still runs.
    ~PoolProcess();
    PoolProcess(const PoolProcess&) = delete;
    PoolProcess& operator=(const PoolProcess&) = delete;

    void start(const QString& configFile);
    /// Asks it to end in order (SIGTERM).
    void stop();
    [[nodiscard]] bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
    /// The last lines that it printed, oldest first.
    [[nodiscard]] const std::deque<std::string>& tail() const { return m_tail; }

private:
    void readLines();
    void onFinished(int exitCode);

    QProcess m_process;
    QString m_program;
    std::function<void(const std::string&)> m_onLine;
    std::function<void(int)> m_onEnded;
    std::deque<std::string> m_tail;
};

} // namespace warp::tools
