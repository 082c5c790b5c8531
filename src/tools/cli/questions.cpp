#include "tools/cli/questions.h"

#include "tools/cli/console.h"
#include "tools/cli/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace warp::cli {

namespace {

bool hasControlCharacter(const std::string& text)
{
    return std::any_of(text.begin(), text.end(), [](char character) {
        const auto byte = static_cast<unsigned char>(character);
        return byte < 0x20 || byte == 0x7F;
    });
}

} // namespace

std::optional<std::string> ask(const Question& question)
{
    while (true) {
        std::cout << question.text;
        if (!question.fallback.empty()) {
            std::cout << " [" << question.fallback << "]";
        }
        std::cout << ": " << std::flush;
        auto answer = readLine();
        if (!answer) {
            std::cout << '\n';
            return std::nullopt;
        }
        if (answer->empty()) {
            answer = question.fallback;
        }
        const auto reason = question.check ? question.check(*answer) : std::nullopt;
        if (!reason) {
            return answer;
        }
        std::cout << "  " << *reason << '\n';
    }
}

std::optional<std::string> askSecret(const std::string& text, EmptyAnswer empty)
{
    while (true) {
        auto answer = readHiddenLine(text + ": ");
        if (!answer) {
            std::cout << '\n';
            return std::nullopt;
        }
        if (answer->empty() && empty == EmptyAnswer::Refused) {
            std::cout << "  it must not be empty\n";
        } else if (hasControlCharacter(*answer)) {
            std::cout << "  it must not hold control characters\n";
        } else {
            return answer;
        }
    }
}

std::optional<std::string> askUnlessGiven(const config::ProgramArguments& given,
                                          const std::string& option, const Question& question)
{
    if (!given.isSet(option)) {
        return ask(question);
    }
    std::string value = given.value(option);
    if (const auto reason = question.check ? question.check(value) : std::nullopt) {
        printError(fmt::format("--{}: {}", option, *reason));
        return std::nullopt;
    }
    return value;
}

bool confirm(const std::string& text)
{
    const auto answer =
        ask({.text = text,
             .fallback = "yes",
             .check = [](const std::string& given) -> std::optional<std::string> {
                 const bool isGood =
                     given == "yes" || given == "y" || given == "no" || given == "n";
                 return isGood ? std::nullopt : std::optional<std::string>("yes or no");
             }});
    return answer && answer->starts_with('y');
}

} // namespace warp::cli
