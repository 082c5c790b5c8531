#include "tools/sim/console.h"

#include <QCoreApplication>

#include <cstdio>
#include <string>

namespace warp::tools {

namespace {

/// One write a line, so that lines of several threads do not mix.
void write(std::FILE* stream, std::string_view text)
{
    const std::string line = std::string(text) + "\n";
    static_cast<void>(std::fwrite(line.data(), 1, line.size(), stream));
    static_cast<void>(std::fflush(stream));
}

} // namespace

void printLine(std::string_view text)
{
    write(stdout, text);
}

void printError(std::string_view text)
{
    write(stderr, text);
}

void callOnMain(std::function<void()> task)
{
    QMetaObject::invokeMethod(QCoreApplication::instance(), std::move(task), Qt::QueuedConnection);
}

void endProgram(int exitCode)
{
    callOnMain([exitCode] { QCoreApplication::exit(exitCode); });
}

} // namespace warp::tools
