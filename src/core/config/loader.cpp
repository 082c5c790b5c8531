#include "core/config/loader.h"

#include "core/config/field_table.h"
#include "core/config/file_layer.h"
#include "core/config/paths.h"
#include "core/config/profiles.h"
#include "core/config/text_layers.h"
#include "core/config/toml_document.h"
#include "core/config/validation.h"
#include "core/util/file_mode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <tuple>
#include <utility>

namespace warp::config {

namespace {

using std::filesystem::path;

constexpr std::array ORIGINS{Origin::Default, Origin::Profile,     Origin::File,
                             Origin::Secrets, Origin::Environment, Origin::CommandLine};

/// Applies what the layers gave, from the lowest to the highest.
class Merger
{
public:
    Merger(const LoadRequest& request, Collection collection)
        : m_request(request)
        , m_collection(std::move(collection))
    {}

    [[nodiscard]] util::Result<LoadedSettings, std::vector<ConfigFault>> merge()
    {
        m_loaded.settings.nodeBackups.resize(m_collection.backups.size());
        m_loaded.settings.listeners.resize(m_collection.listeners.size());
        checkLoginConflicts();
        addProfile();
        for (const Origin origin : ORIGINS) {
            for (const Assignment& assignment : m_collection.assignments) {
                if (assignment.origin == origin) {
                    apply(assignment);
                }
            }
        }
        setDataDirectory();
        applyDebugAlias();
        checkAvailability();
        validate({.settings = m_loaded.settings,
                  .winners = m_winners,
                  .refused = m_refused,
                  .backups = m_collection.backups,
                  .listeners = m_collection.listeners,
                  .file = m_request.configPath.string()},
                 m_collection.faults, m_collection.warnings);
        setAsideWhatIsMissing();
        if (!m_collection.faults.empty()) {
            sortFaults();
            return util::Unexpected(std::move(m_collection.faults));
        }
        for (const auto& [name, assignment] : m_winners) {
            m_loaded.sources.emplace(name, LoadedSettings::Source{.origin = assignment.origin,
                                                                  .place = assignment.place});
        }
        m_loaded.warnings = std::move(m_collection.warnings);
        return std::move(m_loaded);
    }

private:
    void fault(const SettingPlace& place, FaultCode code, std::string detail)
    {
        m_collection.faults.push_back(makeFault(place, code, std::move(detail)));
    }

    /// By layer and line; what has no line comes after what has one.
    void sortFaults()
    {
        const std::array files{m_request.configPath.string(),
                               secretsPathFor(m_request.configPath).string(),
                               std::string(ENVIRONMENT_FILE), std::string(COMMAND_LINE_FILE)};
        using Rank = std::tuple<std::ptrdiff_t, bool, int, int>;
        std::multimap<Rank, ConfigFault> sorted; // keeps the order of equals
        for (ConfigFault& fault : m_collection.faults) {
            const auto file = std::find(files.begin(), files.end(), fault.file);
            sorted.emplace(Rank(file - files.begin(), fault.line == 0, fault.line, fault.column),
                           std::move(fault));
        }
        m_collection.faults.clear();
        for (auto& [rank, fault] : sorted) {
            m_collection.faults.push_back(std::move(fault));
        }
    }

    /// A login may stand in config.toml and in secrets.toml, but not two of them.
    void checkLoginConflicts()
    {
        for (const Assignment& secret : m_collection.assignments) {
            if (secret.origin != Origin::Secrets) {
                continue;
            }
            for (const Assignment& open : m_collection.assignments) {
                const bool isSame = open.field == secret.field && open.entry == secret.entry &&
                                    (open.origin == Origin::File ||
                                     (open.origin == Origin::Secrets && &open < &secret));
                if (isSame && open.text != secret.text) {
                    fault(secret.place, FaultCode::Conflict,
                          fmt::format("{} has another value", describe(open.place)));
                }
            }
        }
    }

