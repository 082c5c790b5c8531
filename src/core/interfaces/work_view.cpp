#include "core/interfaces/work_view.h"

#include <array>

namespace warp::interfaces {

std::string_view name(AuditState state)
{
    constexpr std::array<std::string_view, 3> NAMES = {"none", "green", "red"};
    return NAMES.at(static_cast<std::size_t>(state));
}

std::string_view name(ProposalState state)
{
    constexpr std::array<std::string_view, 4> NAMES = {"none", "proven", "refused", "unsupported"};
    return NAMES.at(static_cast<std::size_t>(state));
}

} // namespace warp::interfaces
