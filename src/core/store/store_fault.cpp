#include "core/store/store_fault.h"

#include <array>
#include <cstddef>

namespace warp::store {

std::string_view code(StoreFault fault)
{
    constexpr std::array<std::string_view, 8> CODES{
        "store_locked",       "store_full",        "store_corrupt", "store_unwritable",
        "store_newer_schema", "store_unreachable", "store_refused", "store_failed"};
    return CODES.at(static_cast<std::size_t>(fault));
}

} // namespace warp::store
