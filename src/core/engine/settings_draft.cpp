#include "core/engine/settings_draft.h"

#include "core/config/field_table.h"
#include "core/config/toml_document.h"
#include "core/util/file_mode.h"

#include <fmt/format.h>

#include <utility>

namespace warp::engine {

namespace {

using interfaces::SettingFault;

SettingFault faultOf(const std::string& file, std::string key, std::string code, std::string detail)
{
    return {.place = {.file = file, .line = 0, .column = 0, .key = std::move(key)},
            .code = std::move(code),
            .detail = std::move(detail)};
}

util::Result<std::string, util::FileError> readIfThere(util::Files& files,
                                                       const std::filesystem::path& path)
{
    auto text = files.read(path, config::MAX_FILE_BYTES);
    if (!text && text.error() == util::FileError::NotFound) {
        return std::string();
    }
    return text;
}

bool isSecret(const std::string& key)
{
    const std::size_t dot = key.rfind('.');
    const config::Field* const field =
        dot == std::string::npos ? nullptr
                                 : config::findField(key.substr(0, dot), key.substr(dot + 1));
    return field != nullptr && field->isSecret();
}

/// The text of one file with its part of the changes.
std::optional<std::string> edit(util::Files& files, const std::filesystem::path& path,
                                const std::vector<config::SettingChange>& changes,
                                config::ConfigPart part, SettingsDraft& draft)
{
    if (changes.empty()) {
        return std::nullopt;
    }
    const auto text = readIfThere(files, path);
    if (!text) {
        draft.faults.push_back(
            faultOf(path.string(), "", "unreadable", std::string(util::describe(text.error()))));
        return std::nullopt;
    }
    auto edited = config::editConfig(*text, changes, part);
    if (!edited) {
        draft.faults.push_back(faultOf(path.string(), edited.error().name,
                                       std::string(config::code(edited.error().code)),
                                       edited.error().detail));
        return std::nullopt;
    }
    if (part == config::ConfigPart::Secrets) {
        draft.formerSecretsText = *text;
    }
    return std::move(*edited);
}

} // namespace

SettingFault toView(const config::ConfigFault& fault)
{
    return {
        .place = {.file = fault.file, .line = fault.line, .column = fault.column, .key = fault.key},
        .code = std::string(config::code(fault.code)),
        .detail = fault.detail};
}

SettingsDraft makeDraft(const config::LoadRequest& request,
                        const std::vector<interfaces::SettingChange>& changes, util::Files& files)
{
    SettingsDraft draft;
    std::vector<config::SettingChange> open;
    std::vector<config::SettingChange> secret;
    for (const interfaces::SettingChange& change : changes) {
        (isSecret(change.key) ? secret : open).push_back({change.key, change.text});
    }
    const std::filesystem::path secretsPath = config::secretsPathFor(request.configPath);
    draft.configText = edit(files, request.configPath, open, config::ConfigPart::Open, draft);
    draft.secretsText = edit(files, secretsPath, secret, config::ConfigPart::Secrets, draft);
    if (!draft.faults.empty()) {
        return draft;
    }
    config::LoadRequest judged = request;
    judged.configText = draft.configText;
    judged.secretsText = draft.secretsText;
    auto loaded = config::load(judged, files);
    if (!loaded) {
        for (const config::ConfigFault& fault : loaded.error()) {
            draft.faults.push_back(toView(fault));
        }
        return draft;
    }
    for (const interfaces::SettingChange& change : changes) {
        const config::Origin origin = loaded->originOf(change.key);
        if (origin == config::Origin::Environment || origin == config::Origin::CommandLine) {
            const config::SettingPlace place = loaded->placeOf(change.key);
            draft.faults.push_back({.place = place,
                                    .code = "overridden",
                                    .detail = fmt::format("it is set by {}, which goes before the "
                                                          "file",
                                                          place.file)});
        }
    }
    if (draft.faults.empty()) {
        draft.loaded = std::move(*loaded);
    }
    return draft;
}

util::Result<void, config::WriteFault> writeDraft(const config::LoadRequest& request,
                                                  const SettingsDraft& draft, util::Files& files)
{
    const std::filesystem::path secretsPath = config::secretsPathFor(request.configPath);
    if (draft.secretsText) {
        WARP_CHECK(
            config::writeText(secretsPath, *draft.secretsText, util::FileAccess::Private, files));
    }
    if (!draft.configText) {
        return {};
    }
    auto written =
        config::writeText(request.configPath, *draft.configText, accessOf(request), files);
    if (!written && draft.secretsText) {
        // As it was; if that fails too, the password is the new one and all else the old.
        static_cast<void>(config::writeText(secretsPath, draft.formerSecretsText.value_or(""),
                                            util::FileAccess::Private, files));
    }
    return written;
}

util::FileAccess accessOf(const config::LoadRequest& request)
{
    const auto mode =
        request.permissionsOf ? request.permissionsOf(request.configPath) : std::nullopt;
    return mode && !util::isOpenToOthers(*mode) ? util::FileAccess::Private
                                                : util::FileAccess::Shared;
}

} // namespace warp::engine
