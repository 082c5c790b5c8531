// The head of an HTTP/1 request as it came over the wire, judged before any parser sees it: its
// size, and every form that two programs may read in two ways (RFC 9112 section 11.2, request
// smuggling). Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace warp::net {

struct HttpHeadLimits
{
    std::size_t maxBytes = 16 * 1024;      ///< of the whole head; beyond: 431
    std::size_t maxTargetBytes = 4 * 1024; ///< of the request target; beyond: 414
    std::size_t maxHeaders = 64;           ///< header lines; beyond: 431
};

/// Where a head that comes in pieces stands.
struct HttpHeadProgress
{
    std::size_t size = 0;         ///< of the head with its empty line; 0 while that is missing
    std::optional<int> refusal{}; ///< status that the request is refused with; then it is over
};

/// Looks for the end of the head.
/// @param text  all that came so far, without the empty lines before it
/// @param seen  size of `text` at the last call, 0 at the first
[[nodiscard]] HttpHeadProgress scanHead(std::string_view text, std::size_t seen,
                                        const HttpHeadLimits& limits);

/// Judges a whole head, its empty line included.
/// @return the status that refuses it: 400, 414, 417, 431, 501, 505; nothing for a good one
[[nodiscard]] std::optional<int> judgeHead(std::string_view head, const HttpHeadLimits& limits);

} // namespace warp::net
