// What warppool-cli says. Free functions; main thread.
#pragma once

#include "core/config/loader.h"
#include "core/config/program_arguments.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::cli {

/// One line on standard output.
void printLine(std::string_view text);
/// One line on standard error.
void printError(std::string_view text);

/// "3.12500000 BTC"
[[nodiscard]] std::string bitcoinText(std::int64_t satoshis);
/// "2023-11-14 22:13:20 UTC" of Unix seconds.
[[nodiscard]] std::string timeText(std::int64_t seconds);

/// "~/" as this process's home folder; as it is where there is none.
[[nodiscard]] std::filesystem::path expandedPath(const std::filesystem::path& path);
/// The configuration that --config names, or else the usual one; nothing where HOME is not set.
[[nodiscard]] std::optional<std::filesystem::path>
configPath(const config::ProgramArguments& arguments);

/// Reads the settings that --config and --set name, with the environment. Prints every fault where
/// there is one; warnings are printed too.
[[nodiscard]] std::optional<config::LoadedSettings>
loadSettings(const config::ProgramArguments& arguments, config::Completeness completeness);

/// The options that loadSettings() reads.
[[nodiscard]] std::vector<config::ManualOption> settingsOptions();

} // namespace warp::cli
