// The configuration as it lies on the disk, as far as setting the pool up needs it: what is there
// to be offered, and how changes are written without losing anything. Main thread.
#pragma once

#include "core/config/config_writer.h"
#include "core/config/settings.h"
#include "core/config/toml_document.h"
#include "core/util/files.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::cli {

class StoredSettings final
{
public:
    /// Files that are missing or cannot be read offer nothing.
    /// @param files  must outlive it
    StoredSettings(util::Files& files, std::filesystem::path configPath);

    /// The text of a key of config.toml; empty where it is not set.
    [[nodiscard]] std::string value(std::string_view section, std::string_view key) const;
    /// Whether config.toml sets the key, be it to nothing.
    [[nodiscard]] bool has(std::string_view section, std::string_view key) const;
    /// The node's password of secrets.toml, for the node alone; empty where there is none.
    [[nodiscard]] const std::string& password() const { return m_password; }
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

    /// The settings that these changes lead to; nothing where the pool would refuse them, which
    /// was printed.
    [[nodiscard]] std::optional<config::Settings>
    preview(const std::vector<config::SettingChange>& changes) const;

    /// Writes both files, each whole or not at all, and keeps every other byte of them, and their
    /// links, modes, owners and groups. Nothing is written where one of the changes cannot be made
    /// or an owner cannot be kept. What is wrong is printed.
    /// @param password  to be kept in secrets.toml; none: that file is not touched
    [[nodiscard]] bool write(const std::vector<config::SettingChange>& changes,
                             const std::optional<std::string>& password);

private:
    [[nodiscard]] bool canWrite(const std::vector<config::SettingChange>& changes) const;
    [[nodiscard]] bool writePassword(const std::string& password, util::FileAccess access);
    [[nodiscard]] bool writeFiles(const std::vector<config::SettingChange>& changes,
                                  const std::optional<std::string>& password);

    util::Files& m_files;
    std::filesystem::path m_path;
    config::TomlDocument m_document;
    std::string m_password;
};

} // namespace warp::cli
