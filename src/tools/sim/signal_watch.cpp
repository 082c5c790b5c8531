#include "tools/sim/signal_watch.h"

#include <QSocketNotifier>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace warp::tools {

namespace {

// A signal handler can reach nothing but globals.
std::array<int, 2> signalPipe{-1, -1};

void onSystemSignal(int number)
{
    const auto byte = static_cast<unsigned char>(number);
    static_cast<void>(::write(signalPipe[1], &byte, 1) == 1);
}

} // namespace

SignalWatch::SignalWatch(std::function<void()> onSignal)
{
    if (::pipe2(signalPipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        return; // signals then end the program at once, as by default
    }
    m_notifier = std::make_unique<QSocketNotifier>(signalPipe[0], QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                     [callback = std::move(onSignal)] {
                         unsigned char number = 0;
                         while (::read(signalPipe[0], &number, 1) == 1) {
                             callback();
                         }
                     });
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction action{};
        action.sa_handler = onSystemSignal;
        ::sigaction(number, &action, nullptr);
    }
    // A peer or a pipe that is gone is an error of the write, not of the process.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
}

SignalWatch::~SignalWatch()
{
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        static_cast<void>(std::signal(number, SIG_DFL));
    }
}

} // namespace warp::tools
