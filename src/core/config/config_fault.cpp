#include "core/config/config_fault.h"

#include <utility>

namespace warp::config {

std::string_view code(FaultCode fault)
{
    switch (fault) {
    case FaultCode::Unreadable:
        return "unreadable";
    case FaultCode::Syntax:
        return "syntax";
    case FaultCode::UnknownSection:
        return "unknown_section";
    case FaultCode::UnknownKey:
        return "unknown_key";
    case FaultCode::WrongType:
        return "wrong_type";
    case FaultCode::BadValue:
        return "bad_value";
    case FaultCode::OutOfRange:
        return "out_of_range";
    case FaultCode::BadAddress:
        return "bad_address";
    case FaultCode::WrongNetwork:
        return "wrong_network";
    case FaultCode::PercentSum:
        return "percent_sum";
    case FaultCode::SecretNotAllowed:
        return "secret_not_allowed";
    case FaultCode::Conflict:
        return "conflict";
    case FaultCode::ListenerConflict:
        return "listener_conflict";
    case FaultCode::TlsWithoutCertificate:
        return "tls_without_certificate";
    case FaultCode::Missing:
        break;
    }
    return "missing";
}

std::string_view code(WarningCode warning)
{
    switch (warning) {
    case WarningCode::NotAvailableYet:
        return "not_available_yet";
    case WarningCode::SecretsFileReadable:
        return "secrets_file_readable";
    case WarningCode::UnknownVariable:
        return "unknown_variable";
    case WarningCode::LoginIncomplete:
        break;
    }
    return "login_incomplete";
}

std::string describe(const SettingPlace& place)
{
    std::string text = place.file;
    if (place.line > 0) {
        text += ':' + std::to_string(place.line);
    }
    if (!place.key.empty()) {
        text += text.empty() ? "" : ": ";
        text += place.key;
    }
    return text;
}

std::string ConfigFault::describe() const
{
    return config::describe(
               SettingPlace{.file = file, .line = line, .column = column, .key = key}) +
           ": " + detail;
}

std::string ConfigWarning::describe() const
{
    return config::describe(
               SettingPlace{.file = file, .line = line, .column = column, .key = key}) +
           ": " + detail;
}

ConfigFault makeFault(const SettingPlace& place, FaultCode code, std::string detail)
{
    return {.file = place.file,
            .line = place.line,
            .column = place.column,
            .key = place.key,
            .code = code,
            .detail = std::move(detail)};
}

ConfigWarning makeWarning(const SettingPlace& place, WarningCode code, std::string detail)
{
    return {.file = place.file,
            .line = place.line,
            .column = place.column,
            .key = place.key,
            .code = code,
            .detail = std::move(detail)};
}

} // namespace warp::config
