// What a Stratum V1 server says, as values: the parsers of the miner's side. The server is not
// trusted. Pure; safe on any thread.
#pragma once

#include "core/stratum/v1/client_session.h"
#include "core/stratum/v1/message.h"

#include <optional>
#include <string>
#include <string_view>

namespace warp::stratum::v1 {

/// Parameters of mining.notify; nothing where one is missing or out of bounds. clean_jobs is the
/// last parameter, since some servers insert others before it.
[[nodiscard]] std::optional<ClientJob> parseNotify(const Message& message);

/// `[subscriptions, extranonce1, extranonce2 size]`.
[[nodiscard]] std::optional<Subscribed> parseSubscribeResult(std::string_view result);

/// Parameters of mining.set_extranonce.
[[nodiscard]] std::optional<ExtranonceChanged> parseSetExtranonce(const Message& message);

/// Parameter of mining.set_difficulty; nothing unless above 0.
[[nodiscard]] std::optional<util::Difficulty> parseSetDifficulty(const Message& message);

/// Agreed mask in the result of mining.configure; 0 where version rolling was refused.
[[nodiscard]] std::uint32_t parseConfigureResult(std::string_view result);

struct ServerError
{
    int code = 0;
    std::string message; ///< cut to 256 bytes, unsanitised
};

/// `[code, "message", ...]`, as some servers also {"code":, "message":}; nothing where it is null
/// or absent.
[[nodiscard]] std::optional<ServerError> parseServerError(std::string_view error);

/// Appends `text` as a JSON string.
void appendJsonString(std::string& out, std::string_view text);

} // namespace warp::stratum::v1
