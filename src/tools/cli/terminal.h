// What a person types: lines, and lines that nobody may read on the screen. Free functions on the
// process's standard input; main thread.
#pragma once

#include <optional>
#include <string>

namespace warp::cli {

/// Whether a person sits at standard input.
[[nodiscard]] bool isTerminal();

/// The next line without its end; nothing at the end of the input.
[[nodiscard]] std::optional<std::string> readLine();

/// The same after a prompt, unseen from the prompt on where a terminal would show it. The terminal
/// is as before afterwards, also where a signal ends the program meanwhile; suspending it has to
/// wait.
[[nodiscard]] std::optional<std::string> readHiddenLine(const std::string& prompt);

} // namespace warp::cli
