// Any text, read as each of the values that a service exchanges. What is read comes back the same
// once it was written.
#include "core/interfaces/json.h"
#include "core/util/assert.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace warp;

namespace {

template <class T>
void read(std::string_view text)
{
    const auto first = interfaces::fromJson<T>(text);
    if (!first) {
        WARP_ASSERT(!first.error().reason.empty());
        return;
    }
    const std::string written = interfaces::toJson(first->value);
    const auto second = interfaces::fromJson<T>(written);
    WARP_ASSERT(second.hasValue());
    WARP_ASSERT(interfaces::toJson(second->value) == written);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read<interfaces::PoolSnapshot>(text);
    read<interfaces::PoolEvent>(text);
    read<interfaces::Query>(text);
    read<interfaces::QueryReply>(text);
    read<interfaces::Command>(text);
    read<interfaces::CommandReply>(text);
    return 0;
}
