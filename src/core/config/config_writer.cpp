#include "core/config/config_writer.h"

#include "core/config/field_table.h"
#include "core/config/line_index.h"
#include "core/config/toml_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

namespace warp::config {

namespace {

using Edited = util::Result<std::string, WriteFault>;

util::Unexpected<WriteFault> refuse(WriteFaultCode code, std::string_view name, std::string detail)
{
    return util::Unexpected(
        WriteFault{.code = code, .name = std::string(name), .detail = std::move(detail)});
}

/// A change whose setting exists and whose value is good.
struct CheckedChange
{
    const Field* field = nullptr;
    std::string section;   ///< as in the file
    std::size_t entry = 0; ///< of a list, from 1; 0 where the section is none
    std::string text;      ///< canonical
};

/// A setting's name, taken apart.
struct Name
{
    std::string section;
    std::size_t entry = 0;
    std::string key;
};

/// Nothing where it has another form.
std::optional<Name> parseName(std::string_view name)
{
    const auto numberOf = [](std::string_view digits) -> std::size_t {
        std::size_t number = 0;
        const auto* const end = digits.data() + digits.size();
        const auto [last, error] = std::from_chars(digits.data(), end, number);
        return error == std::errc() && last == end ? number : 0;
    };
    if (name.starts_with("[[")) {
        const std::size_t close = name.find("]] ");
        const std::size_t space = close == name.npos ? name.npos : name.find(' ', close + 3);
        if (space == name.npos) {
            return std::nullopt;
        }
        return Name{.section = std::string(name.substr(2, close - 2)),
                    .entry = numberOf(name.substr(close + 3, space - close - 3)),
                    .key = std::string(name.substr(space + 1))};
    }
    const std::size_t dot = name.rfind('.');
    if (dot == name.npos) {
        return std::nullopt;
    }
    Name parsed{.section = std::string(name.substr(0, dot)),
                .entry = 0,
                .key = std::string(name.substr(dot + 1))};
    const std::size_t open = parsed.section.find('[');
    if (open != std::string::npos && parsed.section.ends_with(']')) {
        parsed.entry = numberOf(
            std::string_view(parsed.section).substr(open + 1, parsed.section.size() - open - 2));
        parsed.section.resize(open);
    }
    return parsed;
}

/// Room for one value of any section.
Settings makeScratch()
{
    Settings scratch;
    scratch.listeners.resize(1);
    return scratch;
}

util::Result<CheckedChange, WriteFault> check(const SettingChange& change, ConfigPart part)
{
    const auto name = parseName(change.name);
    const Section* const section = name ? findSection(name->section) : nullptr;
    const Field* const field = section != nullptr ? findField(name->section, name->key) : nullptr;
    if (field == nullptr || (section->kind == SectionKind::List) != (name->entry > 0)) {
        return refuse(WriteFaultCode::UnknownKey, change.name, "there is no such setting");
    }
    if (field->isSecret() != (part == ConfigPart::Secrets)) {
        return refuse(WriteFaultCode::SecretNotAllowed, change.name,
                      "a password belongs into secrets.toml, all else into config.toml");
    }
    Settings scratch = makeScratch();
    const auto stored = field->binding.store(*field, scratch, 0, change.value);
    if (!stored) {
        return refuse(WriteFaultCode::BadValue, change.name, stored.error().detail);
    }
    return CheckedChange{.field = field,
                         .section = name->section,
                         .entry = name->entry,
                         .text = field->isSecret() ? change.value
                                                   : field->binding.show(*field, scratch, 0)};
}

bool isSameValue(const Field& field, std::string_view raw, std::string_view canonical)
{
    if (field.isSecret()) {
        return raw == canonical; // nothing shows it
    }
    Settings scratch = makeScratch();
    return field.binding.store(field, scratch, 0, raw) &&
           field.binding.show(field, scratch, 0) == canonical;
}

std::string_view lineEnd(std::string_view text)
{
    const std::size_t feed = text.find('\n');
    const bool isCarriage = feed != std::string_view::npos && feed > 0 && text[feed - 1] == '\r';
    return isCarriage ? "\r\n" : "\n";
}

/// Inserts whole lines before the byte `offset`, which begins a line or ends the text.
std::string insertLines(std::string_view text, std::size_t offset, std::string_view lines)
{
    std::string result(text.substr(0, offset));
    if (!result.empty() && !result.ends_with('\n')) {
        result += lineEnd(text);
    }
    result += lines;
    result += text.substr(offset);
    return result;
}

/// Start of the line after the one that holds the byte `offset`.
std::size_t nextLine(std::string_view text, std::size_t offset)
{
    const std::size_t feed = text.find('\n', offset);
    return feed == std::string_view::npos ? text.size() : feed + 1;
}

std::string addKey(std::string_view text, const RawSection& section, std::string_view line)
{
    const std::size_t last = section.entries.empty()
                                 ? LineIndex(text).start(static_cast<std::size_t>(section.line))
                                 : section.entries.back().value.end;
    return insertLines(text, nextLine(text, last), line);
}

std::string editOne(std::string_view text, const TomlDocument& document,
                    const CheckedChange& change)
{
    const Field& field = *change.field;
    const std::string literal = tomlLiteral(field, change.text);
    const std::string_view end = lineEnd(text);
    const RawSection* home = nullptr;
    std::size_t entries = 0;
    for (const RawSection& section : document.sections) {
        const bool isEntry = section.form == SectionForm::ListEntry;
        if (section.name != change.section || isEntry != (change.entry > 0) ||
            (isEntry && ++entries != change.entry)) {
            continue;
        }
        for (const RawEntry& entry : section.entries) {
            if (entry.key == field.key) {
                const RawValue& value = entry.value;
                if (isSameValue(field, value.text, change.text)) {
                    return std::string(text);
                }
                return std::string(text.substr(0, value.begin)) + literal +
                       std::string(text.substr(value.end));
            }
        }
        if (section.form != SectionForm::Other) {
            home = &section;
        }
    }
    const std::string line = fmt::format("{} = {}{}", field.key, literal, end);
    if (home != nullptr) {
        return addKey(text, *home, line);
    }
    const std::string_view gap = text.empty() ? "" : end;
    if (change.entry > 0) {
        // isIntended() refuses it where this is not the next entry.
        return insertLines(text, text.size(),
                           fmt::format("{}[[{}]]{}{}", gap, change.section, end, line));
    }
    return insertLines(text, text.size(),
                       fmt::format("{}[{}]{}{}", gap, change.section, end, line));
}

/// Every value by its place in the document.
std::map<std::string, std::string> valuesOf(const TomlDocument& document)
{
    std::map<std::string, std::string> values;
    std::map<std::string, int> counts;
    for (const RawSection& section : document.sections) {
        std::string prefix = section.name;
        if (section.form == SectionForm::ListEntry) {
            prefix += fmt::format("[{}]", ++counts[section.name]);
        }
        for (const RawEntry& entry : section.entries) {
            values[prefix + "." + entry.key] =
                fmt::format("{}:{}", describe(entry.value.kind), entry.value.text);
        }
    }
    return values;
}

/// Whether `after` has the intended value and is otherwise as `before`.
bool isIntended(const TomlDocument& before, const TomlDocument& after, const CheckedChange& change)
{
    if (!after.faults.empty()) {
        return false;
    }
    const std::string name =
        change.entry > 0 ? fmt::format("{}[{}].{}", change.section, change.entry, change.field->key)
                         : change.field->path();
    auto expected = valuesOf(before);
    auto found = valuesOf(after);
    const auto changed = found.find(name);
    if (changed == found.end()) {
        return false;
    }
    const std::string_view text =
        std::string_view(changed->second).substr(changed->second.find(':') + 1);
    if (!isSameValue(*change.field, text, change.text)) {
        return false;
    }
    expected.erase(name);
    found.erase(changed);
    return expected == found;
}

util::Unexpected<WriteFault> unwritable(const std::filesystem::path& path, util::FileError error)
{
    return refuse(WriteFaultCode::Unwritable, "",
                  fmt::format("{} cannot be written: {}", path.string(), util::describe(error)));
}

} // namespace

std::string_view code(WriteFaultCode fault)
{
    switch (fault) {
    case WriteFaultCode::UnknownKey:
        return "unknown_key";
    case WriteFaultCode::BadValue:
        return "bad_value";
    case WriteFaultCode::SecretNotAllowed:
        return "secret_not_allowed";
    case WriteFaultCode::Unreadable:
        return "unreadable";
    case WriteFaultCode::BrokenFile:
        return "broken_file";
    case WriteFaultCode::NotEditable:
        return "not_editable";
    case WriteFaultCode::Unwritable:
        break;
    }
    return "unwritable";
}

std::string tomlLiteral(const Field& field, std::string_view text)
{
    switch (field.type) {
    case ValueType::Boolean:
    case ValueType::Count:
    case ValueType::Seconds:
    case ValueType::FineSeconds:
    case ValueType::Percent:
    case ValueType::Difficulty:
        return std::string(text);
    case ValueType::IpNetworks: {
        std::string list;
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t comma = std::min(text.find(',', begin), text.size());
            list += (list.empty() ? "" : ", ") + quoteToml(text.substr(begin, comma - begin));
            begin = comma + 1;
        }
        return "[" + list + "]";
    }
    default:
        return quoteToml(text);
    }
}

