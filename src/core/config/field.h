// One row of the field table: all there is to know about a setting, for the file, the environment,
// the command line and the documentation alike. Constant data; safe on any thread.
#pragma once

#include "core/config/config_fault.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace warp::config {

struct Field;
struct Settings;

enum class ValueType : std::uint8_t {
    Text,           ///< without control characters
    PoolTag,        ///< printable ASCII of at most MAX_TAG_BYTES
    Url,            ///< http:// or https://, without login
    DatabaseUrl,    ///< postgresql://user@host:port/database without password, or empty
    ZmqAddress,     ///< tcp:// or ipc://, or empty
    BitcoinAddress, ///< judged with the chain, see validation.h
    Path,           ///< "~/" is the home folder; relative to the configuration file
    Listen,         ///< host:port, or empty for off
    IpNetworks,     ///< a list of addresses or networks; as one text separated by commas
    Secret,
    Boolean,
    Choice,      ///< one of `choices`
    Count,       ///< a whole number
    Seconds,     ///< a whole number of seconds
    FineSeconds, ///< seconds with at most three decimal places
    Percent,     ///< decimal with at most two places
    Difficulty,
};

/// Whether this version has the part that a key steers.
enum class Availability : std::uint8_t {
    Now,
    Later, ///< read and checked; one warning says that it has no effect yet
};

/// When a changed value counts.
enum class TakesEffect : std::uint8_t { AtStart, AtOnce };

enum class RangeStart : std::uint8_t { Included, Excluded };

/// Allowed numbers; in seconds, percent or as they stand.
struct NumberRange
{
    double lowest = 0;
    double highest = 0;
    RangeStart start = RangeStart::Included;
};

struct ValueFault
{
    FaultCode code = FaultCode::BadValue;
    std::string detail;
};

/// How a row reaches its member. `entry` counts within a list section; in section "node" 0 is the
/// primary and n the n-th backup. Reading beyond a list is a bug of ours.
struct FieldBinding
{
    util::Result<void, ValueFault> (*store)(const Field& field, Settings& settings,
                                            std::size_t entry, std::string_view text) = nullptr;
    std::string (*show)(const Field& field, const Settings& settings, std::size_t entry) = nullptr;
};

struct Field
{
    std::string_view section;
    std::string_view key;
    ValueType type = ValueType::Text;
    std::string_view defaultText{};
    std::string_view help{};           ///< one English sentence or two
    std::string_view exampleText{};    ///< value in config/example.toml; empty: default, commented
    std::string_view exampleComment{}; ///< stands above it there
    std::span<const std::string_view> choices{};
    NumberRange range{};
    Availability availability = Availability::Now;
    TakesEffect takesEffect = TakesEffect::AtStart;
    /// Short name without section, for the environment (WARPPOOL_<ALIAS>) and as a top-level key of
    /// secrets.toml; empty for none.
    std::string_view alias{};
    FieldBinding binding{};

    [[nodiscard]] bool isSecret() const { return type == ValueType::Secret; }
    /// "section.key".
    [[nodiscard]] std::string path() const;
    /// "WARPPOOL_<SECTION>_<KEY>"; without section "WARPPOOL_<KEY>".
    [[nodiscard]] std::string environmentName() const;
};

enum class SectionKind : std::uint8_t { Table, List };

struct Section
{
    std::string_view name;   ///< as in the file; "node.backup" uses the rows of "node"
    std::string_view fields; ///< section whose rows it uses; mostly its own name
    SectionKind kind = SectionKind::Table;
    std::string_view help{};
    /// Later: one warning for each of its blocks.
    Availability availability = Availability::Now;
};

} // namespace warp::config
