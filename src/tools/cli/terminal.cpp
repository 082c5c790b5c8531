#include "tools/cli/terminal.h"

#include <array>
#include <csignal>
#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace warp::cli {

namespace {

// A signal handler can reach nothing but globals.
termios usualTerminal{};

constexpr std::array ENDING_SIGNALS{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/// tcsetattr(), sigaction() and raise() may be called within a handler (POSIX 2.4.3).
void restoreAndEnd(int number)
{
    ::tcsetattr(STDIN_FILENO, TCSANOW, &usualTerminal);
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    ::sigaction(number, &action, nullptr);
    ::raise(number);
}

/// Hides what is typed for as long as it lives.
class HiddenInput final
{
public:
    HiddenInput()
    {
        if (::tcgetattr(STDIN_FILENO, &usualTerminal) != 0) {
            return;
        }
        m_isActive = true;
        struct sigaction action{};
        action.sa_handler = restoreAndEnd;
        for (std::size_t i = 0; i < ENDING_SIGNALS.size(); ++i) {
            ::sigaction(ENDING_SIGNALS.at(i), &action, &m_before.at(i));
        }
        action.sa_handler = SIG_IGN;
        ::sigaction(SIGTSTP, &action, &m_suspend);
        termios hidden = usualTerminal;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        hidden.c_lflag |= ECHONL; // the end of the line is seen
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    ~HiddenInput()
    {
        if (!m_isActive) {
            return;
        }
        ::tcsetattr(STDIN_FILENO, TCSANOW, &usualTerminal);
        for (std::size_t i = 0; i < ENDING_SIGNALS.size(); ++i) {
            ::sigaction(ENDING_SIGNALS.at(i), &m_before.at(i), nullptr);
        }
        ::sigaction(SIGTSTP, &m_suspend, nullptr);
    }
    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;

private:
    bool m_isActive = false;
    std::array<struct sigaction, ENDING_SIGNALS.size()> m_before{};
    struct sigaction m_suspend{};
};

} // namespace

bool isTerminal()
{
    return ::isatty(STDIN_FILENO) == 1;
}

std::optional<std::string> readLine()
{
    std::string line;
    if (!std::getline(std::cin, line)) {
        return std::nullopt;
    }
    if (line.ends_with('\r')) {
        line.pop_back();
    }
    return line;
}

std::optional<std::string> readHiddenLine(const std::string& prompt)
{
    const HiddenInput hidden;
    std::cout << prompt << std::flush;
    return readLine();
}

} // namespace warp::cli
