// What is wrong with a configuration, with its place: file, line, key and reason.
// Value types; no thread affinity.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace warp::config {

enum class FaultCode : std::uint8_t {
    Unreadable,            ///< the file cannot be read
    Syntax,                ///< not TOML, or not section.key=value
    UnknownSection,        ///< no such section
    UnknownKey,            ///< no such key in this section
    WrongType,             ///< for instance a number where a text belongs
    BadValue,              ///< right type, impossible content
    OutOfRange,            ///< a number outside its range
    BadAddress,            ///< a Bitcoin address that is none; the detail says why
    WrongNetwork,          ///< an address of another network than the configured chain
    PercentSum,            ///< fee and donation are more than the whole
    SecretNotAllowed,      ///< a password outside secrets.toml and the environment
    Conflict,              ///< two settings contradict each other
    ListenerConflict,      ///< two listeners on one port
    TlsWithoutCertificate, ///< a TLS listener without certificate or key
    Missing,               ///< a setting that cannot be done without
};

enum class WarningCode : std::uint8_t {
    NotAvailableYet,     ///< the key is read, the part it steers does not exist yet
    SecretsFileReadable, ///< others than the owner can read secrets.toml
    UnknownVariable,     ///< an environment variable of ours by name only
    LoginIncomplete,     ///< rpc_user without rpc_pass, or the other way round
};

/// Stable name of a code for tests, API and logs, e.g. "unknown_key".
[[nodiscard]] std::string_view code(FaultCode fault);
[[nodiscard]] std::string_view code(WarningCode warning);

/// `file` of a place that is in none.
inline constexpr std::string_view ENVIRONMENT_FILE = "environment";
inline constexpr std::string_view COMMAND_LINE_FILE = "--set";

/// Where a setting comes from. Shared by faults and warnings.
struct SettingPlace
{
    std::string file; ///< path as given, "environment" or "--set"
    int line = 0;     ///< from 1; 0 where there is none
    int column = 0;   ///< in characters, from 1; 0 where there is none
    /// "[mining] payout_address", "[[node.backup]] 2 rpc_url"; a variable's name in the
    /// environment.
    std::string key{};

    friend bool operator==(const SettingPlace&, const SettingPlace&) = default;
};

/// "config.toml:12: [mining] payout_address"; what is unknown is left out.
[[nodiscard]] std::string describe(const SettingPlace& place);

struct ConfigFault
{
    std::string file;
    int line = 0;
    int column = 0;
    std::string key;
    FaultCode code = FaultCode::BadValue;
    std::string detail; ///< English reason; holds no secret

    /// "config.toml:12: [mining] payout_address: the checksum does not match".
    [[nodiscard]] std::string describe() const;
};

struct ConfigWarning
{
    std::string file;
    int line = 0;
    int column = 0;
    std::string key;
    WarningCode code = WarningCode::NotAvailableYet;
    std::string detail; ///< English reason; holds no secret

    [[nodiscard]] std::string describe() const;
};

[[nodiscard]] ConfigFault makeFault(const SettingPlace& place, FaultCode code, std::string detail);
[[nodiscard]] ConfigWarning makeWarning(const SettingPlace& place, WarningCode code,
                                        std::string detail);

} // namespace warp::config
