#include "core/config/program_manual.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace warp::config {

namespace {

constexpr std::size_t HELP_COLUMNS = 80;
constexpr std::size_t TERM_COLUMNS = 26;

/// `text` in lines of at most HELP_COLUMNS, the first of which begins at column `used`.
std::string wrap(std::string_view text, std::size_t indent, std::size_t used)
{
    std::string out;
    std::size_t column = used;
    bool isFirst = true;
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        const std::string_view word = text.substr(0, space);
        if (!isFirst && column + 1 + word.size() > HELP_COLUMNS) {
            out += '\n';
            out.append(indent, ' ');
            column = indent;
        } else if (!isFirst) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
        isFirst = false;
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    }
    return out;
}

std::string row(std::string_view term, std::string_view text)
{
    std::string line = fmt::format("  {}", term);
    if (line.size() >= TERM_COLUMNS) {
        line += '\n';
        line.append(TERM_COLUMNS, ' ');
    } else {
        line.append(TERM_COLUMNS - line.size(), ' ');
    }
    return line + wrap(text, TERM_COLUMNS, TERM_COLUMNS) + '\n';
}

/// Paragraphs, which an empty line keeps apart.
std::string paragraphs(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t end = text.find("\n\n");
        out += wrap(text.substr(0, end), 0, 0) + '\n';
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
        if (!text.empty()) {
            out += '\n';
        }
    }
    return out;
}

std::string termOf(const ManualOption& option)
{
    return option.valueName.empty() ? "--" + option.name
                                    : fmt::format("--{} {}", option.name, option.valueName);
}

std::string optionRows(const std::vector<ManualOption>& options)
{
    std::string out;
    for (const ManualOption& option : options) {
        out += row(termOf(option), option.help);
    }
    return out;
}

std::string usageOf(const ManualCommand& command)
{
    return fmt::format("{}{}{}{}", command.name, command.operands.empty() ? "" : " ",
                       command.operands, command.options.empty() ? "" : " [OPTIONS]");
}

std::string entryRows(std::string_view heading, const std::vector<ManualEntry>& entries)
{
    std::string out;
    if (!entries.empty()) {
        out = fmt::format("\n{}:\n", heading);
        for (const ManualEntry& entry : entries) {
            out += row(entry.term, entry.text);
        }
    }
    return out;
}

std::string troffTag(std::string_view term, std::string_view text)
{
    return fmt::format(".TP\n\\fB{}\\fR\n{}\n", troffText(term), troffText(text));
}

std::string troffOptions(const std::vector<ManualOption>& options)
{
    std::string out;
    for (const ManualOption& option : options) {
        out += fmt::format(".TP\n\\fB\\-\\-{}\\fR", troffText(option.name));
        if (!option.valueName.empty()) {
            out += fmt::format(" \\fI{}\\fR", troffText(option.valueName));
        }
        out += fmt::format("\n{}\n", troffText(option.help));
    }
    return out;
}

std::string troffParagraphs(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t end = text.find("\n\n");
        out += fmt::format(".PP\n{}\n", troffText(text.substr(0, end)));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    return out;
}

std::string troffEntries(std::string_view heading, const std::vector<ManualEntry>& entries)
{
    std::string out;
    if (!entries.empty()) {
        out = fmt::format(".SH {}\n", heading);
        for (const ManualEntry& entry : entries) {
            out += troffTag(entry.term, entry.text);
        }
    }
    return out;
}

} // namespace

std::string renderHelp(const ProgramManual& program)
{
    std::string out =
        fmt::format("Usage: {}{} [OPTIONS]\n\n{}", program.name,
                    program.commands.empty() ? "" : " COMMAND", paragraphs(program.text));
    if (!program.commands.empty()) {
        out += "\nCommands:\n";
        for (const ManualCommand& command : program.commands) {
            out += row(fmt::format("{}{}{}", command.name, command.operands.empty() ? "" : " ",
                                   command.operands),
                       command.summary);
        }
        out += fmt::format("\n{} COMMAND --help tells more of a command.\n", program.name);
    }
    out += "\nOptions:\n" + optionRows(program.options);
    out += row("-h, --help", "Show this help.");
    out += row("-v, --version", "Show the version.");
    return out + entryRows("Exit codes", program.exitCodes);
}

std::string renderCommandHelp(std::string_view program, const ManualCommand& command)
{
    std::string out = fmt::format("Usage: {} {}\n\n{}", program, usageOf(command),
                                  paragraphs(command.summary + "."));
    if (!command.text.empty()) {
        out += "\n" + paragraphs(command.text);
    }
    return out + "\nOptions:\n" + optionRows(command.options) +
           row("-h, --help", "Show this help.");
}

std::string renderManualSection(const ManualCommand& command)
{
    std::string out = fmt::format(".SS {}\n", troffText(usageOf(command)));
    out += fmt::format("{}\n", troffText(command.summary + "."));
    return out + troffParagraphs(command.text) + troffOptions(command.options);
}

std::string renderManualPage(const ProgramManual& program)
{
    std::string heading = program.name;
    std::ranges::transform(heading, heading.begin(), [](char each) {
        return each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each;
    });
    std::string out = fmt::format(".\\\" Made by {} --manual-page; edit its option table instead.\n"
                                  ".TH {} 1 \"\" \"WarpPool\" \"WarpPool manual\"\n",
                                  program.name, troffText(heading));
    out +=
        fmt::format(".SH NAME\n{} \\- {}\n", troffText(program.name), troffText(program.summary));
    out += fmt::format(".SH SYNOPSIS\n\\fB{}\\fR{} [OPTIONS]\n", troffText(program.name),
                       program.commands.empty() ? "" : " \\fICOMMAND\\fR");
    out += ".SH DESCRIPTION\n" + troffParagraphs(program.text).substr(4);
    out += ".SH OPTIONS\n" + troffOptions(program.options);
    out += ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nShow a short help.\n";
    out += ".TP\n\\fB\\-v\\fR, \\fB\\-\\-version\\fR\nShow the version.\n";
    if (!program.commands.empty()) {
        out += ".SH COMMANDS\n";
        for (const ManualCommand& command : program.commands) {
            out += renderManualSection(command);
        }
    }
    out += troffEntries("EXIT STATUS", program.exitCodes);
    out += troffEntries("FILES", program.files);
    out += troffEntries("EXAMPLES", program.examples);
    if (!program.seeAlso.empty()) {
        out += fmt::format(".SH SEE ALSO\n{}\n",
                           troffText(fmt::format("{}", fmt::join(program.seeAlso, ", "))));
    }
    return out;
}

std::string troffText(std::string_view text)
{
    std::string out;
    bool isLineStart = true;
    for (const char each : text) {
        // A dot or an apostrophe at the start of a line would be a request.
        if (isLineStart && (each == '.' || each == '\'')) {
            out += "\\&";
        }
        if (each == '\\') {
            out += "\\e";
        } else if (each == '-') {
            out += "\\-";
        } else if (each == '`') {
            out += "\"";
        } else {
            out += each;
        }
        isLineStart = each == '\n';
    }
    return out;
}

} // namespace warp::config
