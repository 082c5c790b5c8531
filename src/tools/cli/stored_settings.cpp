#include "tools/cli/stored_settings.h"

#include "core/config/loader.h"
#include "core/config/paths.h"
#include "core/util/system_environment.h"
#include "tools/cli/console.h"
#include "tools/cli/replacement.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace warp::cli {

namespace {

/// nullptr where it is not set.
const config::RawValue* findIn(const config::TomlDocument& document, std::string_view section,
                               std::string_view key)
{
    for (const config::RawSection& each : document.sections) {
        if (each.name != section || each.form == config::SectionForm::ListEntry) {
            continue;
        }
        for (const config::RawEntry& entry : each.entries) {
            if (entry.key == key) {
                return &entry.value;
            }
        }
    }
    return nullptr;
}

std::string valueIn(const config::TomlDocument& document, std::string_view section,
                    std::string_view key)
{
    const config::RawValue* const value = findIn(document, section, key);
    return value != nullptr ? value->text : std::string();
}

config::TomlDocument documentOf(util::Files& files, const std::filesystem::path& path)
{
    const auto text = files.read(path, config::MAX_FILE_BYTES);
    return text ? config::parseToml(*text) : config::TomlDocument();
}

void printFault(const std::filesystem::path& path, util::FileError error)
{
    printError(fmt::format("{}: {}", path.string(), util::describe(error)));
}

} // namespace

StoredSettings::StoredSettings(util::Files& files, std::filesystem::path configPath)
    : m_files(files)
    , m_path(std::move(configPath))
    , m_document(documentOf(files, m_path))
{
    const auto secrets = documentOf(files, config::secretsPathFor(m_path));
    m_password = valueIn(secrets, "node", "rpc_pass");
    if (m_password.empty()) {
        m_password = valueIn(secrets, "", "rpc_pass"); // its short name
    }
}

std::string StoredSettings::value(std::string_view section, std::string_view key) const
{
    return valueIn(m_document, section, key);
}

bool StoredSettings::has(std::string_view section, std::string_view key) const
{
    return findIn(m_document, section, key) != nullptr;
}

std::optional<config::Settings>
StoredSettings::preview(const std::vector<config::SettingChange>& changes) const
{
    const auto existing = m_files.read(m_path, config::MAX_FILE_BYTES);
    auto edited = config::editConfig(existing ? *existing : std::string(), changes);
    if (!edited) {
        return std::nullopt; // write() says why
    }
    config::LoadRequest request;
    request.environment = util::systemEnvironment();
    request.configPath = m_path;
    request.configText = *std::move(edited);
    request.secretsText = std::string();
    auto loaded = config::load(request, m_files);
    if (!loaded) {
        printError("With these settings the pool would not start:");
        for (const config::ConfigFault& fault : loaded.error()) {
            printError(fault.describe());
        }
        return std::nullopt;
    }
    return std::move(loaded->settings);
}

bool StoredSettings::canWrite(const std::vector<config::SettingChange>& changes) const
{
    const auto existing = m_files.read(m_path, config::MAX_FILE_BYTES);
    if (!existing && existing.error() != util::FileError::NotFound) {
        printFault(m_path, existing.error());
        return false;
    }
    const auto edited = config::editConfig(existing ? *existing : std::string(), changes);
    if (!edited) {
        printError(fmt::format("{} {}", edited.error().name, edited.error().detail));
    }
    return edited.hasValue();
}

bool StoredSettings::writePassword(const std::string& password, util::FileAccess access)
{
    const std::filesystem::path path = behindLinks(config::secretsPathFor(m_path));
    const auto existing = m_files.read(path, config::MAX_FILE_BYTES);
    if (!existing && existing.error() != util::FileError::NotFound) {
        printFault(path, existing.error());
        return false;
    }
    const std::string before = existing ? *existing : std::string();
    const bool isShort = !valueIn(config::parseToml(before), "", "rpc_pass").empty();
    const std::array<config::SettingChange, 1> changes{
        {{.name = "node.rpc_pass", .value = password}}};
    const auto text = config::editConfig(before, changes, config::ConfigPart::Secrets);
    if (!text || (isShort && *text != before)) {
        printError(fmt::format("{} cannot be changed: set the password in it by hand ({})",
                               path.string(),
                               text ? "rpc_pass stands at its top" : text.error().detail));
        return false;
    }
    if (*text == before && existing) {
        return true;
    }
    const auto written = m_files.replaceDurably(path, util::asBytes(*text), access);
    if (!written) {
        printFault(path, written.error());
    }
    return written.hasValue();
}

bool StoredSettings::write(const std::vector<config::SettingChange>& changes,
                           const std::optional<std::string>& password)
{
    if (m_path.has_parent_path()) {
        static_cast<void>(m_files.makeDirectories(m_path.parent_path()));
    }
    return canWrite(changes) && writeFiles(changes, password);
}

bool StoredSettings::writeFiles(const std::vector<config::SettingChange>& changes,
                                const std::optional<std::string>& password)
{
    const std::filesystem::path path = behindLinks(m_path);
    const std::filesystem::path secrets = behindLinks(config::secretsPathFor(m_path));
    const auto open = Replacement::prepare(path, path);
    const auto copy = Replacement::prepare(config::lastGoodPathFor(path), path);
    // An empty path is none: without a password secrets.toml is not touched.
    const auto secret = Replacement::prepare(secrets, password ? secrets : "");
    for (const auto* const each : {&open, &copy, &secret}) {
        if (!*each) {
            printError(each->error());
            return false;
        }
    }
    // What is there already is written as it is, and not wider than it was.
    const auto access = secret->isMade() ? util::FileAccess::Shared : util::FileAccess::Private;
    if (password && !writePassword(*password, access)) {
        return false;
    }
    const auto written = config::writeConfig(path, changes, util::FileAccess::Shared, m_files);
    if (!written) {
        printError(fmt::format("{} {}", written.error().name, written.error().detail));
    }
    return written.hasValue();
}

} // namespace warp::cli
