#include "core/config/profiles.h"

#include "core/config/field_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace warp::config {

namespace {

constexpr std::array PARAMETERS{
    ProfileParameter{.section = "server",
                     .key = "max_connections",
                     .values = {"64", "256", "1024", "4096"},
                     .reason = "A home has some ten miners, a hall some thousand. A connection "
                               "costs about 10 KiB with the kernel's part of it, so that the cap "
                               "bounds memory and open files: 1 MiB on a small board, 40 MiB at "
                               "Enterprise."},
    ProfileParameter{.section = "server",
                     .key = "io_threads",
                     .values = {"1", "2", "4", "8"},
                     .reason =
                         "These threads hold the connections and judge the shares. One judges "
                         "far more shares than any farm sends; what grows with the number of "
                         "miners is the time to bring a new block to the last of them, and "
                         "that is divided by the threads."},
    ProfileParameter{.section = "server",
                     .key = "job_memory_mib",
                     .values = {"32", "64", "128", "256"},
                     .reason =
                         "A late share may still be a block, so that the transactions of "
                         "recent jobs are kept. A full template takes up to 8 MiB of text, of "
                         "which most is common to neighbours: 32 MiB hold those of a tip or "
                         "two on a board with 1 GiB."},
    ProfileParameter{.section = "server",
                     .key = "node_check_secs",
                     .values = {"10", "5", "3", "2"},
                     .trend = ProfileTrend::Falls,
                     .reason = "Each look is one RPC call. A node on the same small board should "
                               "rest; where thousands of miners stand still behind a node in "
                               "trouble, some seconds count."},
    ProfileParameter{.section = "history",
                     .key = "minute_days",
                     .values = {"2", "7", "14", "30"},
                     .reason = "A worker has 1,440 minutes a day. With the profile's miners these "
                               "days are some 0.2, 3, 20 and 180 million rows at most; the common "
                               "case of ten miners is a hundredth of that."},
    ProfileParameter{.section = "history",
                     .key = "worker_days",
                     .values = {"90", "120", "180", "365"},
                     .reason =
                         "Rows of fifteen minutes for each worker; beyond them each day is "
                         "one row, and the pool's own rows stay for ever. A quarter of a year "
                         "shows a season on a small disk, a year compares it with the last."},
    ProfileParameter{.section = "history",
                     .key = "commit_secs",
                     .values = {"60", "30", "10", "5"},
                     .trend = ProfileTrend::Falls,
                     .reason = "Every commit rewrites whole pages: once a minute keeps an SD card "
                               "below 100 MB a day. A power cut costs that much history and no "
                               "block, for blocks and best shares are written at once."},
    ProfileParameter{.section = "logging",
                     .key = "quota_mib",
                     .values = {"20", "50", "200", "500"},
                     .reason =
                         "A line for each job, twice a minute, is less than half a MiB a day: "
                         "the smallest quota holds more than a month of a quiet farm, and the "
                         "larger ones the lines of more miners."},
};

constexpr std::string_view HEAD = R"(# Profiles

<!-- Made from the table in src/core/config/profiles.cpp; edit that, not this file. -->

`[profile] kind` gives the defaults of one size of installation. A key that `config.toml`, the
environment or the command line sets wins over its profile. Without a profile (`auto`) the defaults
in the first column hold.

| Key | `auto` | `small` | `medium` | `large` | `enterprise` |
|---|---|---|---|---|---|
)";

} // namespace

std::string_view ProfileParameter::valueOf(ProfileKind kind) const
{
    const auto* const found = std::find(PROFILE_KINDS.begin(), PROFILE_KINDS.end(), kind);
    return found == PROFILE_KINDS.end()
               ? std::string_view()
               : values.at(static_cast<std::size_t>(found - PROFILE_KINDS.begin()));
}

std::span<const ProfileParameter> profileTable()
{
    return PARAMETERS;
}

std::string renderProfiles(std::span<const ProfileParameter> parameters)
{
    std::string text(HEAD);
    for (const ProfileParameter& parameter : parameters) {
        const Field* const field = findField(parameter.section, parameter.key);
        text += fmt::format("| `{}` | {} | {} |\n", field->path(), field->defaultText,
                            fmt::join(parameter.values, " | "));
    }
    text += "\nWhy these numbers:\n\n";
    for (const ProfileParameter& parameter : parameters) {
        text += fmt::format("- `{}.{}`: {}\n", parameter.section, parameter.key, parameter.reason);
    }
    return text;
}

} // namespace warp::config
