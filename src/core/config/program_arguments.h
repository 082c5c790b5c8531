// The command line of a program or of one of its commands, read by its table of options.
// Value type; no thread affinity.
#pragma once

#include "core/config/program_manual.h"
#include "core/util/result.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warp::config {

class ProgramArguments final
{
public:
    /// Takes "--name value", "--name=value", flags, operands, and "--" before operands that begin
    /// with a dash. The error is one English line that names the word at fault.
    [[nodiscard]] static util::Result<ProgramArguments, std::string>
    parse(std::span<const ManualOption> options, std::span<const std::string> words);

    /// Whether --help or -h is there; the rest may then be wrong.
    [[nodiscard]] static bool asksForHelp(std::span<const std::string> words);

    [[nodiscard]] bool isSet(std::string_view name) const;
    /// The last value; empty where it is not set.
    [[nodiscard]] std::string value(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
    [[nodiscard]] const std::vector<std::string>& operands() const { return m_operands; }

private:
    std::map<std::string, std::vector<std::string>, std::less<>> m_values;
    std::vector<std::string> m_operands;
};

} // namespace warp::config
