#include "core/config/reference_text.h"

#include "core/config/config_writer.h"
#include "core/config/name_advice.h"
#include "core/config/program_manual.h"
#include "core/config/value_codec.h"

#include <fmt/format.h>

#include <string_view>

namespace warp::config {

namespace {

constexpr std::size_t COMMENT_COLUMNS = 96;
constexpr std::string_view LATER = "Not in this version yet.";

constexpr std::string_view MARKDOWN_HEAD = R"(# Configuration

<!-- Made from the field table in src/core/config; edit that, not this file. -->

WarpPool reads one TOML file: the one that `--config` names, else
`$XDG_CONFIG_HOME/warppool/config.toml` or `~/.config/warppool/config.toml`.
`warppool --check-config` reads everything, names every fault with file, line, key and reason, and
ends with exit code 2 if there is one. `config/example.toml` has every key with its explanation and
starts as it stands beside a node on regtest.

## Layers

A value is taken from the last of these that has it:

1. the default,
2. the profile (`[profile] kind`),
3. `config.toml`, and `secrets.toml` beside it,
4. the environment: `WARPPOOL_<SECTION>_<KEY>`, for instance `WARPPOOL_MINING_PAYOUT_ADDRESS`,
5. the command line: `--set section.key=value`, as often as needed.

While the program runs, `SIGHUP` makes it read the file anew. The file is judged as a whole: where
anything in it is wrong, nothing changes, and the health issue `settings_invalid` names file, line
and key until a good one was read. A key that says so takes effect at once, and miners stay
connected; any other at the next start. What was read without a fault is kept beside the file as
`config.toml.last-good`, where the folder can be written to.

Lists of sections (`[[listener]]`, `[[node.backup]]`) can be set in the file only. A relative path
in the file begins at the file's folder; `~/` is the home folder.

## Passwords

A password never stands in `config.toml` or on the command line; both are refused. It belongs into
`secrets.toml` beside the file, with mode 0600:

```toml
[node]
rpc_user = "warppool"
rpc_pass = "..."
```

or into the environment: `WARPPOOL_NODE_RPC_USER` and `WARPPOOL_NODE_RPC_PASS`, for which
`WARPPOOL_RPC_USER` and `WARPPOOL_RPC_PASS` are short names. Both names with different values are
refused.
)";

constexpr std::string_view EXAMPLE_HEAD =
    R"(# Configuration of WarpPool, with every setting there is.
#
# It starts as it stands beside a Bitcoin node on regtest (bitcoind -regtest):
#     warppool --no-gui --config example.toml
# What begins with "#" shows the default. docs/configuration.md tells more.
#
# Passwords do not belong here but into secrets.toml beside this file (mode 0600) or into the
# environment.
)";

constexpr std::string_view SETTINGS_PAGE_HEAD =
    R"(.\" Made from the field table in src/core/config; edit that, not this file.
.TH WARPPOOL.TOML 5 "" "WarpPool" "WarpPool manual"
.SH NAME
warppool.toml \- settings of the WarpPool mining pool
.SH DESCRIPTION
A TOML file: the one that
.B \-\-config
names, else
.IR $XDG_CONFIG_HOME/warppool/config.toml
or
.IR ~/.config/warppool/config.toml .
A value is taken from the last of these that has it: the default, the profile, the file with
secrets.toml beside it, the environment (WARPPOOL_SECTION_KEY), the command line (\-\-set
section.key=value). Passwords belong into secrets.toml, with mode 0600, or into the environment.
)";

std::string_view typeText(ValueType type)
{
    switch (type) {
    case ValueType::Url:
    case ValueType::DatabaseUrl:
        return "URL";
    case ValueType::ZmqAddress:
        return "ZMQ address";
    case ValueType::BitcoinAddress:
        return "Bitcoin address";
    case ValueType::Path:
        return "path";
    case ValueType::Listen:
        return "host:port";
    case ValueType::IpNetworks:
        return "list of networks";
    case ValueType::Secret:
        return "password";
    case ValueType::Boolean:
        return "true or false";
    case ValueType::Count:
        return "whole number";
    case ValueType::Seconds:
    case ValueType::FineSeconds:
        return "seconds";
    case ValueType::Percent:
        return "percent";
    case ValueType::Difficulty:
        return "difficulty";
    case ValueType::Text:
    case ValueType::PoolTag:
    case ValueType::Choice:
        break;
    }
    return "text";
}

bool isNumber(ValueType type)
{
    return type == ValueType::Count || type == ValueType::Seconds ||
           type == ValueType::FineSeconds || type == ValueType::Percent ||
           type == ValueType::Difficulty;
}

