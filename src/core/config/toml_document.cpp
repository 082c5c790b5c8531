#include "core/config/toml_document.h"

#include "core/config/line_index.h"
#include "core/util/log.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <toml++/toml.h>
#include <tuple>
#include <utility>

namespace warp::config {

namespace {

constexpr std::size_t MAX_SYNTAX_FAULTS = 50;
constexpr std::size_t MAX_MESSAGE_CHARACTERS = 160;
/// The library frees nested tables by recursion; this bounds its depth by what a person writes.
constexpr std::ptrdiff_t MAX_DOTS_OF_LINE = 32;
/// Columns are counted from the start of a line, for each value on it.
constexpr std::size_t MAX_LINE_BYTES = 16 * 1024;

/// Flattens the library's tree.
class Flattener
{
public:
    explicit Flattener(std::string_view text)
        : m_text(text)
        , m_lines(text)
    {}

    [[nodiscard]] std::vector<RawSection> flatten(const toml::table& root)
    {
        addTable(root, "", SectionForm::Other);
        for (RawSection& section : m_sections) {
            std::sort(section.entries.begin(), section.entries.end(),
                      [](const RawEntry& left, const RawEntry& right) {
                          return std::pair(left.line, left.column) <
                                 std::pair(right.line, right.column);
                      });
        }
        // The top of the file begins where its first section may begin as well.
        std::sort(m_sections.begin(), m_sections.end(),
                  [](const RawSection& left, const RawSection& right) {
                      return std::tie(left.line, left.column, left.name) <
                             std::tie(right.line, right.column, right.name);
                  });
        return std::move(m_sections);
    }

private:
    void addTable(const toml::table& table, const std::string& name, SectionForm form)
    {
        RawSection section{.name = name,
                           .form = form,
                           .line = static_cast<int>(table.source().begin.line),
                           .column = static_cast<int>(table.source().begin.column),
                           .entries = {}};
        for (const auto& [key, node] : table) {
            const std::string path =
                name.empty() ? std::string(key.str()) : name + "." + std::string(key.str());
            const toml::array* const array = node.as_array();
            if (const toml::table* const inner = node.as_table()) {
                addTable(*inner, path, formOf(*inner, path));
            } else if (array != nullptr && array->is_array_of_tables()) {
                for (const auto& item : *array) {
                    addTable(*item.as_table(), path, SectionForm::ListEntry);
                }
            } else {
                section.entries.push_back({.key = std::string(key.str()),
                                           .value = valueOf(node),
                                           .line = static_cast<int>(key.source().begin.line),
                                           .column = static_cast<int>(key.source().begin.column)});
            }
        }
        // A table that only holds others ("node" of a lone [[node.backup]]) has nothing to check.
        const bool hasOwnHeader = form != SectionForm::Other;
        if (hasOwnHeader || !section.entries.empty()) {
            m_sections.push_back(std::move(section));
        }
    }

    /// A table that was made on the way to "[node.backup]" begins at that very header.
    [[nodiscard]] SectionForm formOf(const toml::table& table, const std::string& name) const
    {
        const auto& begin = table.source().begin;
        const std::string_view rest = m_text.substr(m_lines.offset(begin.line, begin.column));
        std::string header(rest.substr(0, rest.find(']')));
        std::erase_if(header, [](char character) { return character == ' ' || character == '\t'; });
        return header == "[" + name ? SectionForm::Header : SectionForm::Other;
    }

    [[nodiscard]] RawValue valueOf(const toml::node& node) const
    {
        RawValue value;
        value.begin = m_lines.offset(node.source().begin.line, node.source().begin.column);
        value.end = m_lines.offset(node.source().end.line, node.source().end.column);
        if (const auto* const text = node.as_string()) {
            value.kind = RawKind::String;
            value.text = text->get();
        } else if (const auto* const integer = node.as_integer()) {
            value.kind = RawKind::Integer;
            value.text = std::to_string(integer->get());
        } else if (node.is_floating_point()) {
            value.kind = RawKind::Float;
            value.text = m_text.substr(value.begin, value.end - value.begin);
            std::erase(value.text, '_');
        } else if (const auto* const boolean = node.as_boolean()) {
            value.kind = RawKind::Boolean;
            value.text = boolean->get() ? "true" : "false";
        } else if (const auto* const array = node.as_array()) {
            addItems(*array, value);
        } else {
            value.kind = RawKind::DateTime;
        }
        return value;
    }

    static void addItems(const toml::array& array, RawValue& value)
    {
        value.kind = RawKind::TextArray;
        for (const auto& item : array) {
            const auto* const text = item.as_string();
            if (text == nullptr) {
                value.kind = RawKind::OtherArray;
                return;
            }
            value.text += value.text.empty() ? "" : ",";
            value.text += text->get();
        }
    }

