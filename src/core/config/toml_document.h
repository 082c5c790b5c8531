// A TOML text as flat sections with the place of every value, so that faults can name line and
// column and the writer can replace single values. The only door to the TOML library.
// Value types; safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warp::config {

/// Larger files are refused.
inline constexpr std::size_t MAX_FILE_BYTES = 256 * 1024;

enum class RawKind : std::uint8_t {
    String,
    Integer,
    Float,
    Boolean,
    DateTime,
    TextArray,  ///< strings alone, or empty
    OtherArray, ///< anything else in brackets
};

/// "a text", "a whole number", ... for messages.
[[nodiscard]] std::string_view describe(RawKind kind);

struct RawValue
{
    RawKind kind = RawKind::String;
    /// A string's content; the items of a TextArray separated by commas; a float as written, less
    /// underscores; an integer in decimal; "true" or "false".
    std::string text;
    std::size_t begin = 0; ///< of its spelling, in bytes from the start of the file
    std::size_t end = 0;   ///< one past its last byte
};

struct RawEntry
{
    std::string key;
    RawValue value;
    int line = 0;
    int column = 0;
};

/// Where a section's keys stand.
enum class SectionForm : std::uint8_t {
    Header,    ///< below [name]
    ListEntry, ///< below one [[name]], or one inline table of an array
    Other,     ///< the file's top, an inline table or dotted keys
};

struct RawSection
{
    std::string name; ///< dotted; empty for the top of the file
    SectionForm form = SectionForm::Other;
    int line = 0;
    int column = 0;
    std::vector<RawEntry> entries; ///< in the order of the file
};

struct SyntaxFault
{
    int line = 0;
    int column = 0;
    std::string detail;
};

struct TomlDocument
{
    std::vector<RawSection> sections; ///< in the order of the file
    /// What is not TOML. Each was skipped with its line, or with its section where a header is
    /// broken, so the rest is still worth checking; empty sections if nothing could be saved.
    std::vector<SyntaxFault> faults;
};

[[nodiscard]] TomlDocument parseToml(std::string_view text);

/// `text` as a basic string with quotes (TOML 1.0, "String").
[[nodiscard]] std::string quoteToml(std::string_view text);

} // namespace warp::config