/// What may stand there: the choices, or the type with its range.
std::string valueText(const Field& field)
{
    if (field.type == ValueType::Choice) {
        return fmt::format("`{}`", fmt::join(field.choices, "`, `"));
    }
    if (isNumber(field.type)) {
        return fmt::format("{}, {}", typeText(field.type), codec::rangeText(field));
    }
    return std::string(typeText(field.type));
}

std::string_view availabilityText(Availability availability)
{
    switch (availability) {
    case Availability::Later:
        return LATER;
    case Availability::Now:
        break;
    }
    return "";
}

std::string helpText(const Field& field)
{
    const std::string_view availability = availabilityText(field.availability);
    const std::string_view effect =
        field.takesEffect == TakesEffect::AtOnce ? " Takes effect at once." : "";
    return fmt::format("{}{}{}{}", field.help, effect, availability.empty() ? "" : " ",
                       availability);
}

std::string sectionHelp(const Section& section)
{
    const std::string_view availability = availabilityText(section.availability);
    return fmt::format("{}{}{}", section.help, availability.empty() ? "" : " ", availability);
}

/// "# " lines of at most COMMENT_COLUMNS.
std::string comment(std::string_view text)
{
    std::string lines;
    std::string line = "#";
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        const std::string_view word = text.substr(0, space);
        if (line.size() + 1 + word.size() > COMMENT_COLUMNS) {
            lines += line + "\n";
            line = "#";
        }
        line += " ";
        line += word;
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    }
    return lines + line + "\n";
}

std::string exampleLines(const Field& field)
{
    std::string text = comment(helpText(field));
    if (field.isSecret()) {
        return text;
    }
    if (field.type == ValueType::Choice) {
        text += comment(fmt::format("One of: {}.", fmt::join(field.choices, ", ")));
    } else if (isNumber(field.type)) {
        text += comment(fmt::format("Range: {}.", codec::rangeText(field)));
    }
    if (!field.exampleComment.empty()) {
        text += comment(field.exampleComment);
    }
    const bool isActive = !field.exampleText.empty();
    const std::string_view value = isActive ? field.exampleText : field.defaultText;
    text += fmt::format("{}{} = {}\n", isActive ? "" : "#", field.key, tomlLiteral(field, value));
    return text;
}

} // namespace

std::string renderMarkdown(std::span<const Section> sections, std::span<const Field> fields)
{
    std::string text(MARKDOWN_HEAD);
    for (const Section& section : sections) {
        text += fmt::format("\n## `{}`\n\n{}\n", headerText(section), sectionHelp(section));
        if (section.name != section.fields) {
            continue;
        }
        text += "\n| Key | Value | Default | Meaning |\n|---|---|---|---|\n";
        for (const Field& field : fields) {
            if (field.section == section.fields) {
                text +=
                    fmt::format("| `{}` | {} | {} | {} |\n", field.key, valueText(field),
                                field.defaultText.empty() ? std::string()
                                                          : fmt::format("`{}`", field.defaultText),
                                helpText(field));
            }
        }
    }
    return text;
}

std::string renderExampleToml(std::span<const Section> sections, std::span<const Field> fields)
{
    std::string text(EXAMPLE_HEAD);
    for (const Section& section : sections) {
        const bool isList = section.kind == SectionKind::List;
        text += "\n\n" + comment(sectionHelp(section));
        text += fmt::format("{}{}\n", isList ? "#" : "", headerText(section));
        if (section.name != section.fields) {
            continue;
        }
        for (const Field& field : fields) {
            if (field.section == section.fields) {
                text += "\n" + exampleLines(field);
            }
        }
    }
    return text;
}

std::string renderSettingsPage(std::span<const Section> sections, std::span<const Field> fields)
{
    std::string text(SETTINGS_PAGE_HEAD);
    for (const Section& section : sections) {
        text += fmt::format(".SH {}\n{}\n", troffText(headerText(section)),
                            troffText(sectionHelp(section)));
        if (section.name != section.fields) {
            continue;
        }
        for (const Field& field : fields) {
            if (field.section == section.fields) {
                text += fmt::format(".TP\n\\fB{}\\fR ({}{}{})\n{}\n", troffText(field.key),
                                    troffText(valueText(field)),
                                    field.defaultText.empty() ? "" : "; default ",
                                    troffText(field.defaultText), troffText(helpText(field)));
            }
        }
    }
    return text + ".SH SEE ALSO\nwarppool(1), warppool\\-cli(1)\n";
}

} // namespace warp::config
