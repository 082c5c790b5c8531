#include "core/config/name_advice.h"

#include "core/config/field_table.h"
#include "core/config/suggestion.h"

#include <fmt/format.h>

#include <cstddef>
#include <vector>

namespace warp::config {

namespace {

constexpr std::size_t OBVIOUS_MISTAKES = 2;
constexpr std::size_t LONGEST_VARIABLE = 64;

/// The section that has exactly this key, where it is the only one.
const Section* ownerOf(std::string_view key)
{
    const Section* owner = nullptr;
    for (const Field& field : fieldTable()) {
        if (field.key == key) {
            if (owner != nullptr) {
                return nullptr;
            }
            owner = findSection(field.section);
        }
    }
    return owner;
}

} // namespace

std::string headerText(const Section& section)
{
    const std::string name(section.name);
    return section.kind == SectionKind::List ? "[[" + name + "]]" : "[" + name + "]";
}

std::string sectionAdvice(std::string_view name)
{
    std::vector<std::string_view> names;
    for (const Section& section : sectionTable()) {
        names.push_back(section.name);
    }
    if (const auto nearest = nearestName(name, names)) {
        return fmt::format("there is no such section; did you mean {}?",
                           headerText(*findSection(*nearest)));
    }
    return "there is no such section";
}

std::string keyAdvice(std::string_view section, std::string_view key)
{
    if (const Section* const owner = ownerOf(key)) {
        return fmt::format("there is no such key here; it belongs under {}", headerText(*owner));
    }
    std::vector<std::string_view> names;
    for (const Field& field : fieldTable()) {
        const Section* const here = findSection(section);
        if (here == nullptr || here->fields == field.section) {
            names.push_back(field.key);
        }
    }
    if (const auto nearest = nearestName(key, names)) {
        return fmt::format("there is no such key; did you mean {}?", *nearest);
    }
    return "there is no such key";
}

std::optional<std::string> meantVariable(std::string_view name)
{
    if (name.size() > LONGEST_VARIABLE) {
        return std::nullopt;
    }
    for (const Field& field : fieldTable()) {
        const bool isSingle = findSection(field.section)->kind == SectionKind::Table;
        std::string known = field.environmentName();
        if (isSingle && editDistance(name, known) <= OBVIOUS_MISTAKES) {
            return known;
        }
    }
    return std::nullopt;
}

} // namespace warp::config
