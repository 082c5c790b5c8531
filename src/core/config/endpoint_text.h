// Checks of the addresses of other programs: the node's URL, its ZMQ publishers, a database
// server. They look at the form only; whether somebody answers is a health state. Pure; safe on any
// thread.
#pragma once

#include <optional>
#include <string_view>

namespace warp::config {

/// English reason why `text` is not http(s)://host[:port][/path]; nothing where it is.
[[nodiscard]] std::optional<std::string_view> urlFault(std::string_view text);

/// Whether a login stands before the host ("http://user:password@host").
[[nodiscard]] bool hasUrlLogin(std::string_view text);

/// English reason why `text` is not postgresql://[user@]host[:port]/database; nothing where it is.
[[nodiscard]] std::optional<std::string_view> databaseUrlFault(std::string_view text);

/// Whether a password stands before the host ("postgresql://user:password@host/database").
[[nodiscard]] bool hasDatabasePassword(std::string_view text);

/// English reason why `text` is neither tcp://host:port nor ipc://path; nothing where it is.
[[nodiscard]] std::optional<std::string_view> zmqAddressFault(std::string_view text);

} // namespace warp::config
