// One line of Stratum V1 (JSON-RPC) as views into it, requests and replies alike.
// Pure; safe on any thread; the views live as long as the line.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace warp::stratum::v1 {

/// Of a known method none has more parameters (mining.notify has 9); more are counted, not kept.
inline constexpr std::size_t MAX_KEPT_PARAMETERS = 12;
/// Longer ids are refused rather than echoed.
inline constexpr std::size_t MAX_ID_BYTES = 1024;

/// All texts are raw JSON; empty where the field is absent. Of a key given twice the last counts.
struct Message
{
    std::string_view id;
    std::string_view method; ///< raw: a string keeps its quotes
    std::string_view result;
    std::string_view error;
    /// Elements of `params`, where it is an array; the rest is empty.
    std::array<std::string_view, MAX_KEPT_PARAMETERS> parameters;
    std::size_t parameterCount = 0; ///< all of them

    /// Whether the other side wants to match an answer: an id that is there and not null.
    [[nodiscard]] bool hasId() const { return !id.empty() && id != "null"; }
    /// The id's text for the reply; "null" where there is none.
    [[nodiscard]] std::string_view replyId() const { return id.empty() ? "null" : id; }
};

/// Nothing where the line is not one JSON object within the bounds of json_text.h.
[[nodiscard]] std::optional<Message> parseMessage(std::string_view line);

} // namespace warp::stratum::v1