    void addProfile()
    {
        const Field* const kindField = findField("profile", "kind");
        const Assignment* winner = nullptr;
        for (const Assignment& assignment : m_collection.assignments) {
            if (assignment.field == kindField &&
                (winner == nullptr || assignment.origin >= winner->origin)) {
                winner = &assignment;
            }
        }
        Settings scratch;
        if (winner == nullptr || !kindField->binding.store(*kindField, scratch, 0, winner->text)) {
            return;
        }
        for (const ProfileParameter& parameter : profileTable()) {
            if (const auto text = parameter.valueOf(scratch.profile.kind); !text.empty()) {
                m_collection.assignments.push_back(
                    {.field = findField(parameter.section, parameter.key),
                     .entry = 0,
                     .text = std::string(text),
                     .origin = Origin::Profile,
                     .place = {.file = "profile",
                               .line = 0,
                               .column = 0,
                               .key = fmt::format("[{}] {}", parameter.section, parameter.key)}});
            }
        }
    }

    void apply(const Assignment& assignment)
    {
        const Field& field = *assignment.field;
        const std::string name = settingName(field, assignment.entry);
        std::string text = assignment.text;
        if (field.type == ValueType::Path && !text.empty() && !resolvePath(assignment, text)) {
            m_refused.push_back(name);
            return;
        }
        const auto stored = field.binding.store(field, m_loaded.settings, assignment.entry, text);
        if (!stored) {
            fault(assignment.place, stored.error().code, stored.error().detail);
            m_refused.push_back(name);
            return;
        }
        m_winners.insert_or_assign(name, assignment);
    }

    /// "~" is the home folder; in the file a relative path begins at the file's folder.
    bool resolvePath(const Assignment& assignment, std::string& text)
    {
        const auto expanded = expandHome(path(text), m_request.environment);
        if (!expanded) {
            fault(assignment.place, FaultCode::BadValue,
                  "\"~\" cannot be resolved: only ~/... is understood, and HOME must be set");
            return false;
        }
        const bool isOfFile = assignment.origin == Origin::File;
        text = (isOfFile && expanded->is_relative() ? m_request.configPath.parent_path() / *expanded
                                                    : *expanded)
                   .string();
        return true;
    }

    void setDataDirectory()
    {
        if (isRefused("server.data_dir")) {
            return;
        }
        path& folder = m_loaded.settings.server.dataDirectory;
        if (m_winners.contains("server.data_dir") && !folder.empty()) {
            return;
        }
        if (auto standard = defaultDataDirectory(m_request.environment)) {
            folder = std::move(*standard);
            return;
        }
        fault(unsetPlace(m_request.configPath.string(), "server.data_dir"), FaultCode::Missing,
              "there is no HOME to take the default from; name a folder");
    }

    /// `debug` is another way to write `level`; of the two the higher layer counts.
    void applyDebugAlias()
    {
        LoggingSettings& logging = m_loaded.settings.logging;
        if (!logging.isDebug) {
            return;
        }
        const Assignment& debug = m_winners.find("logging.debug")->second;
        const auto level = m_winners.find("logging.level");
        if (level != m_winners.end() && level->second.origin > debug.origin) {
            return;
        }
        const bool isContrary = level != m_winners.end() && level->second.origin == debug.origin &&
                                logging.level != util::LogLevel::Debug;
        if (isContrary) {
            fault(debug.place, FaultCode::Conflict,
                  fmt::format("{} says \"{}\"", describe(level->second.place), level->second.text));
        }
        logging.level = util::LogLevel::Debug;
    }

    void checkAvailability()
    {
        constexpr std::string_view NOT_YET =
            "has no effect yet: this version does not have that part";
        if (findSection("node.backup")->availability == Availability::Later) {
            for (const SettingPlace& place : m_collection.backups) {
                m_collection.warnings.push_back(
                    makeWarning(place, WarningCode::NotAvailableYet, std::string(NOT_YET)));
            }
        }
        for (const auto& [name, assignment] : m_winners) {
            const Field& field = *assignment.field;
            const std::string text = field.binding.show(field, m_loaded.settings, assignment.entry);
            const bool isAskedFor = assignment.origin != Origin::Profile && !text.empty();
            if (field.availability == Availability::Later && isAskedFor) {
                m_collection.warnings.push_back(makeWarning(
                    assignment.place, WarningCode::NotAvailableYet, std::string(NOT_YET)));
            }
        }
    }

