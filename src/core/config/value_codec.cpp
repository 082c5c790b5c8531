#include "core/config/value_codec.h"

#include "core/bitcoin/difficulty_text.h"
#include "core/config/decimal.h"
#include "core/config/endpoint_text.h"
#include "core/config/ip_literal.h"
#include "core/util/log.h"

#include <fmt/format.h>

#include <algorithm>

namespace warp::config::codec {

namespace {

constexpr int PERCENT_PLACES = 2;
constexpr int FINE_SECOND_PLACES = 3;
constexpr double BASIS_POINTS_OF_PERCENT = 100.0;
constexpr double MILLISECONDS_OF_SECOND = 1000.0;

util::Unexpected<ValueFault> refuse(FaultCode code, std::string detail)
{
    return util::Unexpected(ValueFault{.code = code, .detail = std::move(detail)});
}

util::Unexpected<ValueFault> notANumber(std::string_view text, std::string_view what)
{
    return refuse(FaultCode::BadValue, fmt::format("\"{}\" is not {}", util::sanitize(text), what));
}

std::string_view describePlaces(int places)
{
    switch (places) {
    case PERCENT_PLACES:
        return "a decimal number with at most two places";
    case FINE_SECOND_PLACES:
        return "a decimal number with at most three places";
    default:
        return "a whole number";
    }
}

Stored checkRange(const Field& field, double value, std::string_view text)
{
    const NumberRange& range = field.range;
    const bool isTooLow =
        range.start == RangeStart::Excluded ? value <= range.lowest : value < range.lowest;
    if (!isTooLow && value <= range.highest) {
        return {};
    }
    return refuse(FaultCode::OutOfRange, fmt::format("{} is outside the range {}",
                                                     util::sanitize(text), rangeText(field)));
}

/// A number of 10^-places in the range of `field`; `unit` is that number for 1.
util::Result<std::int64_t, ValueFault> parseNumber(const Field& field, std::string_view text,
                                                   int places, double unit)
{
    const ScaledDecimal parsed = parseScaledDecimal(text, places);
    if (parsed.fault == DecimalFault::TooLarge) {
        return refuse(FaultCode::OutOfRange, fmt::format("{} is outside the range {}",
                                                         util::sanitize(text), rangeText(field)));
    }
    if (parsed.fault) {
        return notANumber(text, describePlaces(places));
    }
    WARP_CHECK(checkRange(field, static_cast<double>(parsed.value) / unit, text));
    return parsed.value;
}

bool isControl(char character)
{
    return static_cast<unsigned char>(character) < 0x20 || character == 0x7F;
}

Stored checkText(std::string_view text)
{
    if (std::any_of(text.begin(), text.end(), isControl)) {
        return refuse(FaultCode::BadValue, "control characters are not allowed");
    }
    return {};
}

Stored checkPoolTag(std::string_view text)
{
    const auto isPrintable = [](char character) { return character >= ' ' && character <= '~'; };
    if (!std::all_of(text.begin(), text.end(), isPrintable)) {
        return refuse(FaultCode::BadValue, "only printable ASCII characters are allowed");
    }
    if (text.size() > MAX_TAG_BYTES) {
        return refuse(FaultCode::OutOfRange,
                      fmt::format("it has {} characters, at most {} fit into the coinbase",
                                  text.size(), MAX_TAG_BYTES));
    }
    return {};
}

} // namespace

Stored store(const Field& field, std::string_view text, std::string& out)
{
    WARP_CHECK(checkText(text));
    if (field.type == ValueType::PoolTag) {
        WARP_CHECK(checkPoolTag(text));
    }
    std::optional<std::string_view> reason;
    FaultCode code = FaultCode::BadValue;
    if (field.type == ValueType::Url) {
        if (hasUrlLogin(text)) {
            code = FaultCode::SecretNotAllowed;
            reason = "a user name or password in the URL would be readable in this file; use "
                     "rpc_user here and rpc_pass in secrets.toml or the environment";
        } else {
            reason = urlFault(text);
        }
    } else if (field.type == ValueType::DatabaseUrl && !text.empty()) {
        if (hasDatabasePassword(text)) {
            code = FaultCode::SecretNotAllowed;
            reason = "a password in the URL would be readable in this file; it belongs into "
                     "secrets.toml or the environment, as database.password";
        } else {
            reason = databaseUrlFault(text);
        }
    } else if (field.type == ValueType::ZmqAddress && !text.empty()) {
        reason = zmqAddressFault(text);
    }
    if (reason) {
        return refuse(code, std::string(*reason));
    }
    out = text;
    return {};
}

Stored store(const Field& /*field*/, std::string_view text, bool& out)
{
    if (text == "true" || text == "1") {
        out = true;
        return {};
    }
    if (text == "false" || text == "0") {
        out = false;
        return {};
    }
    return refuse(FaultCode::BadValue,
                  fmt::format("\"{}\" is neither true nor false", util::sanitize(text)));
}

Stored store(const Field& field, std::string_view text, std::int64_t& out)
{
    WARP_TRY(number, parseNumber(field, text, 0, 1));
    out = number;
    return {};
}

Stored store(const Field& field, std::string_view text, std::chrono::seconds& out)
{
    WARP_TRY(number, parseNumber(field, text, 0, 1));
    out = std::chrono::seconds(number);
    return {};
}

Stored store(const Field& field, std::string_view text, std::chrono::milliseconds& out)
{
    WARP_TRY(number, parseNumber(field, text, FINE_SECOND_PLACES, MILLISECONDS_OF_SECOND));
    out = std::chrono::milliseconds(number);
    return {};
}

Stored store(const Field& field, std::string_view text, BasisPoints& out)
{
    WARP_TRY(number, parseNumber(field, text, PERCENT_PLACES, BASIS_POINTS_OF_PERCENT));
    out = BasisPoints(static_cast<int>(number));
    return {};
}

Stored store(const Field& field, std::string_view text, util::Difficulty& out)
{
    if (text.starts_with('-')) {
        return refuse(FaultCode::OutOfRange, fmt::format("{} is outside the range {}",
                                                         util::sanitize(text), rangeText(field)));
    }
    const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
    const auto difficulty = bitcoin::parseDifficulty(digits);
    if (!difficulty) {
        return notANumber(text, "a number");
    }
    WARP_CHECK(checkRange(field, difficulty->value(), text));
    out = *difficulty;
    return {};
}

Stored store(const Field& /*field*/, std::string_view text, Secret& out)
{
    WARP_CHECK(checkText(text));
    out = Secret(std::string(text));
    return {};
}

Stored store(const Field& /*field*/, std::string_view text, std::filesystem::path& out)
{
    WARP_CHECK(checkText(text));
    out = std::filesystem::path(text);
    return {};
}

Stored store(const Field& /*field*/, std::string_view text, std::optional<ListenAddress>& out)
{
    if (text.empty()) {
        out.reset();
        return {};
    }
    const auto address = parseListenAddress(text);
    if (!address) {
        return refuse(FaultCode::BadValue,
                      fmt::format("\"{}\": {}", util::sanitize(text), address.error()));
    }
    out = *address;
    return {};
}

Stored store(const Field& /*field*/, std::string_view text, std::vector<std::string>& out)
{
    std::vector<std::string> networks;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view network = text.substr(0, comma);
        if (!isIpNetwork(network)) {
            return notANumber(network, "an IP address or network (10.0.0.0/8)");
        }
        networks.emplace_back(network);
        if (comma == std::string_view::npos) {
            break;
        }
        text.remove_prefix(comma + 1);
    }
    out = std::move(networks);
    return {};
}

