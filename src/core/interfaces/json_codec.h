// From single values to JSON documents and back. Private to this module's
// JSON. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/network.h"
#include "core/interfaces/json_fields.h"
#include "core/interfaces/json_text.h"
#include "core/util/strong.h"

#include <boost/json.hpp>

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace warp::interfaces {

/// Where a value stands in the document, and what is wrong with it.
class JsonReader final
{
public:
    /// Always false, so that it can be returned.
    [[nodiscard]] bool fail(std::string reason)
    {
        m_reason = std::move(reason);
        return false;
    }
    /// Reads a part; its name is put before the path where it fails.
    template <class Read>
    [[nodiscard]] bool within(std::string_view name, const Read& read)
    {
        if (read()) {
            return true;
        }
        m_path.insert(0, std::string(name) + (m_path.empty() || m_path[0] == '[' ? "" : "."));
        return false;
    }
    template <class Read>
    [[nodiscard]] bool within(std::size_t index, const Read& read)
    {
        return within("[" + std::to_string(index) + "]", read);
    }

    [[nodiscard]] const std::string& path() const { return m_path; }
    [[nodiscard]] const std::string& reason() const { return m_reason; }

private:
    std::string m_path;
    std::string m_reason;
};

/// How one type is written and read; specialised below.
template <class T>
struct JsonCodec;

template <class T>
[[nodiscard]] boost::json::value encodeJson(const T& value)
{
    return JsonCodec<T>::encode(value);
}

/// Reads into `out`, which holds the default. False where it cannot, and `reader` says why.
template <class T>
[[nodiscard]] bool decodeJson(const boost::json::value& json, T& out, JsonReader& reader)
{
    return JsonCodec<T>::decode(json, out, reader);
}

template <>
struct JsonCodec<bool>
{
    static boost::json::value encode(bool value) { return value; }
    static bool decode(const boost::json::value& json, bool& out, JsonReader& reader)
    {
        const bool* const read = json.if_bool();
        if (read == nullptr) {
            return reader.fail("no true or false");
        }
        out = *read;
        return true;
    }
};

template <std::integral T>
struct JsonCodec<T>
{
    static boost::json::value encode(T value)
    {
        if constexpr (std::is_signed_v<T>) {
            return static_cast<std::int64_t>(value);
        } else {
            return static_cast<std::uint64_t>(value);
        }
    }
    static bool decode(const boost::json::value& json, T& out, JsonReader& reader)
    {
        if (const std::int64_t* const read = json.if_int64(); read && std::in_range<T>(*read)) {
            out = static_cast<T>(*read);
            return true;
        }
        if (const std::uint64_t* const read = json.if_uint64(); read && std::in_range<T>(*read)) {
            out = static_cast<T>(*read);
            return true;
        }
        return reader.fail("no whole number of this range");
    }
};

template <>
struct JsonCodec<double>
{
    static boost::json::value encode(double value) { return boost::json::value(numberText(value)); }
    static bool decode(const boost::json::value& json, double& out, JsonReader& reader)
    {
        std::optional<double> read;
        if (const boost::json::string* const text = json.if_string()) {
            read = parseNumber({text->data(), text->size()});
        } else if (json.is_number()) {
            read = json.to_number<double>();
        }
        if (!read || !std::isfinite(*read)) {
            return reader.fail("no finite number");
        }
        out = *read;
        return true;
    }
};

template <>
struct JsonCodec<std::string>
{
    static boost::json::value encode(const std::string& value)
    {
        if (isUtf8(value)) {
            return boost::json::value(value);
        }
        return boost::json::object{{"hex", hexOf(value)}};
    }
    static bool decode(const boost::json::value& json, std::string& out, JsonReader& reader)
    {
        if (const boost::json::string* const text = json.if_string()) {
            out.assign(text->data(), text->size());
            return true;
        }
        const boost::json::object* const object = json.if_object();
        const boost::json::value* const hex = object ? object->if_contains("hex") : nullptr;
        const boost::json::string* const digits = hex ? hex->if_string() : nullptr;
        if (digits == nullptr || !textOfHex({digits->data(), digits->size()}, out)) {
            return reader.fail("no text");
        }
        return true;
    }
};

/// Enumerators are their names; their values begin with 0 and have no gaps.
template <class T>
    requires std::is_enum_v<T>
struct JsonCodec<T>
{
    static boost::json::value encode(T value) { return boost::json::value(nameOf(value)); }
    static bool decode(const boost::json::value& json, T& out, JsonReader& reader)
    {
        if (const boost::json::string* const text = json.if_string()) {
            for (std::size_t i = 0; i < JSON_ENUMERATORS<T>; ++i) {
                if (nameOf(static_cast<T>(i)) == std::string_view(text->data(), text->size())) {
                    out = static_cast<T>(i);
                    return true;
                }
            }
        }
        return reader.fail("none of the names that are known");
    }

private:
    static std::string_view nameOf(T value)
    {
        if constexpr (std::is_same_v<T, bitcoin::Network>) {
            return bitcoin::chainName(value);
        } else {
            return name(value);
        }
    }
};

template <class Tag, class T>
struct JsonCodec<util::Strong<Tag, T>>
{
    static boost::json::value encode(util::Strong<Tag, T> value)
    {
        return encodeJson(value.value());
    }
    static bool decode(const boost::json::value& json, util::Strong<Tag, T>& out,
                       JsonReader& reader)
    {
        T number{};
        if (!decodeJson(json, number, reader)) {
            return false;
        }
        out = util::Strong<Tag, T>(number);
        return true;
    }
};

template <class Rep, class Period>
struct JsonCodec<std::chrono::duration<Rep, Period>>
{
    using Duration = std::chrono::duration<Rep, Period>;
    static boost::json::value encode(Duration value) { return encodeJson(value.count()); }
    static bool decode(const boost::json::value& json, Duration& out, JsonReader& reader)
    {
        Rep count{};
        if (!decodeJson(json, count, reader)) {
            return false;
        }
        out = Duration(count);
        return true;
    }
};

template <class Clock, class Duration>
struct JsonCodec<std::chrono::time_point<Clock, Duration>>
{
    using Time = std::chrono::time_point<Clock, Duration>;
    static boost::json::value encode(Time value) { return encodeJson(value.time_since_epoch()); }
    static bool decode(const boost::json::value& json, Time& out, JsonReader& reader)
    {
        Duration since{};
        if (!decodeJson(json, since, reader)) {
            return false;
        }
        out = Time(since);
        return true;
    }
};

} // namespace warp::interfaces
