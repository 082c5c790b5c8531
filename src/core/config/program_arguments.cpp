#include "core/config/program_arguments.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace warp::config {

util::Result<ProgramArguments, std::string>
ProgramArguments::parse(std::span<const ManualOption> options, std::span<const std::string> words)
{
    ProgramArguments out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--") {
            const auto rest = words.subspan(i + 1);
            out.m_operands.insert(out.m_operands.end(), rest.begin(), rest.end());
            break;
        }
        if (!word.starts_with('-') || word == "-") {
            out.m_operands.push_back(word);
            continue;
        }
        const std::size_t equals = word.find('=');
        const std::string given = word.substr(0, equals);
        const auto option = std::ranges::find_if(
            options, [&](const ManualOption& each) { return "--" + each.name == given; });
        if (option == options.end()) {
            return util::Unexpected("unknown option " + given);
        }
        const bool hasValue = equals != std::string::npos;
        if (option->valueName.empty()) {
            if (hasValue) {
                return util::Unexpected(given + " takes no value");
            }
            out.m_values[option->name];
            continue;
        }
        if (!hasValue && i + 1 == words.size()) {
            return util::Unexpected(given + " needs a value: " + option->valueName);
        }
        out.m_values[option->name].push_back(hasValue ? word.substr(equals + 1) : words[++i]);
    }
    return out;
}

bool ProgramArguments::asksForHelp(std::span<const std::string> words)
{
    const auto end = std::ranges::find(words, "--");
    return std::any_of(words.begin(), end,
                       [](const std::string& word) { return word == "--help" || word == "-h"; });
}

bool ProgramArguments::isSet(std::string_view name) const
{
    return m_values.contains(name);
}

std::string ProgramArguments::value(std::string_view name) const
{
    const auto found = m_values.find(name);
    return found == m_values.end() || found->second.empty() ? std::string() : found->second.back();
}

std::vector<std::string> ProgramArguments::values(std::string_view name) const
{
    const auto found = m_values.find(name);
    return found == m_values.end() ? std::vector<std::string>() : found->second;
}

} // namespace warp::config