std::string show(const std::string& value)
{
    return value;
}

std::string show(bool value)
{
    return value ? "true" : "false";
}

std::string show(std::int64_t value)
{
    return std::to_string(value);
}

std::string show(std::chrono::seconds value)
{
    return std::to_string(value.count());
}

std::string show(std::chrono::milliseconds value)
{
    return scaledDecimalText(value.count(), FINE_SECOND_PLACES);
}

std::string show(BasisPoints value)
{
    return scaledDecimalText(value.value(), PERCENT_PLACES);
}

std::string show(util::Difficulty value)
{
    return bitcoin::toPlainDecimal(value);
}

std::string show(const Secret& value)
{
    return value.isEmpty() ? "" : "<secret>";
}

std::string show(const std::filesystem::path& value)
{
    return value.string();
}

std::string show(const std::optional<ListenAddress>& value)
{
    return value ? toText(*value) : "";
}

std::string show(const std::vector<std::string>& value)
{
    return fmt::format("{}", fmt::join(value, ","));
}

util::Result<std::size_t, ValueFault> findChoice(const Field& field, std::string_view text)
{
    const auto found = std::find(field.choices.begin(), field.choices.end(), text);
    if (found == field.choices.end()) {
        return refuse(FaultCode::BadValue,
                      fmt::format("\"{}\" is not one of: {}", util::sanitize(text),
                                  fmt::join(field.choices, ", ")));
    }
    return static_cast<std::size_t>(found - field.choices.begin());
}

std::string rangeText(const Field& field)
{
    const std::string highest = bitcoin::toPlainDecimal(util::Difficulty(field.range.highest));
    const std::string lowest = bitcoin::toPlainDecimal(util::Difficulty(field.range.lowest));
    if (field.range.start == RangeStart::Excluded) {
        return fmt::format("above {} to {}", lowest, highest);
    }
    return fmt::format("{} to {}", lowest, highest);
}

} // namespace warp::config::codec
