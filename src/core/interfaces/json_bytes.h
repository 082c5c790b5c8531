// From hashes and bytes to JSON documents and back, as hexadecimal text. Private to this module's
// JSON. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/interfaces/json_codec.h"
#include "core/util/hex.h"

#include <boost/json.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace warp::interfaces {

template <>
struct JsonCodec<bitcoin::Hash256>
{
    static boost::json::value encode(const bitcoin::Hash256& value)
    {
        return boost::json::value(bitcoin::toDisplayHex(value));
    }
    static bool decode(const boost::json::value& json, bitcoin::Hash256& out, JsonReader& reader)
    {
        const boost::json::string* const text = json.if_string();
        const auto hash = text ? bitcoin::fromDisplayHex({text->data(), text->size()})
                               : std::optional<bitcoin::Hash256>();
        if (!hash) {
            return reader.fail("no hash of 64 digits");
        }
        out = *hash;
        return true;
    }
};

template <std::size_t SIZE>
struct JsonCodec<std::array<std::byte, SIZE>>
{
    static boost::json::value encode(const std::array<std::byte, SIZE>& value)
    {
        return boost::json::value(util::toHex(value));
    }
    static bool decode(const boost::json::value& json, std::array<std::byte, SIZE>& out,
                       JsonReader& reader)
    {
        const boost::json::string* const text = json.if_string();
        return (text != nullptr && util::decodeHex({text->data(), text->size()}, out)) ||
               reader.fail("not that many bytes in hexadecimal");
    }
};

template <>
struct JsonCodec<std::vector<std::byte>>
{
    static boost::json::value encode(const std::vector<std::byte>& value)
    {
        return boost::json::value(util::toHex(value));
    }
    static bool decode(const boost::json::value& json, std::vector<std::byte>& out,
                       JsonReader& reader)
    {
        const boost::json::string* const text = json.if_string();
        auto bytes = text ? util::fromHex({text->data(), text->size()}) : std::nullopt;
        if (!bytes) {
            return reader.fail("no bytes in hexadecimal");
        }
        out = std::move(*bytes);
        return true;
    }
};

} // namespace warp::interfaces
