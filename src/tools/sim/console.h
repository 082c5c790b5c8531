// What warppool-sim says, and how other threads reach its main thread.
// Free functions; any thread.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string_view>
#include <utility>

namespace warp::tools {

inline constexpr int EXIT_GOOD = 0;
inline constexpr int EXIT_FAILED = 1;
inline constexpr int EXIT_USAGE = 2;

/// One line on standard output, at once.
void printLine(std::string_view text);
/// One line on standard error.
void printError(std::string_view text);

/// A line about the simulated world, marked as such.
template <class... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments)
{
    printLine("[simulated] " + fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Runs `task` on the main thread, later; dropped once the program ends.
void callOnMain(std::function<void()> task);

/// Ends the main loop with this exit code.
void endProgram(int exitCode);

} // namespace warp::tools