    void setAsideWhatIsMissing()
    {
        if (m_request.completeness == Completeness::Required) {
            return;
        }
        constexpr std::string_view NAME = "mining.payout_address";
        const auto given = m_winners.find(NAME);
        const std::string key =
            given == m_winners.end() ? unsetPlace({}, NAME).key : given->second.place.key;
        std::erase_if(m_collection.faults, [&](const ConfigFault& fault) {
            const bool isPayout = fault.code == FaultCode::Missing && fault.key == key;
            if (isPayout) {
                m_loaded.missing.push_back(fault);
            }
            return isPayout;
        });
    }

    [[nodiscard]] bool isRefused(std::string_view name) const
    {
        return std::find(m_refused.begin(), m_refused.end(), name) != m_refused.end();
    }

    const LoadRequest& m_request;
    Collection m_collection;
    LoadedSettings m_loaded;
    Winners m_winners;
    std::vector<std::string> m_refused;
};

void unreadable(const path& file, util::FileError error, Collection& collection)
{
    collection.faults.push_back(
        makeFault({.file = file.string(), .line = 0, .column = 0}, FaultCode::Unreadable,
                  error == util::FileError::TooLarge
                      ? fmt::format("it is larger than {} KiB", MAX_FILE_BYTES / 1024)
                      : fmt::format("it cannot be read: {}", util::describe(error))));
}

void readFile(const LoadRequest& request, util::Files& files, Collection& collection)
{
    if (request.configText) {
        collectFile(*request.configText, request.configPath.string(), collection);
        return;
    }
    const auto text = files.read(request.configPath, MAX_FILE_BYTES);
    if (text) {
        collectFile(*text, request.configPath.string(), collection);
    } else if (request.configFile == ConfigFile::Required ||
               text.error() != util::FileError::NotFound) {
        unreadable(request.configPath, text.error(), collection);
    }
}

void readSecrets(const LoadRequest& request, util::Files& files, Collection& collection)
{
    const path secretsPath = secretsPathFor(request.configPath);
    if (request.secretsText) {
        collectSecrets(*request.secretsText, secretsPath.string(), collection);
        return;
    }
    const auto text = files.read(secretsPath, MAX_FILE_BYTES);
    if (!text) {
        if (text.error() != util::FileError::NotFound) {
            unreadable(secretsPath, text.error(), collection);
        }
        return;
    }
    const auto mode = request.permissionsOf ? request.permissionsOf(secretsPath) : std::nullopt;
    if (auto open = util::describeOpenness(mode)) {
        collection.warnings.push_back(
            makeWarning({.file = secretsPath.string(), .line = 0, .column = 0},
                        WarningCode::SecretsFileReadable, std::move(*open)));
    }
    collectSecrets(*text, secretsPath.string(), collection);
}

} // namespace

std::string_view describe(Origin origin)
{
    switch (origin) {
    case Origin::Profile:
        return "profile";
    case Origin::File:
        return "config.toml";
    case Origin::Secrets:
        return "secrets.toml";
    case Origin::Environment:
        return "environment";
    case Origin::CommandLine:
        return "--set";
    case Origin::Default:
        break;
    }
    return "default";
}

Origin LoadedSettings::originOf(std::string_view name) const
{
    const auto found = sources.find(name);
    return found == sources.end() ? Origin::Default : found->second.origin;
}

SettingPlace LoadedSettings::placeOf(std::string_view name) const
{
    const auto found = sources.find(name);
    return found == sources.end() ? unsetPlace("", name) : found->second.place;
}

void LoadRequest::chooseFile(const std::string& named)
{
    if (!named.empty()) {
        configPath = named;
    } else if (const auto path = defaultConfigPath(environment)) {
        configPath = *path;
        configFile = ConfigFile::Optional;
    }
}

util::Result<LoadedSettings, std::vector<ConfigFault>> load(const LoadRequest& request,
                                                            util::Files& files)
{
    Collection collection;
    if (!request.configPath.empty()) {
        readFile(request, files, collection);
        readSecrets(request, files, collection);
    }
    collectEnvironment(request.environment, collection);
    collectOverrides(request.overrides, collection);
    return Merger(request, std::move(collection)).merge();
}

} // namespace warp::config
