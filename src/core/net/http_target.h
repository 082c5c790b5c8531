// A request target taken apart and brought to one form, so that a route is compared with what is
// meant and not with how it was written. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warp::net {

struct HttpTarget
{
    std::string path;  ///< begins with "/"; decoded, without "." and ".."
    std::string query; ///< behind the "?", as sent

    friend bool operator==(const HttpTarget&, const HttpTarget&) = default;
};

/// Reads the origin form and, as RFC 9112 section 3.2.2 demands, the absolute form of http. Nothing
/// for any other, for a broken escape, and for an escaped slash, backslash or control character,
/// which others may read as another path.
[[nodiscard]] std::optional<HttpTarget> parseTarget(std::string_view target);

using HttpParameters = std::vector<std::pair<std::string, std::string>>;

/// The "name=value" parts of a query, decoded, in their order; a plus is a blank. Nothing for a
/// broken escape, a control character, a part without a name, one name twice, and more than 16.
[[nodiscard]] std::optional<HttpParameters> parseQuery(std::string_view query);

/// Whether a Host header's value names a numeric address, "localhost" or one of `names`, with any
/// port. A page of a foreign name whose owner lets it point to us (DNS rebinding) does not.
/// @param names  in small letters
[[nodiscard]] bool isKnownHost(std::string_view host, const std::vector<std::string>& names);

} // namespace warp::net
