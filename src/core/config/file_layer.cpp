#include "core/config/file_layer.h"

#include "core/config/field_table.h"
#include "core/config/name_advice.h"
#include "core/config/toml_document.h"
#include "core/util/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace warp::config {

namespace {

constexpr std::string_view BACKUP_SECTION = "node.backup";
constexpr std::string_view LISTENER_SECTION = "listener";

std::string_view expectation(ValueType type)
{
    switch (type) {
    case ValueType::IpNetworks:
        return "a list of texts";
    case ValueType::Boolean:
        return "true or false";
    case ValueType::Count:
    case ValueType::Seconds:
        return "a whole number";
    case ValueType::FineSeconds:
    case ValueType::Percent:
    case ValueType::Difficulty:
        return "a number";
    default:
        return "a text in quotes";
    }
}

bool isExpected(ValueType type, RawKind kind)
{
    const std::string_view wanted = expectation(type);
    if (wanted == "a number") {
        return kind == RawKind::Integer || kind == RawKind::Float;
    }
    return wanted == describe(kind) || (kind == RawKind::String && wanted == "a text in quotes");
}

std::string keyName(const RawSection& section, std::size_t number, std::string_view key)
{
    if (section.name.empty()) {
        return util::sanitize(key);
    }
    const std::string name = util::sanitize(section.name);
    const std::string dotted = key.empty() ? "" : " " + util::sanitize(key);
    return number == 0 ? fmt::format("[{}]{}", name, dotted)
                       : fmt::format("[[{}]] {}{}", name, number, dotted);
}

/// Reads one file; what both files have in common.
class FileReader
{
public:
    FileReader(const std::string& file, Origin origin, Collection& collection)
        : m_file(file)
        , m_origin(origin)
        , m_collection(collection)
    {}

    [[nodiscard]] SettingPlace place(const RawSection& section, const RawEntry& entry,
                                     std::size_t number) const
    {
        return {.file = m_file,
                .line = entry.line,
                .column = entry.column,
                .key = keyName(section, number, entry.key)};
    }

    [[nodiscard]] SettingPlace place(const RawSection& section, std::size_t number) const
    {
        return {.file = m_file,
                .line = section.line,
                .column = section.column,
                .key = keyName(section, number, "")};
    }

    void fault(const SettingPlace& place, FaultCode code, std::string detail)
    {
        m_collection.faults.push_back(makeFault(place, code, std::move(detail)));
    }

    void sectionFault(const RawSection& section, FaultCode code, std::string detail)
    {
        fault(place(section, 0), code, std::move(detail));
    }

    void syntaxFaults(const TomlDocument& document)
    {
        for (const SyntaxFault& syntax : document.faults) {
            // The library quotes the text around a fault; in secrets.toml that may be a password.
            const bool isSecret = m_origin == Origin::Secrets;
            fault({.file = m_file, .line = syntax.line, .column = syntax.column}, FaultCode::Syntax,
                  isSecret ? "this is not valid TOML" : syntax.detail);
        }
    }

    void assign(const Field& field, std::size_t entry, const RawEntry& raw,
                const SettingPlace& where)
    {
        if (!isExpected(field.type, raw.value.kind)) {
            fault(where, FaultCode::WrongType,
                  fmt::format("{} is expected here, this is {}", expectation(field.type),
                              describe(raw.value.kind)));
            return;
        }
        m_collection.assignments.push_back({.field = &field,
                                            .entry = entry,
                                            .text = raw.value.text,
                                            .origin = m_origin,
                                            .place = where});
    }

