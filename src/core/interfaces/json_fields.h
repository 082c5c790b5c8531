// What a type's table in JSON is: the names of its fields, for both directions and for tests. A
// field that has none does not compile. Private to this module's JSON and its tests.
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace warp::interfaces {

template <class Owner, class Value>
struct JsonField
{
    std::string_view name;
    Value Owner::* member;
};

template <class Owner, class Value>
constexpr JsonField<Owner, Value> field(std::string_view name, Value Owner::* member)
{
    return {name, member};
}

namespace detail {

/// Stands for a value of any field, to count fields.
struct AnyValue
{
    template <class T>
    // Implicit: that is its purpose.
    operator T() const noexcept; // NOLINT(google-explicit-constructor)
};

template <std::size_t>
using AnyAt = AnyValue;

template <class T, std::size_t... INDEX>
constexpr bool takes(std::index_sequence<INDEX...>)
{
    return requires { T{AnyAt<INDEX>{}...}; };
}

/// Number of fields of an aggregate.
template <class T, std::size_t COUNT = 0>
constexpr std::size_t fieldCount()
{
    if constexpr (takes<T>(std::make_index_sequence<COUNT + 1>{})) {
        return fieldCount<T, COUNT + 1>();
    } else {
        return COUNT;
    }
}

} // namespace detail

/// The fields of a struct, and its name as an alternative of a variant.
template <class... Fields>
struct JsonTable
{
    std::string_view name;
    std::tuple<Fields...> fields;
};

template <class T, class... Values>
constexpr auto table(std::string_view name, JsonField<T, Values>... fields)
{
    static_assert(sizeof...(fields) == detail::fieldCount<T>(), "every field has its name in JSON");
    return JsonTable<JsonField<T, Values>...>{name, {fields...}};
}

/// Specialised for each struct.
template <class T>
inline constexpr auto JSON_TABLE = nullptr;

template <class T>
concept HasJsonTable = !std::is_null_pointer_v<std::remove_cvref_t<decltype(JSON_TABLE<T>)>>;

/// Specialised for each enumeration: how many enumerators it has, from 0 on without gaps.
template <class T>
inline constexpr std::size_t JSON_ENUMERATORS = 0;

} // namespace warp::interfaces
