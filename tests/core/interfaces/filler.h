// Gives every field of a value something other than its default, by the tables of the JSON, which
// cannot lack a field. The same values each time. Test code.
#pragma once

#include "core/interfaces/json_compound.h"
#include "core/interfaces/json_request_fields.h"
#include "core/interfaces/json_snapshot_fields.h"

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace warp::test {

class Filler
{
public:
    /// `value` holds its default.
    void fill(bool& value) { value = !value; }
    template <std::integral T>
    void fill(T& value)
    {
        value = static_cast<T>(next());
    }
    void fill(double& value) { value = static_cast<double>(next()) / 3; }
    void fill(std::string& value) { value = "text " + std::to_string(next()); }
    template <class T>
        requires std::is_enum_v<T>
    void fill(T& value)
    {
        value =
            static_cast<T>((static_cast<std::size_t>(value) + 1) % interfaces::JSON_ENUMERATORS<T>);
    }
    template <class Tag, class T>
    void fill(util::Strong<Tag, T>& value)
    {
        T number{};
        fill(number);
        value = util::Strong<Tag, T>(number);
    }
    template <class Rep, class Period>
    void fill(std::chrono::duration<Rep, Period>& value)
    {
        value = std::chrono::duration<Rep, Period>(next());
    }
    template <class Clock, class Duration>
    void fill(std::chrono::time_point<Clock, Duration>& value)
    {
        value = std::chrono::time_point<Clock, Duration>(Duration(next()));
    }
    void fill(bitcoin::Hash256& value) { fill(value.bytes); }
    template <std::size_t SIZE>
    void fill(std::array<std::byte, SIZE>& value)
    {
        for (std::byte& byte : value) {
            byte = static_cast<std::byte>(next() & 0xFF);
        }
    }
    template <std::size_t SIZE>
    void fill(std::array<std::uint64_t, SIZE>& value)
    {
        for (std::uint64_t& each : value) {
            each = next();
        }
    }
    void fill(std::vector<std::byte>& value)
    {
        value = {std::byte{0}, std::byte{1}, std::byte{255}};
    }
    template <class T>
    void fill(std::optional<T>& value)
    {
        fill(value.emplace());
    }
    template <class T>
    void fill(std::vector<T>& value)
    {
        value.resize(2);
        for (T& each : value) {
            fill(each);
        }
    }
    template <class T>
    void fill(interfaces::SharedList<T>& value)
    {
        std::vector<T> values;
        fill(values);
        value = interfaces::SharedList<T>(values);
    }
    template <interfaces::HasJsonTable T>
    void fill(T& value)
    {
        const auto each = [&](const auto& field) {
            auto& member = value.*field.member;
            const auto before = member;
            fill(member);
            m_isDefaultLeft = m_isDefaultLeft || member == before;
        };
        std::apply([&](const auto&... fields) { (each(fields), ...); },
                   interfaces::JSON_TABLE<T>.fields);
    }

    /// Whether a field kept what it had before.
    [[nodiscard]] bool isDefaultLeft() const { return m_isDefaultLeft; }

private:
    [[nodiscard]] std::uint32_t next() { return ++m_next; }

    std::uint32_t m_next = 0;
    bool m_isDefaultLeft = false;
};

/// A variant's alternative of that number, filled.
template <class Variant, std::size_t INDEX = 0>
Variant filledAlternative(std::size_t index)
{
    if constexpr (INDEX + 1 < std::variant_size_v<Variant>) {
        if (index > INDEX) {
            return filledAlternative<Variant, INDEX + 1>(index);
        }
    }
    std::variant_alternative_t<INDEX, Variant> value{};
    Filler filler;
    filler.fill(value);
    return value;
}

} // namespace warp::test