    Collection& collection() { return m_collection; }

private:
    const std::string& m_file;
    Origin m_origin;
    Collection& m_collection;
};

/// The section of the table, if this one has its form; else the fault is noted.
const Section* knownSection(FileReader& reader, const RawSection& raw)
{
    const Section* const section = findSection(raw.name);
    if (section == nullptr) {
        const std::size_t dot = raw.name.rfind('.');
        const bool isKey = dot != std::string::npos &&
                           findField(raw.name.substr(0, dot), raw.name.substr(dot + 1));
        if (isKey) {
            reader.sectionFault(raw, FaultCode::WrongType,
                                "a single value is expected here, not a section");
        } else {
            reader.sectionFault(raw, FaultCode::UnknownSection, sectionAdvice(raw.name));
        }
        return nullptr;
    }
    const bool isList = raw.form == SectionForm::ListEntry;
    if (isList != (section->kind == SectionKind::List)) {
        reader.sectionFault(raw, FaultCode::WrongType,
                            fmt::format("write it as {}", headerText(*section)));
        return nullptr;
    }
    return section;
}

void readTopLevel(FileReader& reader, const RawSection& section)
{
    for (const RawEntry& entry : section.entries) {
        const SettingPlace where = reader.place(section, entry, 0);
        const Section* const known = findSection(entry.key);
        if (known != nullptr) {
            reader.fault(where, FaultCode::WrongType,
                         fmt::format("this is a section; write {}", headerText(*known)));
        } else {
            reader.fault(where, FaultCode::UnknownKey, keyAdvice("", entry.key));
        }
    }
}

void readEntry(FileReader& reader, const RawSection& section, const RawEntry& entry,
               std::size_t slot, std::size_t number)
{
    const SettingPlace where = reader.place(section, entry, number);
    const Field* const field = findField(section.name, entry.key);
    if (field == nullptr) {
        const std::string path = section.name + "." + entry.key;
        if (findSection(path) != nullptr) {
            reader.fault(where, FaultCode::WrongType,
                         fmt::format("this is a section; write [[{}]]", path));
        } else {
            reader.fault(where, FaultCode::UnknownKey, keyAdvice(section.name, entry.key));
        }
    } else if (field->isSecret()) {
        reader.fault(where, FaultCode::SecretNotAllowed,
                     "a password does not belong into this file; put it into secrets.toml beside "
                     "it or into the environment");
    } else {
        reader.assign(*field, slot, entry, where);
    }
}

/// The backup node with this address, as FieldBinding counts.
std::optional<std::size_t> findBackup(const Collection& collection, std::string_view url)
{
    for (const Assignment& assignment : collection.assignments) {
        if (assignment.field == findField(BACKUP_SECTION, "rpc_url") && assignment.entry > 0 &&
            assignment.text == url) {
            return assignment.entry;
        }
    }
    return std::nullopt;
}

void readSecret(FileReader& reader, const RawSection& section, const RawEntry& entry,
                std::size_t slot, std::size_t number)
{
    const SettingPlace where = reader.place(section, entry, number);
    const Field* field = findField(section.name, entry.key);
    if (section.name.empty()) {
        const auto table = fieldTable();
        const auto found = std::find_if(table.begin(), table.end(), [&entry](const Field& row) {
            return !row.alias.empty() && row.alias == entry.key;
        });
        field = found == table.end() ? nullptr : &*found;
    }
    if (field == nullptr) {
        reader.fault(where, FaultCode::UnknownKey, keyAdvice(section.name, entry.key));
    } else if (!field->isSecret() && field->alias.empty()) {
        reader.fault(where, FaultCode::BadValue, "this is no secret; it belongs into config.toml");
    } else {
        reader.assign(*field, slot, entry, where);
    }
}

void readBackupSecrets(FileReader& reader, const RawSection& section, std::size_t number)
{
    const auto url = std::find_if(section.entries.begin(), section.entries.end(),
                                  [](const RawEntry& entry) { return entry.key == "rpc_url"; });
    const auto slot = url == section.entries.end()
                          ? std::nullopt
                          : findBackup(reader.collection(), url->value.text);
    if (!slot) {
        reader.sectionFault(section, FaultCode::BadValue,
                            "its rpc_url is not that of a [[node.backup]] in config.toml");
        return;
    }
    for (const RawEntry& entry : section.entries) {
        if (entry.key != "rpc_url") {
            readSecret(reader, section, entry, *slot, number);
        }
    }
}

} // namespace

void collectFile(std::string_view text, const std::string& file, Collection& collection)
{
    FileReader reader(file, Origin::File, collection);
    const TomlDocument document = parseToml(text);
    reader.syntaxFaults(document);
    for (const RawSection& section : document.sections) {
        if (section.name.empty()) {
            readTopLevel(reader, section);
            continue;
        }
        if (knownSection(reader, section) == nullptr) {
            continue;
        }
        std::size_t slot = 0;
        std::size_t number = 0;
        if (section.name == BACKUP_SECTION) {
            // Slot 0 of the node rows is the primary.
            slot = number = collection.backups.size() + 1;
            collection.backups.push_back(reader.place(section, number));
        } else if (section.name == LISTENER_SECTION) {
            slot = collection.listeners.size();
            number = slot + 1;
            collection.listeners.push_back(reader.place(section, number));
        }
        for (const RawEntry& entry : section.entries) {
            readEntry(reader, section, entry, slot, number);
        }
    }
}

void collectSecrets(std::string_view text, const std::string& file, Collection& collection)
{
    FileReader reader(file, Origin::Secrets, collection);
    const TomlDocument document = parseToml(text);
    reader.syntaxFaults(document);
    std::size_t backups = 0;
    for (const RawSection& section : document.sections) {
        if (!section.name.empty() && knownSection(reader, section) == nullptr) {
            continue;
        }
        if (section.name == BACKUP_SECTION) {
            readBackupSecrets(reader, section, ++backups);
            continue;
        }
        if (section.name == LISTENER_SECTION) {
            reader.sectionFault(section, FaultCode::BadValue, "this belongs into config.toml");
            continue;
        }
        for (const RawEntry& entry : section.entries) {
            readSecret(reader, section, entry, 0, 0);
        }
    }
}

} // namespace warp::config
