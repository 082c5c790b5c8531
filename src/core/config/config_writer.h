// Changes single settings in config.toml and keeps every other byte: comments, order, line ends.
// Whoever changes settings calls it, from one thread at a time.
#pragma once

#include "core/config/field.h"
#include "core/util/files.h"
#include "core/util/result.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace warp::config {

struct SettingChange
{
    /// "section.key"; for a list "[[section]] n key" or "section[n].key", n from 1. The number
    /// after the last one's makes a new entry.
    std::string name;
    std::string value; ///< as after the "=" of --set
};

/// Which of the two files a text is of.
enum class ConfigPart : std::uint8_t {
    Open,    ///< config.toml: everything but passwords
    Secrets, ///< secrets.toml: nothing but passwords
};

enum class WriteFaultCode : std::uint8_t {
    UnknownKey,       ///< no such setting, or no such entry of a list
    BadValue,         ///< the loader would refuse it
    SecretNotAllowed, ///< belongs into the other file
    Unreadable,       ///< config.toml is there but cannot be read
    BrokenFile,       ///< config.toml is not TOML, so it is not touched
    NotEditable,      ///< the edit would not give the intended value, or change another one
    Unwritable,       ///< config.toml or its copy cannot be written; the old file is still there
};

/// Stable name of a code for API and logs, e.g. "unknown_key".
[[nodiscard]] std::string_view code(WriteFaultCode fault);

struct WriteFault
{
    WriteFaultCode code = WriteFaultCode::BadValue;
    std::string name;   ///< of the setting; empty where it is the file
    std::string detail; ///< English reason
};

/// The text with the changes in it: a value is replaced in its place, a missing key goes to the end
/// of its section, a missing section to the end of the text. A value that is already meant stays
/// as it is spelled. The result was parsed again and holds the intended values and no other change.
[[nodiscard]] util::Result<std::string, WriteFault>
editConfig(std::string_view text, std::span<const SettingChange> changes,
           ConfigPart part = ConfigPart::Open);

/// Replaces the whole file, durably; the only fault is Unwritable.
[[nodiscard]] util::Result<void, WriteFault> writeText(const std::filesystem::path& path,
                                                       std::string_view text,
                                                       util::FileAccess access, util::Files& files);

/// editConfig() on a file, durably; what stood there before is kept as lastGoodPathFor(). A missing
/// file is made.
[[nodiscard]] util::Result<void, WriteFault> writeConfig(const std::filesystem::path& path,
                                                         std::span<const SettingChange> changes,
                                                         util::FileAccess access,
                                                         util::Files& files);

/// config.toml.last-good
[[nodiscard]] std::filesystem::path lastGoodPathFor(const std::filesystem::path& configPath);

/// `text` of a value as TOML spells it: quoted where the type is a text, in brackets where it is a
/// list.
[[nodiscard]] std::string tomlLiteral(const Field& field, std::string_view text);

} // namespace warp::config
