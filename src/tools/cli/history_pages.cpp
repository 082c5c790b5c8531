#include "tools/cli/history_pages.h"

#include "tools/cli/commands.h"
#include "tools/cli/console.h"
#include "tools/cli/json_reading.h"
#include "tools/cli/pool_link.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace warp::cli {

namespace {

namespace json = boost::json;

constexpr int OK = 200;
/// As many buckets as a pool gives in one answer; a longer one is not of a pool.
constexpr std::size_t MAX_BUCKETS = 5'000;

/// RFC 3986 section 2.1: everything but the unreserved characters as escapes.
std::string percentEncoded(std::string_view text)
{
    constexpr std::string_view UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                            "0123456789-._~";
    std::string out;
    for (const char character : text) {
        out += UNRESERVED.find(character) != std::string_view::npos
                   ? std::string(1, character)
                   : fmt::format("%{:02X}", static_cast<unsigned char>(character));
    }
    return out;
}

std::string targetFor(const HistoryRange& range, std::int64_t from)
{
    std::string target =
        fmt::format("/api/history?from={}&to={}&resolution={}", from, range.to, name(range.span));
    return range.worker.empty() ? target : target + "&worker=" + percentEncoded(range.worker);
}

/// Where the next answer begins: behind the span of the last bucket. Nothing behind `from` where
/// the buckets lead no further, as only those of something else than a pool do.
std::int64_t nextFrom(const json::array& buckets, const HistoryRange& range, std::int64_t from)
{
    const json::object* const last = buckets.empty() ? nullptr : buckets.back().if_object();
    const std::int64_t start = last != nullptr ? whole(*last, {"start_seconds"}) : 0;
    return start >= from && start < range.to ? start + interfaces::lengthOf(range.span).count()
                                             : from;
}

} // namespace

util::Result<json::object, int> askForHistory(const std::string& url, const HistoryRange& range)
{
    json::object history;
    json::array buckets;
    std::int64_t from = range.from;
    bool isCut = true;
    for (int request = 0; isCut && request < MAX_HISTORY_REQUESTS; ++request) {
        auto answer = askPool(url, targetFor(range, from));
        if (!answer) {
            return util::Unexpected(answer.error());
        }
        if (answer->status != OK || !answer->body.contains("buckets")) {
            printError(fmt::format("{}: the pool has no history to give ({})", url,
                                   text(answer->body, {"code"})));
            return util::Unexpected(EXIT_REFUSED);
        }
        const json::array& page = list(answer->body, {"buckets"});
        const std::size_t count = std::min(page.size(), MAX_BUCKETS);
        buckets.insert(buckets.end(), page.begin(), page.begin() + count);
        const json::value* const cut = find(answer->body, {"is_cut"});
        isCut = count < page.size() || (cut != nullptr && *cut == true);
        if (request == 0) {
            history = std::move(answer->body);
        }
        const std::int64_t next = nextFrom(buckets, range, from);
        if (next <= from || next >= range.to) {
            break;
        }
        from = next;
    }
    history["buckets"] = std::move(buckets);
    history["is_cut"] = isCut;
    return history;
}

} // namespace warp::cli
