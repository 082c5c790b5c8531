// What a program says of itself: its commands, options, exit codes and files. One value makes the
// text of --help, the manual page and the parser of the command line, so that none of them can
// differ from the others. Pure; safe on any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace warp::config {

/// "--name VALUE", or "--name" alone where there is no value.
struct ManualOption
{
    std::string name;      ///< without the dashes
    std::string valueName; ///< e.g. "FILE"; empty for a flag
    std::string help;      ///< one sentence or two
};

/// A word and what it means, such as an exit code or a file.
struct ManualEntry
{
    std::string term;
    std::string text;
};

struct ManualCommand
{
    std::string name;
    std::string operands; ///< e.g. "ADDRESS"; empty for none
    std::string summary;  ///< one line
    std::string text;     ///< further sentences; may be empty
    std::vector<ManualOption> options;
};

struct ProgramManual
{
    std::string name;
    std::string summary; ///< one line, no full stop
    std::string text;    ///< paragraphs, with empty lines between them
    std::vector<ManualOption> options;
    std::vector<ManualCommand> commands; ///< empty for a program without commands
    std::vector<ManualEntry> exitCodes;
    std::vector<ManualEntry> files;
    std::vector<ManualEntry> examples; ///< a command line, and what it does
    std::vector<std::string> seeAlso;  ///< e.g. "warppool(1)"
};

/// Text of `program --help`.
[[nodiscard]] std::string renderHelp(const ProgramManual& program);
/// Text of `program command --help`.
[[nodiscard]] std::string renderCommandHelp(std::string_view program, const ManualCommand& command);

/// The manual page of section 1, for man(7) macros.
[[nodiscard]] std::string renderManualPage(const ProgramManual& program);
/// One command's part of such a page.
[[nodiscard]] std::string renderManualSection(const ManualCommand& command);

/// Text as a man(7) page takes it: escapes what troff would read as its own.
[[nodiscard]] std::string troffText(std::string_view text);

} // namespace warp::config
