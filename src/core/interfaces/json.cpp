#include "core/interfaces/json.h"

#include "core/interfaces/json_compound.h"
#include "core/interfaces/json_request_fields.h"
#include "core/interfaces/json_snapshot_fields.h"

#include <boost/json.hpp>

#include <exception>
#include <utility>

namespace warp::interfaces {

namespace {

util::Result<boost::json::value, JsonFault> parse(std::string_view text)
{
    if (text.size() > MAX_JSON_BYTES) {
        return util::Unexpected(JsonFault{.path = {}, .reason = "too long"});
    }
    boost::json::parse_options options;
    options.max_depth = MAX_JSON_DEPTH;
    // The library throws for want of memory alone where it is given an error code.
    try {
        boost::system::error_code error;
        boost::json::value document = boost::json::parse(text, error, {}, options);
        if (error) {
            return util::Unexpected(JsonFault{.path = {}, .reason = error.message()});
        }
        return document;
    } catch (const std::exception&) {
        return util::Unexpected(JsonFault{.path = {}, .reason = "too large"});
    }
}

} // namespace

template <class T>
std::string toJson(const T& value)
{
    const boost::json::object envelope{{"format", JSON_FORMAT}, {"value", encodeJson(value)}};
    return boost::json::serialize(envelope);
}

template <class T>
util::Result<Decoded<T>, JsonFault> fromJson(std::string_view text)
{
    WARP_TRY(document, parse(text));
    JsonReader reader;
    const auto fault = [&reader] {
        return util::Unexpected(JsonFault{.path = reader.path(), .reason = reader.reason()});
    };
    const boost::json::object* const envelope = document.if_object();
    const boost::json::value* const format = envelope ? envelope->if_contains("format") : nullptr;
    const boost::json::value* const value = envelope ? envelope->if_contains("value") : nullptr;
    if (format == nullptr || value == nullptr) {
        static_cast<void>(reader.fail("no envelope"));
        return fault();
    }
    Decoded<T> decoded{.value = emptyValue<T>(), .format = 0};
    if (!reader.within("format", [&] { return decodeJson(*format, decoded.format, reader); }) ||
        !reader.within("value", [&] { return decodeJson(*value, decoded.value, reader); })) {
        return fault();
    }
    return decoded;
}

template std::string toJson(const PoolSnapshot&);
template std::string toJson(const PoolEvent&);
template std::string toJson(const Query&);
template std::string toJson(const QueryReply&);
template std::string toJson(const Command&);
template std::string toJson(const CommandReply&);
template util::Result<Decoded<PoolSnapshot>, JsonFault> fromJson(std::string_view);
template util::Result<Decoded<PoolEvent>, JsonFault> fromJson(std::string_view);
template util::Result<Decoded<Query>, JsonFault> fromJson(std::string_view);
template util::Result<Decoded<QueryReply>, JsonFault> fromJson(std::string_view);
template util::Result<Decoded<Command>, JsonFault> fromJson(std::string_view);
template util::Result<Decoded<CommandReply>, JsonFault> fromJson(std::string_view);

} // namespace warp::interfaces
