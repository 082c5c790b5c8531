// Checks of the addresses of other programs: the node's URL and its ZMQ publishers. They look at
// the form only; whether somebody answers is a health state. Pure; safe on any thread.
#pragma once

#include <optional>
#include <string_view>

namespace warp::config {

/// English reason why `text` is not http(s)://host[:port][/path]; nothing where it is.
[[nodiscard]] std::optional<std::string_view> urlFault(std::string_view text);

/// Whether a login stands before the host ("http://user:password@host").
[[nodiscard]] bool hasUrlLogin(std::string_view text);

/// English reason why `text` is neither tcp://host:port nor ipc://path; nothing where it is.
[[nodiscard]] std::optional<std::string_view> zmqAddressFault(std::string_view text);

} // namespace warp::config
