// Questions to whoever sets the pool up: asked again until the answer is good. Free functions; main
// thread.
#pragma once

#include "core/config/program_arguments.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace warp::cli {

/// Nothing for a good answer, or why it is not.
using Check = std::function<std::optional<std::string>(const std::string&)>;

struct Question
{
    std::string text;
    std::string fallback{}; ///< the answer of who only presses Enter; shown
    Check check{};          ///< none: any answer is good
};

/// Nothing at the end of the input.
[[nodiscard]] std::optional<std::string> ask(const Question& question);

enum class EmptyAnswer : std::uint8_t { Refused, Taken };

/// What is typed is not shown, and holds no control characters.
[[nodiscard]] std::optional<std::string> askSecret(const std::string& text, EmptyAnswer empty);

/// The option's value, which must be good, or the answer to the question. Nothing where the value
/// is not good, which was printed, and at the end of the input.
[[nodiscard]] std::optional<std::string> askUnlessGiven(const config::ProgramArguments& given,
                                                        const std::string& option,
                                                        const Question& question);

/// yes where only Enter is pressed.
[[nodiscard]] bool confirm(const std::string& text);

} // namespace warp::cli
