// From lists, structs and variants to JSON documents and back, by the tables of
// json_fields.h. Private to this module's JSON. Pure; safe on any thread.
#pragma once

#include "core/interfaces/json_bytes.h"
#include "core/interfaces/json_codec.h"
#include "core/interfaces/shared_list.h"
#include "core/util/result.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace warp::interfaces {

template <class T>
struct JsonCodec<std::optional<T>>
{
    static boost::json::value encode(const std::optional<T>& value)
    {
        return value ? encodeJson(*value) : boost::json::value(nullptr);
    }
    static bool decode(const boost::json::value& json, std::optional<T>& out, JsonReader& reader)
    {
        if (json.is_null()) {
            out.reset();
            return true;
        }
        return decodeJson(json, out.emplace(), reader);
    }
};

template <class T>
struct JsonCodec<std::vector<T>>
{
    static boost::json::value encode(const std::vector<T>& values)
    {
        boost::json::array array;
        array.reserve(values.size());
        for (const T& value : values) {
            array.push_back(encodeJson(value));
        }
        return array;
    }
    static bool decode(const boost::json::value& json, std::vector<T>& out, JsonReader& reader)
    {
        const boost::json::array* const array = json.if_array();
        if (array == nullptr) {
            return reader.fail("no list");
        }
        out.clear();
        for (std::size_t i = 0; i < array->size(); ++i) {
            const auto read = [&] { return decodeJson((*array)[i], out.emplace_back(), reader); };
            if (!reader.within(i, read)) {
                return false;
            }
        }
        return true;
    }
};

/// What a shorter list leaves out is 0.
template <std::size_t SIZE>
struct JsonCodec<std::array<std::uint64_t, SIZE>>
{
    static boost::json::value encode(const std::array<std::uint64_t, SIZE>& values)
    {
        return encodeJson(std::vector<std::uint64_t>(values.begin(), values.end()));
    }
    static bool decode(const boost::json::value& json, std::array<std::uint64_t, SIZE>& out,
                       JsonReader& reader)
    {
        std::vector<std::uint64_t> values;
        if (!decodeJson(json, values, reader)) {
            return false;
        }
        if (values.size() > SIZE) {
            return reader.fail("too long a list");
        }
        out.fill(0);
        std::copy(values.begin(), values.end(), out.begin());
        return true;
    }
};

template <class T>
struct JsonCodec<SharedList<T>>
{
    static boost::json::value encode(const SharedList<T>& values)
    {
        boost::json::array array;
        array.reserve(values.size());
        for (const T& value : values) {
            array.push_back(encodeJson(value));
        }
        return array;
    }
    static bool decode(const boost::json::value& json, SharedList<T>& out, JsonReader& reader)
    {
        std::vector<T> values;
        if (!decodeJson(json, values, reader)) {
            return false;
        }
        out = SharedList<T>(values);
        return true;
    }
};

template <HasJsonTable T>
struct JsonCodec<T>
{
    static boost::json::value encode(const T& value)
    {
        boost::json::object object;
        const auto add = [&](const auto& field) {
            object.emplace(field.name, encodeJson(value.*field.member));
        };
        std::apply([&](const auto&... fields) { (add(fields), ...); }, JSON_TABLE<T>.fields);
        return object;
    }
    static bool decode(const boost::json::value& json, T& out, JsonReader& reader)
    {
        const boost::json::object* const object = json.if_object();
        if (object == nullptr) {
            return reader.fail("no object");
        }
        const auto take = [&](const auto& field) {
            const boost::json::value* const found = object->if_contains(field.name);
            return found == nullptr || reader.within(field.name, [&] {
                return decodeJson(*found, out.*field.member, reader);
            });
        };
        return std::apply([&](const auto&... fields) { return (take(fields) && ...); },
                          JSON_TABLE<T>.fields);
    }
};

/// {"kind": the alternative's name, "value": ...}.
template <class... T>
struct JsonCodec<std::variant<T...>>
{
    static boost::json::value encode(const std::variant<T...>& value)
    {
        return std::visit(
            [](const auto& each) -> boost::json::value {
                using Each = std::remove_cvref_t<decltype(each)>;
                return boost::json::object{{"kind", JSON_TABLE<Each>.name},
                                           {"value", encodeJson(each)}};
            },
            value);
    }
    static bool decode(const boost::json::value& json, std::variant<T...>& out, JsonReader& reader)
    {
        const boost::json::object* const object = json.if_object();
        const boost::json::value* const kind = object ? object->if_contains("kind") : nullptr;
        const boost::json::string* const text = kind ? kind->if_string() : nullptr;
        if (text == nullptr) {
            return reader.fail("no kind");
        }
        const boost::json::value* const value = object->if_contains("value");
        bool isRead = false;
        bool isKnown = false;
        const auto tryOne = [&]<class Each>(std::type_identity<Each>) {
            if (isKnown || JSON_TABLE<Each>.name != std::string_view(text->data(), text->size())) {
                return;
            }
            isKnown = true;
            Each& each = out.template emplace<Each>();
            isRead = value == nullptr ||
                     reader.within("value", [&] { return decodeJson(*value, each, reader); });
        };
        (tryOne(std::type_identity<T>{}), ...);
        if (!isKnown) {
            return reader.within("kind",
                                 [&] { return reader.fail("none of the kinds that are known"); });
        }
        return isRead;
    }
};

/// {"ok": ...} or {"error": ...}.
template <class T, class E>
struct JsonCodec<util::Result<T, E>>
{
    static boost::json::value encode(const util::Result<T, E>& result)
    {
        return result ? boost::json::object{{"ok", encodeJson(result.value())}}
                      : boost::json::object{{"error", encodeJson(result.error())}};
    }
    static bool decode(const boost::json::value& json, util::Result<T, E>& out, JsonReader& reader)
    {
        const boost::json::object* const object = json.if_object();
        if (object == nullptr) {
            return reader.fail("no object");
        }
        if (const boost::json::value* const failure = object->if_contains("error")) {
            E error{};
            if (!reader.within("error", [&] { return decodeJson(*failure, error, reader); })) {
                return false;
            }
            out = util::Unexpected(std::move(error));
            return true;
        }
        const boost::json::value* const success = object->if_contains("ok");
        if (success == nullptr) {
            return reader.fail("neither ok nor error");
        }
        T value{};
        if (!reader.within("ok", [&] { return decodeJson(*success, value, reader); })) {
            return false;
        }
        out = std::move(value);
        return true;
    }
};

/// What is read into.
template <class T>
[[nodiscard]] T emptyValue()
{
    if constexpr (std::default_initializable<T>) {
        return T{};
    } else {
        return T(typename T::ValueType{});
    }
}

} // namespace warp::interfaces
