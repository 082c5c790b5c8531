// Any bytes as the head of an HTTP request, up to where a route would be looked for, and as the
// query that it takes.
#include "core/net/http_head.h"
#include "core/net/http_target.h"
#include "core/util/assert.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

using namespace warp;

namespace {

void checkQuery(std::string_view text)
{
    constexpr std::size_t MAX_PARAMETERS = 16;
    const auto parameters = net::parseQuery(text);
    if (!parameters) {
        return;
    }
    WARP_ASSERT(parameters->size() <= MAX_PARAMETERS);
    std::set<std::string_view> names;
    for (const auto& [name, value] : *parameters) {
        WARP_ASSERT(!name.empty() && names.insert(name).second);
        WARP_ASSERT(name.size() + value.size() <= text.size());
        for (const char character : name + value) {
            WARP_ASSERT(static_cast<std::uint8_t>(character) >= 0x20);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    checkQuery(text);
    const net::HttpHeadLimits limits{.maxBytes = 2000, .maxTargetBytes = 200, .maxHeaders = 20};
    const net::HttpHeadProgress whole = net::scanHead(text, 0, limits);
    // However it is cut, the end is found in the same place.
    const std::size_t cut = size / 2;
    const net::HttpHeadProgress first = net::scanHead(text.substr(0, cut), 0, limits);
    if (first.size == 0 && !first.refusal) {
        const net::HttpHeadProgress second = net::scanHead(text, cut, limits);
        WARP_ASSERT(second.size == whole.size && second.refusal == whole.refusal);
    }
    if (whole.size == 0) {
        static_cast<void>(net::isKnownHost(text, {"pool"}));
        static_cast<void>(net::parseTarget(text));
        return 0;
    }
    const std::string_view head = text.substr(0, whole.size);
    if (net::judgeHead(head, limits)) {
        return 0;
    }
    const std::size_t begin = head.find(' ') + 1;
    const auto target = net::parseTarget(head.substr(begin, head.find(' ', begin) - begin));
    if (target) {
        checkQuery(target->query);
        WARP_ASSERT(target->path.starts_with('/'));
        WARP_ASSERT(target->path.find("/../") == std::string::npos);
        for (const char character : target->path) {
            WARP_ASSERT(static_cast<std::uint8_t>(character) >= 0x20);
        }
    }
    return 0;
}