    std::string_view m_text;
    LineIndex m_lines;
    std::vector<RawSection> m_sections;
};

/// nullopt: `sections` is filled.
std::optional<SyntaxFault> parseOnce(std::string_view text, std::vector<RawSection>& sections)
{
    try {
        const toml::table root = toml::parse(text);
        sections = Flattener(text).flatten(root);
        return std::nullopt;
    } catch (const toml::parse_error& error) {
        return SyntaxFault{.line = static_cast<int>(error.source().begin.line),
                           .column = static_cast<int>(error.source().begin.column),
                           .detail = std::string(error.description())};
    } catch (const std::exception& error) {
        return SyntaxFault{.line = 0, .column = 0, .detail = error.what()};
    }
}

std::string readableDetail(const SyntaxFault& fault)
{
    if (fault.detail.find("redefine") != std::string::npos) {
        return "it is there twice: " + util::sanitize(fault.detail, MAX_MESSAGE_CHARACTERS);
    }
    return util::sanitize(fault.detail, MAX_MESSAGE_CHARACTERS);
}

std::optional<SyntaxFault> findUnusableLine(std::string_view text)
{
    const LineIndex lines(text);
    for (std::size_t line = 1; line <= lines.count(); ++line) {
        const std::string_view content = lines.line(line);
        if (content.size() > MAX_LINE_BYTES) {
            return SyntaxFault{.line = static_cast<int>(line),
                               .column = 1,
                               .detail = "this line is longer than 16 KiB"};
        }
        const std::size_t start = content.find_first_not_of(" \t");
        const bool isComment = start != std::string_view::npos && content[start] == '#';
        if (!isComment && std::count(content.begin(), content.end(), '.') > MAX_DOTS_OF_LINE) {
            return SyntaxFault{.line = static_cast<int>(line),
                               .column = 1,
                               .detail = "this line has more than 32 dots"};
        }
    }
    return std::nullopt;
}

bool isHeaderLine(std::string_view line)
{
    const std::size_t start = line.find_first_not_of(" \t");
    return start != std::string_view::npos && line[start] == '[';
}

void blank(std::string& text, std::string_view part, const std::string_view& whole)
{
    const auto begin = static_cast<std::size_t>(part.data() - whole.data());
    std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(begin), part.size(), ' ');
}

/// Overwrites the faulty line with blanks, a broken header with all that stands below it.
/// @return false where the fault is not one of this line alone, so that going on would only bring
///         faults that are none.
bool skipFault(std::string& text, const SyntaxFault& fault)
{
    const std::string before = text;
    const LineIndex lines(before);
    const auto number = static_cast<std::size_t>(std::max(fault.line, 0));
    if (number == 0 || number > lines.count()) {
        return false;
    }
    const std::string_view line = lines.line(number);
    std::vector<RawSection> ignored;
    const bool isTwice = fault.detail.find("redefine") != std::string::npos;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos ||
        (!isTwice && !parseOnce(line, ignored))) {
        return false;
    }
    blank(text, line, before);
    if (isHeaderLine(line)) {
        for (std::size_t next = number + 1;
             next <= lines.count() && !isHeaderLine(lines.line(next)); ++next) {
            blank(text, lines.line(next), before);
        }
    }
    return true;
}

} // namespace

TomlDocument parseToml(std::string_view text)
{
    TomlDocument document;
    if (auto unusable = findUnusableLine(text)) {
        document.faults.push_back(std::move(*unusable));
        return document;
    }
    std::string rest(text);
    while (const auto fault = parseOnce(rest, document.sections)) {
        document.faults.push_back(
            {.line = fault->line, .column = fault->column, .detail = readableDetail(*fault)});
        if (document.faults.size() == MAX_SYNTAX_FAULTS || !skipFault(rest, *fault)) {
            document.sections.clear();
            break;
        }
    }
    return document;
}

std::string_view describe(RawKind kind)
{
    switch (kind) {
    case RawKind::String:
        return "a text";
    case RawKind::Integer:
        return "a whole number";
    case RawKind::Float:
        return "a decimal number";
    case RawKind::Boolean:
        return "true or false";
    case RawKind::DateTime:
        return "a date or time";
    case RawKind::TextArray:
        return "a list of texts";
    case RawKind::OtherArray:
        break;
    }
    return "a list";
}

std::string quoteToml(std::string_view text)
{
    std::string quoted = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\') {
            quoted += '\\';
        }
        quoted += character;
    }
    return quoted + '"';
}

} // namespace warp::config