util::Result<void, WriteFault> writeText(const std::filesystem::path& path, std::string_view text,
                                         util::FileAccess access, util::Files& files)
{
    const auto replaced = files.replaceDurably(path, util::asBytes(text), access);
    if (!replaced) {
        // What a full disk left of the new file is of no use; the old one is untouched.
        std::filesystem::path remains = path;
        remains += ".new";
        static_cast<void>(files.remove(remains).hasValue());
        return unwritable(path, replaced.error());
    }
    return {};
}

std::filesystem::path lastGoodPathFor(const std::filesystem::path& configPath)
{
    std::filesystem::path path = configPath;
    path += ".last-good";
    return path;
}

Edited editConfig(std::string_view text, std::span<const SettingChange> changes, ConfigPart part)
{
    std::string current(text);
    for (const SettingChange& change : changes) {
        WARP_TRY(checked, check(change, part));
        const TomlDocument before = parseToml(current);
        if (!before.faults.empty()) {
            return refuse(WriteFaultCode::BrokenFile, "",
                          fmt::format("line {}: {}", before.faults.front().line,
                                      before.faults.front().detail));
        }
        std::string edited = editOne(current, before, checked);
        if (!isIntended(before, parseToml(edited), checked)) {
            return refuse(WriteFaultCode::NotEditable, change.name,
                          "the file is written in a way that cannot be edited safely");
        }
        current = std::move(edited);
    }
    return current;
}

util::Result<void, WriteFault> writeConfig(const std::filesystem::path& path,
                                           std::span<const SettingChange> changes,
                                           util::FileAccess access, util::Files& files)
{
    const auto old = files.read(path, MAX_FILE_BYTES);
    if (!old && old.error() != util::FileError::NotFound) {
        return refuse(
            WriteFaultCode::Unreadable, "",
            fmt::format("{} cannot be read: {}", path.string(), util::describe(old.error())));
    }
    WARP_TRY(edited, editConfig(old.valueOr(""), changes));
    if (old && *old == edited) {
        return {};
    }
    if (edited.size() > MAX_FILE_BYTES) {
        return unwritable(path, util::FileError::TooLarge);
    }
    if (old) {
        WARP_CHECK(writeText(lastGoodPathFor(path), *old, access, files));
    }
    return writeText(path, edited, access, files);
}

} // namespace warp::config
