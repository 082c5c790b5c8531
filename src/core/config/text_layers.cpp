#include "core/config/text_layers.h"

#include "core/config/field_table.h"
#include "core/config/name_advice.h"
#include "core/util/log.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

namespace warp::config {

namespace {

constexpr std::string_view PREFIX = "WARPPOOL_";

bool isSingle(const Field& field)
{
    return findSection(field.section)->kind == SectionKind::Table;
}

std::string aliasVariable(const Field& field)
{
    return Field{.section = "", .key = field.alias}.environmentName();
}

/// The value of a variable; nothing where it is not set. A container passes an unset login on as an
/// empty text.
const std::string* valueOf(const Environment& environment, const std::string& name,
                           const Field& field)
{
    const auto found = environment.find(name);
    const bool isLogin = !field.alias.empty();
    if (found == environment.end() || (isLogin && found->second.empty())) {
        return nullptr;
    }
    return &found->second;
}

void reportUnknown(const std::string& name, Collection& collection)
{
    const SettingPlace place{
        .file = std::string(ENVIRONMENT_FILE), .line = 0, .column = 0, .key = util::sanitize(name)};
    if (const auto meant = meantVariable(name)) {
        collection.faults.push_back(
            makeFault(place, FaultCode::UnknownKey,
                      fmt::format("there is no such setting; did you mean {}?", *meant)));
    } else {
        collection.warnings.push_back(
            makeWarning(place, WarningCode::UnknownVariable, "there is no such setting"));
    }
}

void collectOverride(std::string_view text, Collection& collection)
{
    const std::size_t equals = text.find('=');
    const std::string_view path = text.substr(0, equals);
    const std::size_t dot = path.rfind('.');
    SettingPlace place{.file = std::string(COMMAND_LINE_FILE),
                       .line = 0,
                       .column = 0,
                       .key = util::sanitize(path)};
    const auto fault = [&collection, &place](FaultCode code, std::string detail) {
        collection.faults.push_back(makeFault(place, code, std::move(detail)));
    };
    if (equals == std::string_view::npos || dot == std::string_view::npos) {
        fault(FaultCode::Syntax, "write it as section.key=value");
        return;
    }
    const std::string_view sectionName = path.substr(0, dot);
    const std::string_view key = path.substr(dot + 1);
    const Section* const section = findSection(sectionName);
    const Field* const field = findField(sectionName, key);
    if (section == nullptr) {
        fault(FaultCode::UnknownSection, sectionAdvice(sectionName));
    } else if (section->kind == SectionKind::List) {
        fault(FaultCode::BadValue, "lists of sections can be set in the file only");
    } else if (field == nullptr) {
        fault(FaultCode::UnknownKey, keyAdvice(sectionName, key));
    } else if (field->isSecret()) {
        fault(FaultCode::SecretNotAllowed,
              fmt::format("everybody on this machine can read a command line; use secrets.toml or "
                          "the variable {}",
                          field->environmentName()));
    } else {
        collection.assignments.push_back({.field = field,
                                          .entry = 0,
                                          .text = std::string(text.substr(equals + 1)),
                                          .origin = Origin::CommandLine,
                                          .place = std::move(place)});
    }
}

} // namespace

void collectEnvironment(const Environment& environment, Collection& collection)
{
    std::set<std::string, std::less<>> known;
    for (const Field& field : fieldTable()) {
        if (!isSingle(field)) {
            continue;
        }
        std::string name = field.environmentName();
        known.insert(name);
        const std::string* value = valueOf(environment, name, field);
        if (!field.alias.empty()) {
            const std::string alias = aliasVariable(field);
            known.insert(alias);
            const std::string* const other = valueOf(environment, alias, field);
            if (value != nullptr && other != nullptr && *value != *other) {
                collection.faults.push_back(makeFault(
                    {.file = std::string(ENVIRONMENT_FILE), .line = 0, .column = 0, .key = alias},
                    FaultCode::Conflict,
                    fmt::format("{} is set as well and has another value", name)));
                continue;
            }
            if (value == nullptr && other != nullptr) {
                value = other;
                name = alias;
            }
        }
        if (value != nullptr) {
            collection.assignments.push_back(
                {.field = &field,
                 .entry = 0,
                 .text = *value,
                 .origin = Origin::Environment,
                 .place = {
                     .file = std::string(ENVIRONMENT_FILE), .line = 0, .column = 0, .key = name}});
        }
    }
    for (const auto& [name, value] : environment) {
        if (name.starts_with(PREFIX) && !known.contains(name)) {
            reportUnknown(name, collection);
        }
    }
}

void collectOverrides(std::span<const std::string> overrides, Collection& collection)
{
    for (const std::string& text : overrides) {
        collectOverride(text, collection);
    }
}

} // namespace warp::config
